from odoo import fields, models


class CustomerContractEvidenceCheckLine(models.TransientModel):
    """One check of a file: by itself, and compared with what is kept."""

    _name = "customer.contract.evidence.check.line"
    _inherit = "customer.contract.dialog.mixin"
    _description = "Check of a File with Evidence, in Detail"
    _order = "id"

    check_id = fields.Many2one(
        "customer.contract.evidence.check",
        "Checked File",
        required=True,
        index=True,
        ondelete="cascade",
    )
    name = fields.Char("Check", required=True)
    in_itself = fields.Selection(
        [("intact", "Intact"), ("damaged", "Damaged")], "The File by Itself", required=True
    )
    compared = fields.Selection(
        [("same", "The Same"), ("other", "Another")], "Compared with What Is Kept"
    )
    detail = fields.Text("What Is Wrong")
