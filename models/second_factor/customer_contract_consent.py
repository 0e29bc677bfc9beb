from odoo import models


class CustomerContractConsent(models.Model):
    _name = "customer.contract.consent"
    _inherit = ["customer.contract.administration.mixin", "customer.contract.consent"]
