from odoo import fields, models


class CustomerContractType(models.Model):
    """Whether the people named in contracts of a type may pass their part on."""

    _inherit = "customer.contract.type"

    # Contracts call it otherwise, so that the label has to be given.
    allow_delegation = fields.Boolean("Allow Delegation")  # pylint: disable=attribute-string-redundant
