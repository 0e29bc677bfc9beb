from odoo import models


class CustomerContractDocument(models.Model):
    _name = "customer.contract.document"
    _inherit = ["customer.contract.field.access.mixin", "customer.contract.document"]
