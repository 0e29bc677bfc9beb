from odoo import api, models


class CustomerContractVersion(models.Model):
    """The frozen content tells the values of fields, also of those that rules hide."""

    _inherit = "customer.contract.version"

    @api.model
    def _get_field_restrictions(self):
        """Return what is closed to the current user, as for contracts.

        :return: the content, for those from whom any field of contracts is hidden
        :rtype: dict
        """
        restrictions = self.env["customer.contract.event"]._get_field_restrictions()
        return {"content": restrictions["payload"]} if restrictions else {}

    @api.model
    def _has_field_access(self, field, operation):
        return super()._has_field_access(field, operation) and (
            operation != "read" or field.name not in self._get_field_restrictions()
        )

    def _get_content(self):
        # Pages and reports show the contract as frozen to whoever may read it.
        return super(CustomerContractVersion, self.sudo())._get_content()
