from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    contract_signing_order = fields.Selection(
        related="company_id.contract_signing_order", readonly=False, required=True
    )
    contract_confirm_identity = fields.Boolean(
        related="company_id.contract_confirm_identity", readonly=False
    )
    contract_expiring_days = fields.Integer(
        related="company_id.contract_expiring_days", readonly=False
    )
    contract_link_days = fields.Integer(related="company_id.contract_link_days", readonly=False)
    contract_tz = fields.Selection(related="company_id.contract_tz", readonly=False)
    contract_sign_deadline_days = fields.Integer(
        related="company_id.contract_sign_deadline_days", readonly=False
    )
