from odoo import fields, models

EVENT_TYPES = [
    ("seal_pending", "Seal pending"),
    ("sealed", "Sealed"),
]


class CustomerContractEvent(models.Model):
    """What happened to the seal."""

    _inherit = "customer.contract.event"

    event_type = fields.Selection(
        selection_add=EVENT_TYPES,
        ondelete={name: "cascade" for name, _label in EVENT_TYPES},
    )
