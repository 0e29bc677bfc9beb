from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Whether files are shared, in the settings."""

    _inherit = "res.config.settings"

    contract_documents_visible = fields.Boolean(
        related="company_id.contract_documents_visible", readonly=False
    )
