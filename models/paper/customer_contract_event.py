from odoo import api, fields, models

from ...const import EVIDENCE, PORTAL

EVENT_TYPES = [
    ("paper_downloaded", "Got the contract to sign on paper"),
    ("paper_submitted", "Sent the contract signed on paper"),
    ("paper_received", "Signed paper taken in"),
    ("paper_returned", "Signed paper returned"),
    ("paper_void", "Signed paper void"),
]


class CustomerContractEvent(models.Model):
    """What happened to contracts signed by hand."""

    _inherit = "customer.contract.event"

    event_type = fields.Selection(
        selection_add=EVENT_TYPES,
        ondelete={name: "cascade" for name, _label in EVENT_TYPES},
    )

    @api.model
    def _get_audiences(self):
        return super()._get_audiences() | {
            "paper_downloaded": {EVIDENCE},
            "paper_submitted": {PORTAL, EVIDENCE, "mt_paper"},
            "paper_received": {PORTAL, EVIDENCE, "mt_paper"},
            "paper_returned": {PORTAL, EVIDENCE, "mt_paper"},
            "paper_void": {EVIDENCE},
        }
