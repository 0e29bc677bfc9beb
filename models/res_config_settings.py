from odoo import api, fields, models


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
    contract_certificate_id = fields.Many2one(
        "customer.contract.certificate", compute="_compute_contract_certificate_id"
    )
    contract_timestamp_url = fields.Char(
        related="company_id.contract_timestamp_url", readonly=False
    )
    contract_link_days = fields.Integer(related="company_id.contract_link_days", readonly=False)

    @api.depends("company_id")
    def _compute_contract_certificate_id(self):
        for settings in self:
            settings.contract_certificate_id = self.env[
                "customer.contract.certificate"
            ]._get_in_use(settings.company_id)
