from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """When people outside are reminded, in the settings."""

    _inherit = "res.config.settings"

    contract_automatic_reminders = fields.Boolean(
        related="company_id.contract_automatic_reminders", readonly=False
    )
    contract_reminder_first_days = fields.Integer(
        related="company_id.contract_reminder_first_days", readonly=False
    )
    contract_reminder_interval_days = fields.Integer(
        related="company_id.contract_reminder_interval_days", readonly=False
    )
    contract_reminder_last_days = fields.Integer(
        related="company_id.contract_reminder_last_days", readonly=False
    )
    contract_reminder_max_count = fields.Integer(
        related="company_id.contract_reminder_max_count", readonly=False
    )
