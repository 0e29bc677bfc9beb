from odoo import fields, models


class CustomerContractReason(models.TransientModel):
    """Asks why changed details are refused."""

    _inherit = "customer.contract.reason"

    purpose = fields.Selection(
        selection_add=[("refuse_values", "Refuse the Change")],
        ondelete={"refuse_values": "cascade"},
    )
