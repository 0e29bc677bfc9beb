from odoo import api, fields, models

from ...const import CHANGES, EVIDENCE

EVENT_TYPES = [
    ("requested", "Asked to act"),
    ("viewed", "Viewed"),
    ("replaced", "Participant replaced"),
    ("skipped", "No longer needed"),
    ("participant_added", "Participant added"),
    ("participant_changed", "Participant changed"),
    ("participant_removed", "Participant removed"),
]


class CustomerContractEvent(models.Model):
    """What happened to the people who take part."""

    _inherit = "customer.contract.event"

    event_type = fields.Selection(
        selection_add=EVENT_TYPES,
        ondelete={name: "cascade" for name, _label in EVENT_TYPES},
    )

    @api.model
    def _get_audiences(self):
        return super()._get_audiences() | {
            "requested": {EVIDENCE},
            "viewed": {EVIDENCE},
            "participant_changed": {CHANGES},
        }
