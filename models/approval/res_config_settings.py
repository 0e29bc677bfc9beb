from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """The company's wishes about approvals, in the settings."""

    _inherit = "res.config.settings"

    contract_approval_mandatory = fields.Boolean(
        related="company_id.contract_approval_mandatory", readonly=False
    )
    contract_four_eyes = fields.Boolean(related="company_id.contract_four_eyes", readonly=False)
    contract_authority_refuse = fields.Boolean(
        related="company_id.contract_authority_refuse", readonly=False
    )
