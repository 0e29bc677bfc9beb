from odoo import fields, models

from ...utils import TypedChar


class CustomerContractDisputeCategory(models.Model):
    """What signers disagree with, so that causes can be counted."""

    _name = "customer.contract.dispute.category"
    _inherit = "customer.contract.shared.mixin"
    _description = "Category of Contract Disputes"
    _order = "sequence, id"

    name = TypedChar(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
