from odoo import _, api, fields, models
from odoo.tools import email_normalize

from ...const import OPEN_STATES, PENDING_STATES
from ...utils import check_one

HELD = "customer_contract.mail_activity_type_held"
# What the manager knows about a person may be right all the same.
CONFIRMABLE = ("archived", "left")


class CustomerContractParticipant(models.Model):
    """Whether a person may still act, and at which address the request reaches that person.

    It is looked at when somebody acts, never only when somebody is asked. Where it ends
    in between, the person's part is held and those who can go on with it are told.

    The request is bound to the address that was frozen. What is written into the contact
    afterwards changes nothing about that: another address is an act of its own.
    """

    _inherit = "customer.contract.participant"

    hold_reason = fields.Selection(
        [
            ("login", "No Login as Employee"),
            ("archived", "Contact Archived"),
            ("left", "Left the Counterparty"),
        ],
        "Held",
        readonly=True,
        copy=False,
        help="Why the person cannot act at present, though it may be the person's turn.",
    )
    confirmed_hold = fields.Char(
        readonly=True, copy=False, help="What somebody confirmed about the person."
    )
    frozen_email = fields.Char(
        "E-mail of the Request",
        readonly=True,
        copy=False,
        help="The address that was frozen with the contract. Requests go there alone.",
    )
    frozen_company_id = fields.Many2one(
        "res.partner",
        "Belonged To",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="The company to which the person belonged when the contract was frozen.",
    )

    def _get_protected_fields(self):
        return super()._get_protected_fields() | {
            "hold_reason",
            "confirmed_hold",
            "frozen_email",
            "frozen_company_id",
        }

    @api.depends("frozen_email")
    def _compute_email(self):
        return super()._compute_email()

    # === THE ADDRESS === #

    def _get_email(self):
        """Return the address of the request: the frozen one, once there is one.

        :rtype: str
        """
        self.ensure_one()
        return self.frozen_email or super()._get_email()

    def _is_reached_elsewhere(self):
        """Tell whether somebody outside is asked at another address than the contact's."""
        self.ensure_one()
        return self._is_outside() and self._has_another_address()

    def _bind_person(self):
        """Bind requests to the person's present address and company, unless they are."""
        for participant in self.filtered(lambda person: not person.frozen_email):
            partner = participant.partner_id
            participant._write_protected(
                {
                    "frozen_email": partner.email or False,
                    "frozen_company_id": partner.commercial_partner_id.id,
                }
            )

    def _unbind_person(self):
        """Forget what bound requests, as the next version is bound anew."""
        self._write_protected(
            {
                "frozen_email": False,
                "frozen_company_id": False,
                "hold_reason": False,
                "confirmed_hold": False,
            }
        )
        self.contract_id.activity_unlink([HELD])

    def _put_address(self, address):
        """Bind the request to another address; the contact gets it where the user may."""
        if not self.frozen_email:
            return super()._put_address(address)
        contract = self.contract_id
        contract._check_may_change_address(self, address)
        self._write_protected({"frozen_email": address, "is_code_locked": False})
        contract._revoke_links(self)
        if self.partner_id.has_access("write") and self._has_another_address():
            super()._put_address(address)
        return None

    def _has_another_address(self):
        """Tell whether the contact has an address to which the request does not go."""
        self.ensure_one()
        bound = email_normalize(self.frozen_email or "") or self.frozen_email
        present = email_normalize(self.partner_id.email or "") or self.partner_id.email
        return bool(bound) and bound != (present or "")

    # === THE DIALOGS === #

    def action_open_confirm(self):
        """Open the dialog that lets the person act, whose part is held.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        return self.contract_id._open_dialog(
            "customer.contract.confirm",
            _("Confirm %(person)s", person=self.partner_id.name),
            {"default_participant_id": self.id},
        )

    def action_open_change_address(self):
        """Open the dialog that sends the person's request to another address.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        return self.contract_id._open_dialog(
            "customer.contract.change.address",
            _("Another Address for %(person)s", person=self.partner_id.name),
            {"default_participant_id": self.id},
        )

    # === WHETHER SOMEBODY MAY ACT === #

    def _has_had_login(self):
        """Tell whether the person has a login, or had one that was archived."""
        self.ensure_one()
        return bool(self.partner_id.sudo().with_context(active_test=False).user_ids)

    def _never_had_login(self):
        """Tell whether a signer of the company never had a login, and signs on paper."""
        self.ensure_one()
        return self.role == "signer" and self.hold_reason != "login" and not self._has_had_login()

    def _find_hold(self):
        """Return why the person's part is to be held, whoever's turn it is.

        Features that give rights extend this.

        :return: a value of ``hold_reason``
        :rtype: str | None
        """
        self.ensure_one()
        if self._stands_for_company():
            is_held = not self._get_employee() and not self._never_had_login()
            return "login" if is_held else None
        reason = self._find_doubt_about_contact()
        return None if reason and self.confirmed_hold == self._get_hold_key(reason) else reason

    def _find_doubt_about_contact(self):
        """Return what has happened to the contact since the contract was frozen.

        :return: one of those reasons that can be confirmed
        :rtype: str | None
        """
        self.ensure_one()
        partner_sudo = self.sudo().partner_id
        company_sudo = self.sudo().frozen_company_id
        if not partner_sudo.active:
            return "archived"
        if (
            self.party == "counterparty"
            and company_sudo
            and company_sudo not in (partner_sudo, partner_sudo.commercial_partner_id)
        ):
            return "left"
        return None

    def _get_hold_key(self, reason):
        """Return what is confirmed with a reason: for another company it is asked again.

        :param str reason: one of the reasons that can be confirmed
        :rtype: str
        """
        self.ensure_one()
        company_id = self.sudo().partner_id.commercial_partner_id.id
        return f"{reason}:{company_id if reason == 'left' else ''}"

    def _find_incapacity(self):
        self.ensure_one()
        if incapacity := super()._find_incapacity():
            return incapacity
        if self._find_hold() in CONFIRMABLE:
            return _(
                "Your part in this contract is held, as something has changed about you in our "
                "contacts. Please get in touch with us: we confirm it, or ask somebody else."
            )
        return None

    def _get_standing_problem(self):
        """Return why the person cannot be asked to act, in words for who asks.

        :rtype: str | None
        """
        self.ensure_one()
        person = self.partner_id.name
        reason = self._find_hold()
        if reason == "login":
            return _(
                "%(person)s has no login as an employee and can no longer act for the company. "
                "Put somebody else in.",
                person=person,
            )
        if reason == "archived" and self.frozen_company_id:
            return _("%(person)s is archived. Replace or confirm the person.", person=person)
        if reason == "archived":
            return _("%(person)s is archived.", person=person)
        if reason == "left":
            return _(
                "%(person)s has left the counterparty since the contract was frozen. Replace or "
                "confirm the person.",
                person=person,
            )
        return None

    # === WHEN IT ENDS === #

    @api.model
    def _get_reviewed_domain(self):
        """Return who still has something to do.

        :rtype: list
        """
        return [
            ("is_retired", "=", False),
            ("role", "in", ("approver", "signer")),
            ("state", "in", (*PENDING_STATES, "disputed")),
            ("contract_id.state", "in", OPEN_STATES),
            ("contract_id.current_version_id", "!=", False),
        ]

    @api.model
    def _find_parts_of(self, partners):
        """Find the parts of people in contracts that are under way.

        :param recordset partners: the people, of `res.partner`
        :rtype: recordset of `customer.contract.participant`, elevated
        """
        # Whoever keeps contacts, users and groups need not have rights on contracts.
        Participant_sudo = self.sudo().with_context(active_test=False)
        return Participant_sudo.search(
            [("partner_id", "in", partners.ids), *self._get_reviewed_domain()]
        )

    def _review_standing(self, has_lost_login=False):
        """Hold the parts of people who may no longer act, and release those who may again.

        :param bool has_lost_login: whether a login was deleted, which cannot be seen later
        """
        for participant in self:
            is_employed = not participant._stands_for_company() or participant._get_employee()
            reason = participant._find_hold() or None
            if not is_employed and (has_lost_login or participant.hold_reason == "login"):
                reason = "login"
            if not participant._find_doubt_about_contact() and participant.confirmed_hold:
                participant._write_protected({"confirmed_hold": False})
            if reason == (participant.hold_reason or None):
                continue
            participant._write_protected({"hold_reason": reason or False})
            if reason:
                participant._hold(reason)
            else:
                participant._release()

    def _hold(self, reason):
        """Draw the consequences of that somebody may no longer act.

        :param str reason: a value of ``hold_reason``
        """
        self.ensure_one()
        contract = self.contract_id
        labels = dict(self._fields["hold_reason"]._description_selection(self.env))
        contract._log_event("participant_held", details={"why": labels[reason]}, participant=self)
        if self._stands_for_company():
            contract._revoke_links(self)
        contract._tell_who_can_replace(lambda env: self._describe_hold(env, reason))

    def _describe_hold(self, env, reason):
        """Return what those are told who can go on with it.

        :param Environment env: that of who reads it
        :param str reason: a value of ``hold_reason``
        :rtype: str
        """
        person = self.partner_id.name
        why = dict(self._fields["hold_reason"]._description_selection(env))[reason]
        if reason in CONFIRMABLE:
            return env._(
                "%(person)s cannot act on this contract for now (%(why)s). Replace the person, "
                "or confirm that the person acts.",
                person=person,
                why=why,
            )
        return env._(
            "%(person)s can no longer act on this contract (%(why)s). Replace the person.",
            person=person,
            why=why,
        )

    def _release(self):
        """Let somebody go on who may act again."""
        self.ensure_one()
        self.contract_id._log_event("participant_released", participant=self)
        if not self.contract_id.participant_ids.filtered("hold_reason"):
            self.contract_id.activity_unlink([HELD])

    def _tell_address_changes(self):
        """Tell that contacts have got other addresses than those of their requests."""
        for participant in self:
            if not participant._is_outside() or not participant._has_another_address():
                continue
            old, new = participant.frozen_email, participant.partner_id.email or ""
            participant.contract_id._log_event(
                "contact_address_changed",
                details={"old": old, "new": new},
                participant=participant,
            )
            participant.contract_id._tell_manager(
                lambda env, person=participant.partner_id, old=old, new=new: env._(
                    "The e-mail of %(person)s was changed from %(old)s to %(new)s. This contract "
                    "is still sent to the old one: change its address if that is right.",
                    person=person.name,
                    old=old,
                    new=new,
                ),
                activity_type=None,
            )
