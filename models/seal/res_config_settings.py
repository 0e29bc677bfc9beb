from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    """What the company's contracts are sealed with."""

    _inherit = "res.config.settings"

    contract_certificate_id = fields.Many2one(
        "customer.contract.certificate", compute="_compute_contract_certificate_id"
    )
    contract_timestamp_url = fields.Char(
        related="company_id.contract_timestamp_url", readonly=False
    )

    @api.depends("company_id")
    def _compute_contract_certificate_id(self):
        for settings in self:
            settings.contract_certificate_id = self.env[
                "customer.contract.certificate"
            ]._get_in_use(settings.company_id)
