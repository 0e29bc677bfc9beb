from odoo import api, fields, models

from ...const import EVIDENCE

EVENT_TYPES = [
    ("participant_held", "Participant held"),
    ("participant_released", "Participant no longer held"),
    ("participant_confirmed", "Participant confirmed"),
    ("contact_address_changed", "Contact's e-mail address changed"),
]


class CustomerContractEvent(models.Model):
    """Who could no longer act, and what was decided about it."""

    _inherit = "customer.contract.event"

    event_type = fields.Selection(
        selection_add=EVENT_TYPES,
        ondelete={name: "cascade" for name, _label in EVENT_TYPES},
    )

    @api.model
    def _get_audiences(self):
        return super()._get_audiences() | {
            "participant_held": {EVIDENCE},
            "participant_released": {EVIDENCE},
            "participant_confirmed": {EVIDENCE},
            "contact_address_changed": {EVIDENCE},
        }
