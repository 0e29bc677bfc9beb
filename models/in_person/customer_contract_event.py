from odoo import api, fields, models

from ...const import EVIDENCE

EVENT_TYPES = [
    ("in_person_started", "Handed over to sign in person"),
]


class CustomerContractEvent(models.Model):
    """Contracts that were handed over to be signed in person."""

    _inherit = "customer.contract.event"

    event_type = fields.Selection(
        selection_add=EVENT_TYPES,
        ondelete={name: "cascade" for name, _label in EVENT_TYPES},
    )

    @api.model
    def _get_audiences(self):
        return super()._get_audiences() | {
            "in_person_started": {EVIDENCE},
        }
