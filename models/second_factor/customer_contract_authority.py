from odoo import models


class CustomerContractAuthority(models.Model):
    _name = "customer.contract.authority"
    _inherit = ["customer.contract.administration.mixin", "customer.contract.authority"]
