from odoo import _, models


class CustomerContractParticipant(models.Model):
    """On which side somebody stands, and what that means for how the person may act."""

    _inherit = "customer.contract.participant"

    def _get_internal_user(self):
        """Return the employee's user, if the person is one.

        :rtype: recordset of `res.users`
        """
        self.ensure_one()
        return self.partner_id.sudo().user_ids.filtered(lambda user: not user.share)[:1]

    def _get_employee(self):
        """Return the user with which the person works for the contract's company now.

        :rtype: recordset of `res.users`, elevated
        """
        self.ensure_one()
        company_sudo = self.sudo().contract_id.company_id
        return self.partner_id.sudo().user_ids.filtered(
            lambda user: user.active and not user.share and company_sudo in user.company_ids
        )[:1]

    def _is_of_company(self, partner):
        """Tell whether a person is one of the company's own: an employee, or a former one.

        :param recordset partner: the person
        """
        # Whether somebody is an employee is known to all employees.
        partner_sudo = partner.sudo().with_context(active_test=False)
        company_sudo = self.contract_id.company_id.sudo().partner_id
        return any(not user.share for user in partner_sudo.user_ids) or (
            bool(company_sudo) and partner_sudo.commercial_partner_id == company_sudo
        )

    def _stands_for_company(self):
        """Tell whether the person acts for the company, with or without a login."""
        self.ensure_one()
        return self.party == "company"

    def _is_outside(self):
        """Tell whether the person is reached and acts as people outside do.

        That is by mail, personal link, portal or on a device that is handed over. Whoever
        stands for the company never does, whatever became of the login.
        """
        self.ensure_one()
        return not self._stands_for_company() and not self._get_internal_user()

    def _find_incapacity(self):
        """Return why the person may not act now, even in turn and identified.

        Features that look at people extend this.

        :return: words for the person
        :rtype: str | None
        """
        self.ensure_one()
        if self._stands_for_company() and not self._get_employee():
            return _(
                "Only people who work for %(company)s, with a login of their own, can act for it.",
                company=self.sudo().contract_id.company_id.name,
            )
        return None
