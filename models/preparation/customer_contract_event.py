from odoo import fields, models

EVENT_TYPES = [
    ("preparation_started", "Being prepared to be sent"),
    ("preparation_stopped", "Taken back before it was sent"),
    ("preparation_failed", "Could not be sent"),
]


class CustomerContractEvent(models.Model):
    """Who asked that a contract be sent, from where, and why it was not."""

    _inherit = "customer.contract.event"

    event_type = fields.Selection(
        selection_add=EVENT_TYPES,
        ondelete={name: "cascade" for name, _label in EVENT_TYPES},
    )
