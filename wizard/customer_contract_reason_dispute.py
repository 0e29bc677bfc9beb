from odoo import fields, models


class CustomerContractReason(models.TransientModel):
    """Asks for the answer to an objection that stays open."""

    _inherit = "customer.contract.reason"

    purpose = fields.Selection(
        selection_add=[("answer_dispute", "Answer")],
        ondelete={"answer_dispute": "cascade"},
    )
