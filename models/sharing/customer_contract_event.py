from odoo import fields, models

EVENT_TYPES = [
    ("shared", "Made visible in the portal"),
    ("unshared", "Hidden from the portal"),
    ("observer_added", "Observer added"),
    ("contact_left", "Contact left the company"),
]


class CustomerContractEvent(models.Model):
    """Who was shown the contract, and who no longer is."""

    _inherit = "customer.contract.event"

    event_type = fields.Selection(
        selection_add=EVENT_TYPES,
        ondelete={name: "cascade" for name, _label in EVENT_TYPES},
    )
