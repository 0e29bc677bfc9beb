from odoo import fields, models

EVENT_TYPES = [
    ("integrity_checked", "Integrity checked"),
    ("bundle_exported", "Evidence exported"),
]


class CustomerContractEvent(models.Model):
    """What was checked and handed out as evidence."""

    _inherit = "customer.contract.event"

    event_type = fields.Selection(
        selection_add=EVENT_TYPES,
        ondelete={name: "cascade" for name, _label in EVENT_TYPES},
    )
