from odoo import fields, models

REMINDER_DEFAULTS = {
    "automatic_reminders": True,
    "reminder_first_days": 3,
    "reminder_interval_days": 7,
    "reminder_last_days": 1,
    "reminder_max_count": 5,
}


class CustomerContractType(models.Model):
    """When people outside are reminded of contracts of a type that wait for them."""

    _inherit = "customer.contract.type"

    automatic_reminders = fields.Boolean(
        default=REMINDER_DEFAULTS["automatic_reminders"],
        help="Whoever is asked and does not act is reminded by mail, with a new link.",
    )
    reminder_first_days = fields.Integer(
        "First Reminder",
        default=REMINDER_DEFAULTS["reminder_first_days"],
        help="Days after the request. 0: none but the last one.",
    )
    reminder_interval_days = fields.Integer(
        "Then Every",
        default=REMINDER_DEFAULTS["reminder_interval_days"],
        help="Days between reminders. 0: the first one is not repeated.",
    )
    reminder_last_days = fields.Integer(
        "Last Reminder",
        default=REMINDER_DEFAULTS["reminder_last_days"],
        help="Days before the deadline to sign. 0: no reminder on account of the deadline.",
    )
    reminder_max_count = fields.Integer(
        "Most Reminders",
        default=REMINDER_DEFAULTS["reminder_max_count"],
        help="How often a person is reminded at most, the last reminder included.",
    )
    _reminders_not_negative = models.Constraint(
        "CHECK (reminder_first_days >= 0 AND reminder_interval_days >= 0 "
        "AND reminder_last_days >= 0 AND reminder_max_count >= 0)",
        "Reminders are counted in days, from 0.",
    )
