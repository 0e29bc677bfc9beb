from odoo import fields, models

from ...utils import TypedChar


class CustomerContractType(models.Model):
    """A kind of contract, such as maintenance or non-disclosure."""

    _name = "customer.contract.type"
    _inherit = ["customer.contract.shared.mixin", "customer.contract.policy.mixin"]
    _description = "Contract Type"
    _order = "sequence, name, id"

    name = TypedChar(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index="btree_not_null")
    contract_count = fields.Integer(compute="_compute_contract_count")

    def _compute_contract_count(self):
        counts = dict(
            self.env["customer.contract"]._read_group(
                [("type_id", "in", self.ids)], ["type_id"], ["__count"]
            )
        )
        for contract_type in self:
            contract_type.contract_count = counts.get(contract_type, 0)
