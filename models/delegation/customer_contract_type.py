from odoo import fields, models


class CustomerContractType(models.Model):
    """Whether the people named in contracts of a type may pass their part on."""

    _inherit = "customer.contract.type"

    allow_delegation = fields.Boolean("Allow Delegation")
