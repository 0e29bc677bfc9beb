from odoo import models


class CustomerContractType(models.Model):
    _name = "customer.contract.type"
    _inherit = ["customer.contract.administration.mixin", "customer.contract.type"]
