from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    contract_esign_default = fields.Boolean(
        related="company_id.contract_esign_default", readonly=False
    )
