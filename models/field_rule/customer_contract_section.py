from odoo import models


class CustomerContractSection(models.Model):
    _name = "customer.contract.section"
    _inherit = ["customer.contract.field.access.mixin", "customer.contract.section"]
