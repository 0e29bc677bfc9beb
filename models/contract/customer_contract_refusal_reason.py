from odoo import fields, models

from ...utils import TypedChar


class CustomerContractRefusalReason(models.Model):
    """Why a signer may decline a contract."""

    _name = "customer.contract.refusal.reason"
    _inherit = "customer.contract.shared.mixin"
    _description = "Reason to Decline a Contract"
    _order = "sequence, id"

    name = TypedChar(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
