from odoo import _, models
from odoo.exceptions import AccessError


class CustomerContractSharedMixin(models.AbstractModel):
    """Configuration that belongs to one company, or is shared by all of them.

    What several companies use is changed by those administrators only who are at home in
    every company: another company's would change words and rules that are not theirs.
    """

    _name = "customer.contract.shared.mixin"
    _description = "Configuration That Companies Share"

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if result or operation not in ("write", "unlink") or not any(self._ids):
            return result
        shared = self._find_shared()
        if shared and self._find_foreign_company():
            return shared, shared._make_shared_error
        return None

    def _make_shared_error(self):
        """Return what whoever may not change shared records is told.

        :rtype: AccessError
        """
        return AccessError(
            _(
                "All companies use this: %(names)s. It is changed by an administrator who "
                "may work in every company. You can add one of your own.",
                names=", ".join(self.sudo().mapped("display_name")),
            )
        )

    def _find_shared(self):
        """Find the records that are not for one company only.

        :rtype: recordset
        """
        if "company_id" not in self._fields:
            return self
        # Whether they are shared is asked for whoever may not read them, too.
        return self.filtered(lambda record: not record.sudo().company_id)

    def _find_foreign_company(self):
        """Find a company in which the user may not work.

        :return: one of them, if there is one; elevated
        :rtype: recordset of `res.company`
        """
        own_sudo = self.env.user.sudo().company_ids
        return self.env["res.company"].sudo().search([("id", "not in", own_sudo.ids)], limit=1)
