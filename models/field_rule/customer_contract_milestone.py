from odoo import models


class CustomerContractMilestone(models.Model):
    _name = "customer.contract.milestone"
    _inherit = ["customer.contract.field.access.mixin", "customer.contract.milestone"]

    def _get_equivalent_fields(self):
        amounts = {"amount", "share", "basis", "basis_value"}
        return [*super()._get_equivalent_fields(), amounts]
