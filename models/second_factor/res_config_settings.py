from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    contract_second_factor = fields.Boolean(
        related="company_id.contract_second_factor", readonly=False
    )
