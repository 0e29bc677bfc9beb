from odoo import _, fields, models
from odoo.exceptions import UserError

from ...const import ASKING_STATES
from ...utils import check_one

ACCOUNT_POLICIES = ("portal", "portal_2fa")


class CustomerContractParticipant(models.Model):
    """Stand-ins: people who act in the place of a participant of a frozen contract.

    What was frozen names the original participant and stays as it is. The stand-in is
    a participant of its own, which says in whose place it acts; whoever shows the
    contract follows it back to the person whom the content names.

    Employees who are away are asked by way of their substitutes.
    """

    _inherit = "customer.contract.participant"

    def _can_be_delegated(self):
        """Tell whether the person may pass the part on now."""
        self.ensure_one()
        return (
            self.contract_id.allow_delegation
            and self.contract_id.state in ASKING_STATES
            and self.role in ("approver", "signer")
            and self._is_in_turn()
        )

    def _check_stand_in(self, partner):
        """Refuse somebody who cannot act in the place of the participant.

        :param recordset partner: the other person
        :raise UserError: telling why
        """
        self.ensure_one()
        contract = self.contract_id
        if partner.is_company or partner == self.partner_id:
            raise UserError(_("Please choose a colleague."))
        if problem := self._find_address_problem(partner.name, partner.email):
            raise UserError(problem)
        if contract.participant_ids.filtered(
            lambda person: person.partner_id == partner and person.role == self.role
        ):
            raise UserError(
                _("%(person)s already takes part in this contract.", person=partner.name)
            )
        if not self._is_outside():
            self._check_internal_stand_in(partner)
        elif not (
            self.partner_id.commercial_partner_id.is_company
            and partner.commercial_partner_id == self.partner_id.commercial_partner_id
        ):
            raise UserError(
                _(
                    "This can be passed on to colleagues of %(company)s only.",
                    company=self.partner_id.commercial_partner_id.name,
                )
            )
        # Whether somebody has an account does not depend on who asks.
        elif contract.identity_policy in ACCOUNT_POLICIES and not partner.sudo().user_ids:
            raise UserError(
                _(
                    "%(person)s has no account to log in with, which the contract asks for.",
                    person=partner.name,
                )
            )

    def _check_internal_stand_in(self, partner):
        """Refuse somebody who cannot act in the place of an employee.

        :param recordset partner: the other person
        :raise UserError: telling why
        """
        # Who is an employee of the company is known to all employees.
        users_sudo = partner.sudo().user_ids.filtered(
            lambda user: not user.share and self.contract_id.company_id in user.company_ids
        )
        if not users_sudo:
            raise UserError(
                _("%(person)s is not an employee of your company.", person=partner.name)
            )
        if self.role == "signer" and not any(
            user.has_group("customer_contract.group_contract_esign") for user in users_sudo
        ):
            raise UserError(
                _("%(person)s may not sign contracts for the company.", person=partner.name)
            )

    def _pass_on(self, partner, reason):
        """Put a stand-in in the place of a participant, and end the latter's links.

        :param recordset partner: the person who acts instead
        :param str reason: why
        :return: the stand-in, who has not been asked yet
        :rtype: recordset of `customer.contract.participant`
        """
        self.ensure_one()
        created = self._as_system().create(
            {
                "contract_id": self.contract_id.id,
                "partner_id": partner.id,
                "role": self.role,
                "party": self.party,
                "sequence": self.sequence,
                "step_id": self.step_id.id,
            }
        )
        stand_in = self.browse(created.id)
        stand_in._bind_person()
        stand_in._write_protected({"delegated_from_id": self.id, "delegation_reason": reason})
        self._write_protected({"state": "delegated", "done_on": fields.Datetime.now()})
        if user := self._get_internal_user():
            self.contract_id.activity_unlink(
                ["customer_contract.mail_activity_type_sign"], user_id=user.id
            )
        self.contract_id._revoke_links(self)
        return stand_in

    def _dismiss_stand_ins(self):
        """End stand-ins, as a new version asks the people whom the contract names.

        They are kept: their signatures, mails and links name them.
        """
        self.filtered(lambda person: person._is_stand_in())._retire()

    def _prepare_delegation_details(self):
        """Prepare what the trail keeps about a stand-in.

        :rtype: dict
        """
        self.ensure_one()
        return {
            "to": self.partner_id.name or "",
            "email": self._get_email(),
            "reason": self.delegation_reason or "",
        }

    def action_open_replace(self):
        """Open the dialog that puts somebody else in the person's place.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        return self.contract_id._open_dialog(
            "customer.contract.replace",
            _("Replace %(person)s", person=self.partner_id.name),
            {"default_participant_id": self.id},
        )

    # === SUBSTITUTES === #

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
        return self.role == "approver" or user.has_group("customer_contract.group_contract_esign")

    def _notify_request(self, template_xmlid=None):
        """Ask approvers to approve, not to sign."""
        if template_xmlid:
            return super()._notify_request(template_xmlid)
        approvers = self.filtered(lambda person: person.role == "approver")
        reached = approvers._notify_request("customer_contract.mail_template_approval")
        return reached | super(CustomerContractParticipant, self - approvers)._notify_request()
