from markupsafe import Markup

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ...const import ASKED_STATES, MAIL_LAYOUT, OPEN_STATES, PENDING_STATES
from ...utils import check_one
from .customer_contract_participant import CONFIRMABLE, HELD


class CustomerContract(models.Model):
    """Who may act is looked at when somebody acts, and who may not is somebody's next step."""

    _inherit = "customer.contract"

    held_people = fields.Text(compute="_compute_held_people", groups="base.group_user")

    @api.depends("state", "participant_ids.hold_reason")
    def _compute_held_people(self):
        for contract in self:
            held = contract.participant_ids.filtered("hold_reason")
            problems = [person._get_standing_problem() for person in held]
            is_open = contract.state in OPEN_STATES
            contract.held_people = "\n".join(filter(None, problems)) if is_open else False

    # === THE GUARD === #

    def _is_identified(self, actor):
        """Take no account for the person whose contact got another address since.

        A new password of the account would be sent there: it shows no more than who
        reads that mailbox, and the request is bound to another one.
        """
        is_account = actor.identified_by in ("portal", "portal_2fa")
        if is_account and actor.participant._is_reached_elsewhere():
            return False
        return super()._is_identified(actor)

    def _check_identified(self, actor):
        is_account = actor.identified_by in ("portal", "portal_2fa")
        if is_account and actor.participant._is_reached_elsewhere():
            raise UserError(
                _(
                    "Your e-mail address here is no longer the one to which this contract was "
                    "sent. Please use the link that was sent there, or ask us to change the "
                    "contract's address."
                )
            )
        return super()._check_identified(actor)

    def _get_sending_problems(self):
        problems = super()._get_sending_problems()
        for participant in self._get_acting_participants():
            if participant.state in PENDING_STATES and (
                problem := participant._get_standing_problem()
            ):
                problems.append(problem)
        return problems

    def _remind(self, participants, details=None):
        held = participants.filtered(lambda person: person._find_hold())
        if held and held == participants:
            raise UserError("\n".join(person._get_standing_problem() for person in held))
        return super()._remind(participants - held, details)

    # === WHAT IS BOUND === #

    def _record_version(self, author=None):
        version = super()._record_version(author=author)
        self._get_acting_participants()._bind_person()
        return version

    def _supersede(self):
        result = super()._supersede()
        if not self.current_version_id:
            self.participant_ids._unbind_person()
        return result

    # === WHO GOES ON WITH IT === #

    @api.model
    def _get_contract_administrators(self, company=None):
        """Return the contract administrators.

        :param recordset company: only those who work for it
        :rtype: recordset of `res.users`, elevated
        """
        # Whoever sets it off may not read groups.
        users_sudo = self.env.ref("customer_contract.group_contract_manager").sudo().all_user_ids
        return users_sudo.filtered(
            lambda user: (
                user.active
                and not user.share
                and not user._is_superuser()
                and (not company or company in user.company_ids)
            )
        )

    def _tell_who_can_replace(self, tell):
        """Tell the manager and the administrators of somebody who can no longer act.

        The work is the manager's; that of the administrators if the manager is gone.

        :param callable tell: given an environment, returns what happened in its language
        """
        self.ensure_one()
        # Whoever keeps users and contacts need not have rights on contracts.
        contract_sudo = self.sudo()
        administrators_sudo = contract_sudo._get_contract_administrators(contract_sudo.company_id)
        contract_sudo._tell_manager(tell, activity_type=None, also=administrators_sudo.partner_id)
        for user_sudo in contract_sudo.user_id.filtered("active") or administrators_sudo:
            speaking_sudo = contract_sudo._speaking_to(user_sudo)
            speaking_sudo.activity_schedule(
                HELD, note=tell(speaking_sudo.env), user_id=user_sudo.id
            )

    def action_confirm_participant(self, participant_id, reason):
        """Let somebody act whose part is held because of what changed in the contact.

        Only that is confirmed: whoever then goes to another company is held again. People
        who stood for the company and have lost login or right are replaced instead.

        :param int participant_id: the participant
        :param str reason: why it is still right that the person acts, for the trail
        :return: True
        :rtype: bool
        :raise UserError: if nothing can be confirmed about the person, or without a reason
        """
        check_one(self)
        self.check_access("write")
        self._check_state(*OPEN_STATES)
        self._lock_for_act()
        participant = self.participant_ids.filtered(lambda person: person.id == participant_id)
        hold = participant._find_hold() if participant else None
        if hold not in CONFIRMABLE:
            raise UserError(_("Nothing can be confirmed about this person."))
        if participant.partner_id == self.env.user.partner_id:
            raise UserError(_("Somebody else has to confirm it."))
        if not (reason or "").strip():
            raise UserError(_("Please give a reason."))
        labels = dict(participant._fields["hold_reason"]._description_selection(self.env))
        participant._write_protected({"confirmed_hold": participant._get_hold_key(hold)})
        self._log_event(
            "participant_confirmed",
            details={"why": labels[hold], "reason": reason.strip()},
            participant=participant,
        )
        participant._review_standing()
        return True

    # === ANOTHER ADDRESS === #

    def action_change_address(self, participant_id, email, reason):
        """Send a participant's request to another address than the frozen one.

        What was frozen stays as it is; trail and certificate tell both addresses, who
        changed them and why. Links and codes sent before stop working, the old address is
        told, and the new one is asked.

        Whoever signs or approves for the company would hold both ends of the contract: such
        a person corrects an address that no mail reaches, a colleague any other one.

        :param int participant_id: the participant
        :param str email: the other address
        :param str reason: why
        :return: True
        :rtype: bool
        :raise UserError: if the user may not, the address is none or an employee's, there
            is no reason, or nothing is sent to the person
        """
        check_one(self)
        self.check_access("write")
        self._check_state(*OPEN_STATES)
        self._lock_for_act()
        participant = self.participant_ids.filtered(lambda person: person.id == participant_id)
        if not participant.frozen_email or not participant._is_outside():
            raise UserError(_("Requests to this person are not bound to an address."))
        old = participant._get_email_formatted()
        was_reached = not participant._is_unreached()
        participant._correct_address(email, reason)
        if was_reached:
            self._tell_old_address(participant, old)
        if participant.state in ASKED_STATES and participant._is_in_turn():
            participant._notify_request()
        return True

    def _check_may_change_address(self, participant, address):
        """Refuse another address that would let somebody act in the person's place.

        :param recordset participant: the participant
        :param str address: the other address, normalized
        :raise UserError: telling why not
        """
        self.ensure_one()
        me = self.env.user.partner_id
        acts_for_company = self._get_acting_participants().filtered(
            lambda person: person.partner_id == me and person != participant
        )
        if participant.partner_id == me or (acts_for_company and not participant._is_unreached()):
            raise UserError(
                _(
                    "You act on this contract yourself. A colleague who does not has to change "
                    "the address of %(person)s, as long as mails arrive there.",
                    person=participant.partner_id.name,
                )
            )
        # Who is an employee is known to all employees.
        users_sudo = self.env["res.users"].sudo()
        if users_sudo.search_count(
            [("share", "=", False), ("partner_id.email_normalized", "=", address)], limit=1
        ):
            raise UserError(_("%(email)s is the address of an employee of yours.", email=address))

    def _tell_old_address(self, participant, address):
        """Tell the address that was frozen that the request goes elsewhere now.

        :param recordset participant: the participant
        :param str address: the old address, with the person's name
        """
        self.ensure_one()
        contract_sudo = self.sudo()
        author_sudo = contract_sudo._get_mail_author()
        speaking = contract_sudo.with_context(lang=participant.partner_id.lang)
        text = speaking.env._(
            "The request to act on %(contract)s is sent to another address of yours "
            "from now on. If that is not right, please tell us at once.",
            contract=speaking.display_name,
        )
        letter = speaking._prepare_letter(participant.partner_id)
        body = speaking.env["mail.render.mixin"]._render_encapsulate(
            MAIL_LAYOUT,
            Markup("<p>%s</p>") % text,
            add_context={"letter": letter, "company": contract_sudo.company_id},
            context_record=speaking,
        )
        # Not about a record of ours: what is, goes to the bound address.
        self.env["mail.mail"].sudo().create(
            {
                "email_to": address,
                "email_from": contract_sudo._get_mail_sender(author_sudo),
                "author_id": author_sudo.id,
                "subject": speaking.env._(
                    "%(contract)s is sent to another address", contract=speaking.display_name
                ),
                "body_html": body,
                "auto_delete": True,
            }
        ).send_after_commit()
