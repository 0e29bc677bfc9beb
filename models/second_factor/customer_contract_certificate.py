from odoo import models


class CustomerContractCertificate(models.Model):
    _name = "customer.contract.certificate"
    _inherit = ["customer.contract.administration.mixin", "customer.contract.certificate"]

    def _store_certificate(self, company, key, certificate, chain, is_own=False):
        # The system stores it, on behalf of whoever made or imported it.
        company.with_env(self.env)._check_second_factor()
        return super()._store_certificate(company, key, certificate, chain, is_own=is_own)
