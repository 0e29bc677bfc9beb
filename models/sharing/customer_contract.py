from odoo import Command, _, api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...const import OPEN_STATES, PENDING_STATES, PREPARING_STATES
from ...utils import check_one


class CustomerContract(models.Model):
    """What the counterparty's people are shown: requester, observers, colleagues.

    A contract is invisible to them until it is shared or sent. Those who act on it
    find it while they are asked, shared or not.
    """

    _inherit = "customer.contract"

    # === CONSTRAINT METHODS === #

    @api.constrains("partner_id")
    def _check_observers(self):
        for contract in self:
            contract._get_observers()._check_observer_company()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        contracts = super().create(vals_list)
        for contract in contracts.filtered("portal_published"):
            contract._log_event("shared")
        return contracts

    def write(self, vals):
        if "portal_published" not in vals:
            return super().write(vals)
        is_published = bool(vals["portal_published"])
        changed = self.filtered(lambda contract: contract.portal_published != is_published)
        if not self._is_system_write():
            for contract in changed:
                contract._log_event("shared" if is_published else "unshared")
        result = super().write(vals)
        if not is_published:
            for contract in changed:
                if observers := contract._get_observers():
                    contract._revoke_links(observers)
        return result

    def copy_data(self, default=None):
        """Leave out observers who do not belong to the copy's counterparty."""
        vals_list = super().copy_data(default=default)
        Partner = self.env["res.partner"]
        for contract, values in zip(self, vals_list, strict=True):
            company = Partner.browse(values.get("partner_id")).commercial_partner_id
            kept = []
            for command in values.get("participant_ids") or []:
                person = command[2] if command[0] == Command.CREATE else {}
                partner = Partner.browse(person.get("partner_id"))
                if person.get("role") != "observer" or (
                    partner.commercial_partner_id == (company or contract.commercial_partner_id)
                ):
                    kept.append(command)
            if "participant_ids" in values:
                values["participant_ids"] = kept
        return vals_list

    # === ACTION METHODS === #

    def action_share_with_customer(
        self, requester_id=None, observer_ids=None, share_documents=False, invite=False
    ):
        """Show contracts to the customer's people in the portal, and tell them.

        Drafts may be shared as well: they can be read there, and nothing else. Whoever
        sees the contract already gets no second mail.

        :param int requester_id: the contact who asked for the contract; left as it is
            if left out
        :param list[int] observer_ids: the contacts of the same company who may read the
            contract, instead of those so far; left as they are if left out
        :param bool share_documents: whether all documents become visible as well
        :param bool invite: whether those without an account are invited to the portal
        :return: True
        :rtype: bool
        :raise UserError: if there is nobody to share a draft with, or an observer
            belongs to another company
        """
        self.check_access("write")
        for contract in self:
            contract._lock_for_act()
            before = contract._get_readers() if contract.portal_published else None
            if requester_id is not None and requester_id != contract.requester_id.id:
                contract.requester_id = requester_id
            if observer_ids is not None:
                contract._set_observers(self.env["res.partner"].browse(observer_ids))
            if contract.state in PREPARING_STATES and not contract._get_readers():
                raise UserError(_("Choose who shall see the contract: a requester or observers."))
            if share_documents:
                contract.document_ids.filtered(
                    lambda document: not document.portal_visible
                ).portal_visible = True
            if invite:
                contract._get_uninvited()._invite_to_portal()
            if not contract.portal_published:
                contract.portal_published = True
            contract._notify_shared(contract._get_readers() - (before or contract._get_nobody()))
        return True

    def action_unshare(self):
        """Hide contracts from requester, observers and colleagues at once.

        Their personal links stop working. Those who are asked to act still find the
        contract, until it is cancelled.

        :return: True
        :rtype: bool
        """
        self.check_access("write")
        self.portal_published = False
        return True

    def action_share_many(self):
        """Show those of the contracts in the portal that have somebody to show them to.

        Requester and observers stay as they are.

        :return: an action that tells what was done, and what not
        :rtype: dict
        :raise UserError: if none could be shown
        """
        self.check_access("write")
        return self._act_on_each(lambda contract: contract.action_share_with_customer())

    def action_unshare_many(self):
        """Hide the contracts from whoever only reads them in the portal.

        :return: an action that tells what was done, and what not
        :rtype: dict
        :raise UserError: if none could be hidden
        """
        self.check_access("write")
        return self._act_on_each(lambda contract: contract.action_unshare())

    def action_open_share(self):
        """Open the dialog in which the contract is shared.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        self.check_access("write")
        return self._open_dialog(
            "customer.contract.share",
            _("Share %(reference)s", reference=self.name),
            {"default_contract_id": self.id},
        )

    # === WHO SEES IT === #

    def _get_nobody(self):
        """Return no contact at all."""
        return self.env["res.partner"]

    def _get_observers(self):
        """Return the observers.

        :rtype: recordset of `customer.contract.participant`
        """
        return self.participant_ids.filtered(lambda participant: participant.role == "observer")

    def _get_readers(self):
        """Return the contacts to whom the contract is shown without their having to act.

        :rtype: recordset of `res.partner`
        """
        self.ensure_one()
        return self.requester_id | self._get_observers().partner_id

    def _get_uninvited(self):
        """Return those of the readers who have no account to log in with.

        :rtype: recordset of `res.partner`
        """
        self.ensure_one()
        # Whether somebody has an account does not depend on who asks.
        return self._get_readers().filtered(lambda partner: not partner.sudo().user_ids)

    def _set_observers(self, partners):
        """Let exactly these contacts observe the contract.

        :param recordset partners: the contacts
        """
        self.ensure_one()
        observers = self._get_observers()
        observers.filtered(lambda participant: participant.partner_id not in partners).unlink()
        self.env["customer.contract.participant"].create(
            [
                {"contract_id": self.id, "partner_id": partner.id, "role": "observer"}
                for partner in partners - observers.partner_id
            ]
        )
        self.invalidate_recordset(["participant_ids"])

    def _explain_outsider(self, partner):
        """Explain why a contact cannot observe the contract.

        :param recordset partner: the contact
        :rtype: str
        """
        self.ensure_one()
        company = partner.commercial_partner_id
        if company == partner:
            return _(
                "%(person)s cannot observe this contract: the contact belongs to no company, "
                "and observers are people of %(counterparty)s. Set the contact's company first.",
                person=partner.display_name,
                counterparty=self.commercial_partner_id.display_name,
            )
        return _(
            "%(person)s cannot observe this contract: the contact belongs to %(company)s, and "
            "observers are people of %(counterparty)s. If that is wrong, correct the contact's "
            "company first.",
            person=partner.name,
            company=company.display_name,
            counterparty=self.commercial_partner_id.display_name,
        )

    @api.model
    def _get_portal_alternatives(self, person_id, is_employee):
        """Add the contracts that somebody finds without having to act.

        Whoever only reads finds what is shared, as long as he belongs to the company that
        the contract is with: companies are compared when the contract is read, so that
        nothing has to be withdrawn from people who leave.
        """
        is_member = [("commercial_member_ids", "any", [("id", "=", person_id)])]
        is_shared = Domain("portal_published", "=", True)
        is_out = Domain("state", "not in", PREPARING_STATES)
        is_counterparty = Domain("commercial_partner_id", "=", person_id) | Domain(
            "commercial_partner_id", "any", is_member
        )
        observes = [("partner_id", "=", person_id), ("role", "=", "observer")]
        is_named = Domain("requester_id", "=", person_id) | (
            is_out & Domain("partner_id", "=", person_id)
        )
        is_shared_with = is_shared & is_counterparty
        is_colleague = is_out & Domain(
            "commercial_partner_id",
            "any",
            [("contract_colleague_access", "=", True), *is_member],
        )
        return [
            *super()._get_portal_alternatives(person_id, is_employee),
            is_shared_with & is_named,
            is_shared_with & Domain("participant_ids", "any", observes),
            is_shared & is_colleague,
        ]

    # === WHAT FOLLOWS === #

    def _notify_shared(self, partners):
        """Tell people that a contract is shared with them, and where it is.

        Once it is sent, those who act get mails of their own when it is their turn.

        :param recordset partners: the contacts
        """
        self.ensure_one()
        told = partners.filtered("email")
        if self.state not in PREPARING_STATES:
            told -= self._get_acting_participants().partner_id
        if told:
            self._send_template("customer_contract.mail_template_shared", told)

    def _mark_sent(self):
        was_shared = self.portal_published
        super()._mark_sent()
        if not was_shared:
            self._notify_shared(self._get_readers())

    def _supersede(self):
        """Hide what is revised until it is sent or shared again."""
        for contract in self:
            was_out = contract.state not in PREPARING_STATES
            super(CustomerContract, contract)._supersede()
            if was_out and contract.portal_published:
                contract._write_protected({"portal_published": False})

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """Let only those write messages in the portal who are named in the contract."""
        operations = super()._mail_get_operation_for_mail_message_operation(message_operation)
        user = self.env.user
        if message_operation != "create" or not user.share:
            return operations
        # Portal users have no rights on participants.
        return {
            contract: operation if contract.sudo()._is_named(user.partner_id) else "write"
            for contract, operation in operations.items()
        }

    def _is_named(self, partner):
        """Tell whether a contact is named in the contract, and not just a colleague.

        :param recordset partner: the contact
        """
        self.ensure_one()
        return partner in (self.participant_ids.partner_id | self.requester_id | self.partner_id)

    # === PEOPLE WHO CHANGE COMPANY === #

    @api.model
    def _follow_people(self, companies):
        """Draw the consequences of people's having changed company.

        Record rules and pages compare companies by themselves. Here links end, the
        trail is told and managers are.

        :param dict companies: the company each contact (`res.partner`) had before
        """
        people = self.env["res.partner"].browse([person.id for person in companies])
        # Whoever keeps contacts need not have rights on contracts.
        Contract_sudo = self.sudo().with_context(active_test=False)
        drafts_sudo = Contract_sudo.search([("partner_id", "in", people.ids)]).filtered(
            lambda contract: contract._can_be_edited()
        )
        drafts_sudo._compute_commercial_partner_id()
        concerned_sudo = Contract_sudo.search(
            Domain("requester_id", "in", people.ids)
            | Domain("partner_id", "in", people.ids)
            | Domain("participant_ids.partner_id", "in", people.ids)
        )
        for contract_sudo in concerned_sudo:
            for person in people & contract_sudo._get_named_people():
                if not contract_sudo._is_counterparty_person(person):
                    contract_sudo._part_with(person, companies[person])

    def _get_named_people(self):
        """Return the counterparty's people who are named in the contract.

        :rtype: recordset of `res.partner`
        """
        self.ensure_one()
        others = self.participant_ids.filtered(
            lambda participant: (
                participant.role != "observer" and participant.party != "counterparty"
            )
        )
        return self.partner_id | self.requester_id | (self.participant_ids - others).partner_id

    def _part_with(self, person, company):
        """End what a person who left the counterparty's company sees, and tell so.

        :param recordset person: the contact, who belongs elsewhere now
        :param recordset company: the company the contact belonged to
        """
        self.ensure_one()
        own = self.participant_ids.filtered(lambda participant: participant.partner_id == person)
        observer = own & self._get_observers()
        details = {
            "person": person.name or "",
            "from": company.name or "",
            "to": person.commercial_partner_id.name or "",
        }
        self._log_event("contact_left", details=details, participant=own[:1])
        observer._end_observation()
        is_waited_for = self.state in OPEN_STATES and any(
            participant.state in PENDING_STATES for participant in own - observer
        )
        if is_waited_for and own.filtered("hold_reason"):
            return  # the part is held, and those are told who can go on with it

        def tell(env):
            if own - observer:
                return env._(
                    "%(person)s, who acted on this contract, no longer belongs to %(company)s.",
                    person=person.name,
                    company=company.name,
                )
            return env._(
                "%(person)s no longer belongs to %(company)s and can no longer see this "
                "contract in the portal.",
                person=person.name,
                company=company.name,
            )

        self._tell_manager(tell)
