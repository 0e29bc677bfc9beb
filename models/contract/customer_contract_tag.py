from random import randint

from odoo import fields, models


class CustomerContractTag(models.Model):
    """A free label on contracts."""

    _name = "customer.contract.tag"
    _inherit = "customer.contract.shared.mixin"
    _description = "Contract Tag"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer(default=lambda self: randint(1, 11))
    _name_unique = models.Constraint("UNIQUE (name)", "A tag with this name exists already.")
