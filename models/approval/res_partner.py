from odoo import fields, models


class ResPartner(models.Model):
    """What contacts may sign, and who may sign for a company."""

    _inherit = "res.partner"

    contract_authority_ids = fields.One2many(
        "customer.contract.authority",
        "partner_id",
        "Signing Authority",
        groups="customer_contract.group_contract_user",
    )
    contract_signatory_ids = fields.One2many(
        "customer.contract.authority",
        "company_partner_id",
        "Authorized Signatories",
        groups="customer_contract.group_contract_user",
    )
