from odoo import models


class CustomerContractCertificate(models.Model):
    _name = "customer.contract.certificate"
    _inherit = ["customer.contract.administration.mixin", "customer.contract.certificate"]
