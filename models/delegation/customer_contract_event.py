from odoo import api, fields, models

from ...const import EVIDENCE, PORTAL

EVENT_TYPES = [
    ("delegated", "Passed on to a colleague"),
    ("substituted", "Passed on to a substitute"),
]


class CustomerContractEvent(models.Model):
    """Who acts in whose place."""

    _inherit = "customer.contract.event"

    event_type = fields.Selection(
        selection_add=EVENT_TYPES,
        ondelete={name: "cascade" for name, _label in EVENT_TYPES},
    )

    @api.model
    def _get_audiences(self):
        return super()._get_audiences() | {
            "delegated": {PORTAL, EVIDENCE},
        }
