from odoo import _, models


class CustomerContractParticipant(models.Model):
    """How approvers are asked: by their own mail, or by their substitutes."""

    _inherit = "customer.contract.participant"

    def _request(self):
        asked = self
        for participant in self:
            asked = (asked - participant) | participant._substitute()
        return super(CustomerContractParticipant, asked)._request()

    def _substitute(self):
        """Pass an approval on to the substitute of an employee who is away.

        It stays where it is if nobody can take it: the substitute already takes part,
        or made the contract and would be the only one to approve it.

        :return: whoever is to be asked now
        :rtype: recordset of `customer.contract.participant`
        """
        self.ensure_one()
        user = self._get_internal_user()
        if self.role != "approver" or not user:
            return self
        contract = self.contract_id
        substitute_sudo = self.env["customer.contract.substitute"]._find_for(
            user, contract.company_id
        )
        person_sudo = substitute_sudo.partner_id
        taken = contract.participant_ids.filtered(lambda person: person.role == self.role)
        if not person_sudo or person_sudo in taken.partner_id:
            return self
        if person_sudo in contract.sudo()._get_makers():
            return self
        stand_in = self._pass_on(person_sudo, _("%(person)s is away", person=user.name))
        contract._log_event(
            "substituted", details=stand_in._prepare_delegation_details(), participant=self
        )
        return stand_in

    def _notify_request(self, template_xmlid=None):
        """Ask approvers to approve, not to sign."""
        if template_xmlid:
            return super()._notify_request(template_xmlid)
        approvers = self.filtered(lambda person: person.role == "approver")
        if approvers:
            approvers._notify_request("customer_contract.mail_template_approval")
        return super(CustomerContractParticipant, self - approvers)._notify_request()
