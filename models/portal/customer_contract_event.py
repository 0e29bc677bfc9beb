from odoo import api, fields, models

from ...const import EVIDENCE

EVENT_TYPES = [
    ("mail_queued", "E-mail queued"),
    ("mail_sent", "E-mail sent"),
    ("mail_failed", "E-mail not delivered"),
    ("mail_bounced", "E-mail came back"),
    ("link_opened", "Personal link opened"),
    ("link_revoked", "Personal links revoked"),
]


class CustomerContractEvent(models.Model):
    """What was sent to people outside, and came back."""

    _inherit = "customer.contract.event"

    event_type = fields.Selection(
        selection_add=EVENT_TYPES,
        ondelete={name: "cascade" for name, _label in EVENT_TYPES},
    )

    @api.model
    def _get_audiences(self):
        return super()._get_audiences() | {
            "mail_queued": {EVIDENCE},
            "mail_sent": {EVIDENCE},
            "mail_failed": {EVIDENCE},
            "mail_bounced": {EVIDENCE},
            "link_opened": {EVIDENCE},
        }
