from odoo import fields, models

from ...utils import make_policy


class CustomerContractPolicyMixin(models.AbstractModel):
    """When people outside are reminded of contracts that wait for them."""

    _inherit = "customer.contract.policy.mixin"

    automatic_reminders = make_policy(
        fields.Boolean,
        tracking=True,
        help="Whoever is asked and does not act is reminded by mail, with a new link.",
    )
    reminder_first_days = make_policy(
        fields.Integer,
        "First Reminder",
        help="Days after the request. 0: none but the last one.",
    )
    reminder_interval_days = make_policy(
        fields.Integer,
        "Then Every",
        help="Days between reminders. 0: the first one is not repeated.",
    )
    reminder_last_days = make_policy(
        fields.Integer,
        "Last Reminder",
        help="Days before the deadline to sign. 0: no reminder on account of the deadline.",
    )
    reminder_max_count = make_policy(
        fields.Integer,
        "Most Reminders",
        help="How often a person is reminded at most, the last reminder included.",
    )
    _reminders_not_negative = models.Constraint(
        "CHECK (reminder_first_days >= 0 AND reminder_interval_days >= 0 "
        "AND reminder_last_days >= 0 AND reminder_max_count >= 0)",
        "Reminders are counted in days, from 0.",
    )
