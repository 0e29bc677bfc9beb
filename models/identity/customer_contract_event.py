from odoo import api, fields, models

from ...const import EVIDENCE

EVENT_TYPES = [
    ("code_sent", "One-time code made"),
    ("code_accepted", "One-time code right"),
    ("code_refused", "One-time code wrong"),
    ("code_locked", "One-time codes locked"),
    ("consent_withdrawn", "Wants to sign on paper"),
    ("paper_revoked", "Wants to sign electronically"),
]


class CustomerContractEvent(models.Model):
    """How people were identified, and which way they sign."""

    _inherit = "customer.contract.event"

    event_type = fields.Selection(
        selection_add=EVENT_TYPES,
        ondelete={name: "cascade" for name, _label in EVENT_TYPES},
    )

    @api.model
    def _get_audiences(self):
        return super()._get_audiences() | {
            "code_sent": {EVIDENCE},
            "code_accepted": {EVIDENCE},
            "code_refused": {EVIDENCE},
            "code_locked": {EVIDENCE},
            "consent_withdrawn": {EVIDENCE, "mt_paper"},
            "paper_revoked": {EVIDENCE},
        }
