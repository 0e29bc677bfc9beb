from odoo import fields, models

from .customer_contract_milestone import DEFAULT_REMINDER_DAYS


class CustomerContractType(models.Model):
    """What a type decides about the milestones of its contracts."""

    _inherit = "customer.contract.type"

    show_milestones_in_report = fields.Boolean(
        help="New contracts of this type print their visible milestones, as part of what is "
        "signed.",
    )
    milestone_reminder_days = fields.Integer(
        "Remind of Milestones (days)",
        default=DEFAULT_REMINDER_DAYS,
        help="How many days before a milestone's due date its owner is reminded. 0: never.",
    )
