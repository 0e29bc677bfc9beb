from odoo import api, fields, models

from ...const import EVIDENCE, PORTAL

EVENT_TYPES = [
    ("disputed", "Disputed"),
    ("dispute_message", "Message about a dispute"),
    ("dispute_resolved", "Dispute resolved"),
    ("dispute_withdrawn", "Dispute withdrawn"),
    ("deadline_extended", "Deadline to sign extended"),
]


class CustomerContractEvent(models.Model):
    """What was disputed, and how it went on."""

    _inherit = "customer.contract.event"

    event_type = fields.Selection(
        selection_add=EVENT_TYPES,
        ondelete={name: "cascade" for name, _label in EVENT_TYPES},
    )

    @api.model
    def _get_audiences(self):
        return super()._get_audiences() | {
            "disputed": {PORTAL},
            "dispute_resolved": {PORTAL},
            "dispute_withdrawn": {PORTAL},
            "deadline_extended": {EVIDENCE},
        }
