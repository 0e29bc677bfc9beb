from odoo import api, fields, models

from ...const import CHANGES

EVENT_TYPES = [
    ("milestone_added", "Milestone added"),
    ("milestone_changed", "Milestone changed"),
    ("milestone_removed", "Milestone removed"),
    ("milestone_reached", "Milestone reached"),
    ("milestone_cancelled", "Milestone given up"),
    ("milestone_shown", "Milestone made visible in the portal"),
    ("milestone_hidden", "Milestone hidden from the portal"),
    ("milestone_reminded", "Reminded of a milestone"),
]


class CustomerContractEvent(models.Model):
    """What happened to milestones."""

    _inherit = "customer.contract.event"

    event_type = fields.Selection(
        selection_add=EVENT_TYPES,
        ondelete={name: "cascade" for name, _label in EVENT_TYPES},
    )

    @api.model
    def _get_audiences(self):
        return super()._get_audiences() | {
            "milestone_changed": {CHANGES},
        }
