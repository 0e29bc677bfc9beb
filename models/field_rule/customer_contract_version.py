from odoo import models


class CustomerContractVersion(models.Model):
    _inherit = "customer.contract.version"

    def _get_content(self):
        # The frozen content as such is closed to those from whom fields are hidden, but
        # pages and reports show the contract as frozen to whoever may read it.
        return super(CustomerContractVersion, self.sudo())._get_content()
