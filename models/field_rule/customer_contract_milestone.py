from odoo import models


class CustomerContractMilestone(models.Model):
    _name = "customer.contract.milestone"
    _inherit = ["customer.contract.field.access.mixin", "customer.contract.milestone"]
