from odoo import api, fields, models

from ...const import EVIDENCE

EVENT_TYPES = [
    ("mail_queued", "E-mail queued"),
    ("mail_sent", "E-mail sent"),
    ("mail_failed", "E-mail not delivered"),
    ("mail_bounced", "E-mail came back"),
    ("link_opened", "Personal link opened"),
    ("link_fetched", "Personal link fetched automatically"),
    ("link_revoked", "Personal links revoked"),
    ("address_corrected", "E-mail address corrected"),
]


class CustomerContractEvent(models.Model):
    """What was sent to people outside, and came back."""

    _inherit = "customer.contract.event"

    event_type = fields.Selection(
        selection_add=EVENT_TYPES,
        ondelete={name: "cascade" for name, _label in EVENT_TYPES},
    )
    delivery_report_id = fields.Many2one(
        "customer.contract.delivery.report",
        readonly=True,
        ondelete="restrict",
        help="What the mail server reported; each report is joined once.",
    )
    _delivery_report_unique = models.UniqueIndex(
        "(delivery_report_id) WHERE delivery_report_id IS NOT NULL",
        "A delivery report is joined to the trail once.",
    )

    @api.model
    def _get_audiences(self):
        return super()._get_audiences() | {
            "mail_queued": {EVIDENCE},
            "mail_sent": {EVIDENCE},
            "mail_failed": {EVIDENCE},
            "mail_bounced": {EVIDENCE},
            "link_opened": {EVIDENCE},
            "link_fetched": {EVIDENCE},
            "address_corrected": {EVIDENCE},
        }
