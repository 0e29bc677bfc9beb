from odoo import api, fields, models

from ...const import EVIDENCE, PORTAL

EVENT_TYPES = [
    ("signed", "Signed"),
    ("completed", "Signed by everyone"),
    ("document_stored", "Signed contract stored"),
    ("copies_queued", "Signed contract on its way to everyone"),
    ("copies_sent", "Signed contract sent to everyone"),
    ("job_failed", "Job failed"),
]


class CustomerContractEvent(models.Model):
    """What was signed, and what followed."""

    _inherit = "customer.contract.event"

    event_type = fields.Selection(
        selection_add=EVENT_TYPES,
        ondelete={name: "cascade" for name, _label in EVENT_TYPES},
    )

    @api.model
    def _get_audiences(self):
        return super()._get_audiences() | {
            "signed": {PORTAL, EVIDENCE},
            "completed": {PORTAL, EVIDENCE},
        }
