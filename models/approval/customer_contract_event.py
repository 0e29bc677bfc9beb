from odoo import fields, models

EVENT_TYPES = [
    ("approval_planned", "Approval rules applied"),
    ("authority_doubted", "Signing authority doubted"),
]


class CustomerContractEvent(models.Model):
    """What approval rules and registered authority had to say."""

    _inherit = "customer.contract.event"

    event_type = fields.Selection(
        selection_add=EVENT_TYPES,
        ondelete={name: "cascade" for name, _label in EVENT_TYPES},
    )
