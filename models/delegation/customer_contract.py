from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_domain_extract, email_normalize

from ...const import ASKING_STATES
from ...utils import Act, Actor, check_one


class CustomerContract(models.Model):
    """Signers and approvers who pass their part on to a colleague."""

    _inherit = "customer.contract"

    can_delegate = fields.Boolean(compute="_compute_can_delegate")
    has_delegation = fields.Boolean(compute="_compute_has_delegation")

    @api.depends("participant_ids.delegated_from_id")
    def _compute_has_delegation(self):
        for contract in self:
            contract.has_delegation = bool(contract.participant_ids.delegated_from_id)

    @api.depends("state", "allow_delegation", "participant_ids.state", "participant_ids.sequence")
    @api.depends_context("uid")
    def _compute_can_delegate(self):
        for contract in self:
            own_sudo = contract.sudo().participant_ids.filtered(
                lambda person: person.partner_id == self.env.user.partner_id
            )
            contract.can_delegate = any(person._can_be_delegated() for person in own_sudo)

    def action_open_delegate(self):
        """Open the dialog in which the user passes the own part on.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        return self._open_dialog(
            "customer.contract.delegate", _("Delegate"), {"default_contract_id": self.id}
        )

    def action_delegate(self, partner_id, reason):
        """Pass the user's own part on to a colleague.

        The frozen contract does not change: it names the user. The colleague's signature
        and the audit trail tell who acted in whose place, and why.

        :param int partner_id: the colleague's contact
        :param str reason: why
        :return: True
        :rtype: bool
        :raise UserError: if delegation is not allowed, it is not the user's turn, there is
            no reason, or the other person cannot act instead
        """
        check_one(self)
        self.check_access("read")
        partner = self.env["res.partner"].browse(partner_id).exists()
        partner.check_access("read")
        own = self.participant_ids.filtered(
            lambda person: person.partner_id == self.env.user.partner_id and person._is_in_turn()
        )
        self._delegate(Actor(own[:1], "backend"), partner, reason)
        return True

    @api.model
    def _get_acts(self):
        return super()._get_acts() | {
            "delegate": Act(("approver", "signer"), ASKING_STATES, needs_reason=True)
        }

    def _find_obstacle(self, participant, name):
        if name != "delegate":
            return super()._find_obstacle(participant, name)
        if not participant or not participant._is_in_turn():
            return _("It is not your turn to act on this contract.")
        if not participant._can_be_delegated():
            return _("This contract cannot be passed on to somebody else.")
        return None

    def _delegate(self, actor, partner, reason):
        """Pass a participant's part on to a colleague, whoever asked for it.

        Whoever could pass it on without being identified could pass it on to himself.

        :param Actor actor: the participant in turn
        :param recordset partner: the colleague
        :param str reason: why; required
        :return: the stand-in
        :rtype: recordset of `customer.contract.participant`
        :raise UserError: if that is not possible, telling why
        """
        contract_sudo, actor_sudo, reason = self._begin(actor, "delegate", reason)
        participant_sudo = actor_sudo.participant
        partner.ensure_one()
        participant_sudo._check_stand_in(partner)
        with self.env.cr.savepoint():
            stand_in_sudo = participant_sudo._pass_on(partner, reason)
            contract_sudo._check_stand_in_allowed(stand_in_sudo)
        contract_sudo._log_event(
            "delegated", details=stand_in_sudo._prepare_delegation_details(), actor=actor_sudo
        )
        stand_in_sudo._request()
        stand_in_sudo.with_context(
            customer_contract_delegator=participant_sudo.partner_id.name,
            customer_contract_reason=reason,
        )._notify_request("customer_contract.mail_template_delegated")
        contract_sudo._tell_manager(
            lambda env: env._(
                "%(person)s passed the contract on to %(colleague)s: %(reason)s",
                person=participant_sudo.partner_id.name,
                colleague=partner.display_name,
                reason=reason,
            )
        )
        return stand_in_sudo

    def _check_stand_in_allowed(self, stand_in):
        """Refuse a stand-in with whom the contract would break a rule.

        There is none by itself; features with rules about people extend this.

        :param recordset stand_in: the participant who would act
        :raise UserError: telling why not
        """

    def _find_colleague(self, participant, name, email):
        """Find the colleague whom a person outside names, or add the contact.

        Only contacts of the person's company are found. Somebody new needs an address of
        the same mail domain, so that a link that got lost is not passed on to strangers.

        :param recordset participant: the person who names the colleague
        :param str name: the colleague's name
        :param str email: the colleague's address
        :return: the contact, elevated
        :rtype: recordset of `res.partner`
        :raise UserError: if the colleague cannot be taken
        """
        self.ensure_one()
        address = email_normalize(email or "")
        if participant._find_address_problem(name, email):
            raise UserError(_("Please type a valid e-mail address."))
        # People outside have no rights on contacts; they only see what they typed.
        company_sudo = participant.sudo().partner_id.commercial_partner_id
        if not company_sudo.is_company:
            raise UserError(_("This contract cannot be passed on to somebody else."))
        known_sudo = company_sudo.search(
            [("id", "child_of", company_sudo.id), ("email_normalized", "=", address)]
        ).filtered(lambda partner: not partner.is_company)
        if known_sudo:
            return known_sudo[:1]
        domains = {
            email_domain_extract(partner.email)
            for partner in (participant.sudo().partner_id, company_sudo)
            if partner.email
        }
        if email_domain_extract(address) not in domains:
            raise UserError(
                _(
                    "This can be passed on to colleagues of %(company)s only. Use an address "
                    "of your company, or ask us to add the person.",
                    company=company_sudo.name,
                )
            )
        if not (name or "").strip():
            raise UserError(_("Please type your colleague's name."))
        return company_sudo.create(
            {
                "name": self._clean_name(name),
                "email": address,
                "parent_id": company_sudo.id,
                "lang": participant.sudo().partner_id.lang,
            }
        )

    def _supersede(self):
        for contract in self:
            contract.participant_ids._dismiss_stand_ins()
        return super()._supersede()
