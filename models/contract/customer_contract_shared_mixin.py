from odoo import _, api, models
from odoo.exceptions import AccessError


class CustomerContractSharedMixin(models.AbstractModel):
    """Configuration that belongs to one company, or is shared by all of them.

    What several companies use is changed by those administrators only who are at home in
    every company: another company's would change words and rules that are not theirs.
    Models whose records rule contracts of themselves, such as approval rules, say so by
    ``_rules_others``: for all companies, these are not added by others either.
    """

    _name = "customer.contract.shared.mixin"
    _description = "Configuration That Companies Share"
    _rules_others = False

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        company = self._fields.get("company_id")
        if (
            self._rules_others
            and company
            and company.store
            and "company_id" in fields
            and not values.get("company_id")
            and not self.env.su
            and self._find_foreign_company()
        ):
            values["company_id"] = self.env.company.id
        return values

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if self._rules_others:
            records.check_access("write")
        return records

    def write(self, vals):
        result = super().write(vals)
        # What was of a company may be all companies' now.
        self.check_access("write")
        return result

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
                names=", ".join(filter(None, self.sudo().mapped("display_name"))),
            )
        )

    def _find_shared(self):
        """Find the records that are not for one company only.

        :rtype: recordset
        """
        if self.env.su:
            return self.browse()
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
