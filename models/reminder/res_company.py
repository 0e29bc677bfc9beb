from odoo import fields, models


class ResCompany(models.Model):
    """When people outside are reminded, unless a type or a contract says otherwise."""

    _inherit = "res.company"

    contract_automatic_reminders = fields.Boolean(default=True)
    contract_reminder_first_days = fields.Integer(default=2)
    contract_reminder_interval_days = fields.Integer(default=2)
    contract_reminder_last_days = fields.Integer(default=1)
    contract_reminder_max_count = fields.Integer(default=5)
    _contract_reminders_not_negative = models.Constraint(
        "CHECK (contract_reminder_first_days >= 0 AND contract_reminder_interval_days >= 0 "
        "AND contract_reminder_last_days >= 0 AND contract_reminder_max_count >= 0)",
        "Reminders are counted in days, from 0.",
    )
