from odoo import fields, models


class CustomerContractRefusalReason(models.Model):
    """Why a signer may decline a contract."""

    _name = "customer.contract.refusal.reason"
    _description = "Reason to Decline a Contract"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
