from odoo import _, models


class CustomerContractParticipant(models.Model):
    """How people are asked: approvers by their own mail, employees by their substitutes."""

    _inherit = "customer.contract.participant"

    def _request(self):
        asked = self
        for participant in self:
            asked = (asked - participant) | participant._substitute()
        return super(CustomerContractParticipant, asked)._request()

    def _substitute(self):
        """Pass an employee's part on to the substitute while the employee is away.

        It stays where it is if nobody can take it: the substitute already takes part,
        made the contract and would be the only one to approve it, or may not sign for
        the company.

        :return: whoever is to be asked now
        :rtype: recordset of `customer.contract.participant`
        """
        self.ensure_one()
        user = self._get_internal_user()
        if self.role not in ("approver", "signer") or not user:
            return self
        contract = self.contract_id
        substitute_sudo = self.env["customer.contract.substitute"]._find_for(
            user, contract.company_id
        )
        person_sudo = substitute_sudo.partner_id
        taken = contract.participant_ids.filtered(lambda person: person.role == self.role)
        if not person_sudo or person_sudo in taken.partner_id:
            return self
        if not self._can_be_substituted_by(substitute_sudo):
            return self
        stand_in = self._pass_on(person_sudo, _("%(person)s is away", person=user.name))
        contract._log_event(
            "substituted", details=stand_in._prepare_delegation_details(), participant=self
        )
        return stand_in

    def _can_be_substituted_by(self, user):
        """Tell whether an employee may act in the place of another one.

        :param recordset user: the substitute, elevated
        """
        self.ensure_one()
        contract_sudo = self.contract_id.sudo()
        is_maker = user.partner_id in contract_sudo._get_makers()
        if self.role == "approver":
            return not is_maker
        if not user.has_group("customer_contract.group_contract_esign"):
            return False
        # Four eyes would be two if whoever wrote or approved the contract signed it too,
        # in the place of somebody else.
        approvers = contract_sudo.participant_ids.filtered(lambda person: person.role == "approver")
        return not contract_sudo.company_id.contract_four_eyes or not (
            is_maker or user.partner_id in approvers.partner_id
        )

    def _notify_request(self, template_xmlid=None):
        """Ask approvers to approve, not to sign."""
        if template_xmlid:
            return super()._notify_request(template_xmlid)
        approvers = self.filtered(lambda person: person.role == "approver")
        if approvers:
            approvers._notify_request("customer_contract.mail_template_approval")
        return super(CustomerContractParticipant, self - approvers)._notify_request()
