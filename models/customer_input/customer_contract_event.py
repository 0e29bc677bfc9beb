from odoo import api, fields, models

from ...const import CHANGES, EVIDENCE, PORTAL

EVENT_TYPES = [
    ("values_confirmed", "Details confirmed"),
    ("values_changed", "Details changed"),
    ("values_proposed", "Change of details proposed"),
    ("values_accepted", "Change of details accepted"),
    ("values_refused", "Change of details refused"),
    ("values_withdrawn", "Change of details withdrawn"),
]


class CustomerContractEvent(models.Model):
    """What happened to details that customers fill in."""

    _inherit = "customer.contract.event"

    event_type = fields.Selection(
        selection_add=EVENT_TYPES,
        ondelete={name: "cascade" for name, _label in EVENT_TYPES},
    )

    @api.model
    def _get_audiences(self):
        return super()._get_audiences() | {
            "values_confirmed": {PORTAL, EVIDENCE},
            "values_changed": {PORTAL, EVIDENCE, CHANGES},
            "values_proposed": {PORTAL, EVIDENCE, CHANGES},
            "values_accepted": {PORTAL, EVIDENCE},
            "values_refused": {PORTAL, EVIDENCE, CHANGES},
            "values_withdrawn": {EVIDENCE},
        }
