from odoo import fields, models


class CustomerContractIntegrityReportLine(models.TransientModel):
    """One check of one contract."""

    _name = "customer.contract.integrity.report.line"
    _inherit = "customer.contract.dialog.mixin"
    _description = "Check of a Contract's Evidence"
    _order = "result, contract_id, id"

    report_id = fields.Many2one(
        "customer.contract.integrity.report", required=True, index=True, ondelete="cascade"
    )
    contract_id = fields.Many2one(
        "customer.contract", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char("Check", required=True)
    result = fields.Selection(
        [("damaged", "Damaged"), ("intact", "Intact"), ("pending", "Pending")], required=True
    )
    detail = fields.Char("What Is Wrong")
