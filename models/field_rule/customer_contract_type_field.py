from odoo import api, models


class CustomerContractTypeField(models.Model):
    """Custom fields are among those that rules close, also by what they are filled from."""

    _inherit = "customer.contract.type.field"

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        self.env["customer.contract.field.rule"]._apply()
        return rows

    def write(self, vals):
        result = super().write(vals)
        self.env["customer.contract.field.rule"]._apply()
        return result
