import logging

from dateutil.relativedelta import relativedelta

from odoo import SUPERUSER_ID, _, api, fields, models
from odoo.exceptions import UserError

from ...const import ASKED_STATES, ASKING_STATES, OPEN_STATES, PREPARING_STATES
from ...utils import Actor

_logger = logging.getLogger(__name__)


class CustomerContract(models.Model):
    """What people do with a contract, from submitting to signing it.

    The public methods are the ones that programs call over JSON-2; the form's
    buttons lead to them.
    """

    _inherit = "customer.contract"

    def action_submit(self):
        """Submit contracts for approval: freeze them and ask the first approvers.

        :return: True
        :rtype: bool
        :raise UserError: if a contract has no approver, or is not ready to be sent
        """
        self.check_access("write")
        for contract in self:
            contract._check_before_submitting()
            contract._ensure_frozen()
            contract._log_event("submitted")
            contract._advance()
        return True

    def _check_before_submitting(self):
        """Refuse to submit a contract that is not ready, or needs no approval.

        :raise UserError: telling why not
        """
        self.ensure_one()
        self._check_state("draft")
        if not self._needs_approval():
            raise UserError(
                _(
                    "%(contract)s has no approver. You can send it right away.",
                    contract=self.display_name,
                )
            )
        self._check_can_be_sent()

    def action_approve(self, comment=""):
        """Approve contracts, as the approver whose turn it is.

        :param str comment: what the trail and the manager are told with it
        :return: True
        :rtype: bool
        :raise UserError: if the user is not an approver in turn
        """
        for contract in self:
            participant = contract._get_participant_in_turn(self.env.user.partner_id, "approver")
            contract._approve(Actor(participant, "backend"), comment)
        return True

    def action_send(self):
        """Send contracts for signature: check, freeze, ask, with the default mail.

        :return: True
        :rtype: bool
        :raise UserError: listing everything that is missing
        """
        self.check_access("write")
        for contract in self:
            contract._send()
        return True

    def _submit_or_send(self):
        """Submit the contract for approval if it needs some, else send it."""
        self.ensure_one()
        if self._needs_approval():
            self.action_submit()
        else:
            self.action_send()

    def action_cancel(self, reason=""):
        """Cancel contracts that are not signed. Personal links stop working.

        :param str reason: why, for the trail and the participants
        :return: True
        :rtype: bool
        :raise UserError: if a contract is signed or already ended
        """
        self.check_access("write")
        self._check_state(*OPEN_STATES, "expired")
        for contract in self:
            informed = contract._get_informed_participants()
            contract._close("cancelled", "cancelled", reason=reason)
            if informed:
                contract._send_template(
                    "customer_contract.mail_template_cancelled", informed.partner_id
                )
            contract._revoke_links()
        return True

    def action_new_version(self):
        """Bring contracts back to draft; what was signed so far remains as history.

        Open requests are void and personal links stop working.

        :return: True
        :rtype: bool
        :raise UserError: if a contract is signed, or was never frozen
        """
        self.check_access("write")
        self._check_state(
            "draft", "approval", "sent", "disputed", "declined", "expired", "cancelled"
        )
        for contract in self:
            contract._supersede()
        return True

    def action_remind(self):
        """Remind whoever is asked to act and has not done so.

        Of several contracts, those are reminded that can be; the others are told, and why.

        :return: True; for several, an action that tells what was done, and what not
        :rtype: bool | dict
        :raise UserError: if none of the contracts waits for somebody
        """
        self.check_access("write")
        if len(self) == 1:
            self._check_state(*ASKING_STATES)
            self._remind(self._get_next_participants())
            return True
        return self._act_on_each(lambda contract: contract.action_remind())

    def _remind(self, participants, details=None):
        """Remind people who are asked to act, with links beside those they have.

        :param recordset participants: those who are reminded
        :param dict details: what the trail keeps about it
        """
        self.ensure_one()
        participants._write_protected(
            {"reminded_on": fields.Datetime.now(), "is_code_locked": False}
        )
        employees = participants.filtered(lambda person: person._get_internal_user())
        reached = employees._remind_employees() | (participants - employees)._notify_request(
            "customer_contract.mail_template_reminder"
        )
        for participant in reached:
            self._log_event("reminded", details=details, participant=participant)

    def _get_sending_problems(self):
        """Find everything that keeps the contract from being sent.

        :return: one sentence per problem
        :rtype: list[str]
        """
        self.ensure_one()
        problems = []
        signers = self._get_acting_participants().filtered(lambda person: person.role == "signer")
        if not any(section.body or section.title for section in self.section_ids):
            problems.append(_("The contract has no section."))
        if not signers:
            problems.append(_("Nobody is to sign the contract."))
        elif "counterparty" not in signers.mapped("party"):
            problems.append(_("Nobody signs for the counterparty."))
        for participant in self._get_acting_participants():
            if problem := participant._find_address_problem(
                participant.partner_id.name, participant._get_email()
            ):
                problems.append(problem)
        if self.date_start and self.date_end and self.date_start > self.date_end:
            problems.append(_("The contract ends before it starts."))
        if self._is_overdue():
            problems.append(_("The deadline to sign has passed."))
        return problems

    def _check_can_be_sent(self):
        """Refuse to send a contract that is not ready, with all reasons at once.

        :raise UserError: listing everything that is missing
        """
        for contract in self:
            problems = contract._get_sending_problems()
            if problems:
                raise UserError(
                    _(
                        "%(contract)s cannot be sent yet:",
                        contract=contract.display_name,
                    )
                    + "".join(f"\n• {problem}" for problem in problems)
                )

    def _ensure_frozen(self):
        """Freeze the contract unless it already is.

        :return: the current version
        :rtype: recordset of `customer.contract.version`
        """
        self.ensure_one()
        return self.current_version_id or self._freeze()

    def _send(self, notify=True):
        """Send the contract for signature, or again to whoever is asked.

        :param bool notify: whether to send the default mail
        """
        self.ensure_one()
        if self.state == "sent":
            self._check_can_be_sent()
            self._get_next_participants()._write_protected({"is_code_locked": False})
            if notify:
                self._get_next_participants()._notify_request()
            return
        self._check_before_sending()
        self._ensure_frozen()
        self._advance(notify=notify)

    def _check_before_sending(self):
        """Refuse to ask for signatures before the contract is ready, and approved.

        :raise UserError: telling why not
        """
        self.ensure_one()
        self._check_state(*PREPARING_STATES)
        self._check_can_be_sent()
        if self._needs_approval():
            raise UserError(_("%(contract)s has to be approved first.", contract=self.display_name))

    def _mark_sent(self):
        """Mark the contract as out for signature, and show it in the portal."""
        self.ensure_one()
        self._propose_sign_deadline()
        self._change_state("sent", sent_on=fields.Datetime.now(), portal_published=True)
        self._log_event("sent")

    def _propose_sign_deadline(self):
        """Set the deadline that the contract's days to sign lead to, unless it has one."""
        self.ensure_one()
        # Whoever sends need not be somebody who may change the deadline.
        contract_sudo = self.sudo()
        if contract_sudo.sign_deadline_days and not contract_sudo.sign_deadline:
            today = contract_sudo.company_id._get_contract_today()
            contract_sudo.sign_deadline = today + relativedelta(
                days=contract_sudo.sign_deadline_days
            )

    def _approve(self, actor, comment=""):
        """Record an approval and go on with whoever is next.

        :param Actor actor: the approver
        :param str comment: what the approver says with it, if anything
        :raise UserError: if the person is not an approver in turn
        """
        contract_sudo, actor_sudo, comment = self._begin(actor, "approve", comment)
        actor_sudo.participant._finish()
        if comment:
            # Told apart from the approval, which the counterparty's file spells out.
            contract_sudo._log_event(
                "approval_commented", details={"comment": comment}, actor=actor_sudo
            )
        contract_sudo._log_event("approved", actor=actor_sudo)
        contract_sudo._advance()

    def _prepare_state_change(self, state):
        """Prepare what the trail tells of a change of state that no other event tells.

        :param str state: the state that follows
        :return: both states in words, by the field's label
        :rtype: dict[str, list[str]]
        """
        self.ensure_one()
        words = dict(self._fields["state"]._description_selection(self.env))
        label = self.env["ir.model.fields"]._get(self._name, "state").field_description
        return {label: [words[self.state], words[state]]}

    def _supersede(self):
        """Bring the contract back to draft and void what is open."""
        self.ensure_one()
        version_sudo = self.sudo().current_version_id
        if not version_sudo and self.state == "draft":
            return
        if version_sudo:
            self._log_event("version_superseded", details={"version": version_sudo.number})
        else:
            # A draft that was cancelled before it was ever frozen.
            self._log_event("changed", details={"fields": self._prepare_state_change("draft")})
        self.activity_unlink(["customer_contract.mail_activity_type_sign"])
        self._revoke_links()
        self._change_state("draft", current_version_id=False, closing_reason=False)
        # The database has to know that the text is open before changes of it come.
        self.flush_model(["current_version_id"])
        self.participant_ids._write_protected(
            {
                "state": "waiting",
                "channel": "esign",
                "requested_on": False,
                "viewed_on": False,
                "done_on": False,
            }
        )

    def _tell_manager(
        self,
        text,
        activity_type="mail.mail_activity_data_todo",
        *,
        also=None,
        summary=None,
        note=None,
    ):
        """Tell the contract's manager about something, and plan the answer it needs.

        Whoever sets it off may read another language. So all texts are functions, which
        are given an environment in the manager's language and return what to say.

        :param callable text: what happened
        :param str activity_type: external id of the type of the work that is planned; none
            if nothing has to be done
        :param recordset also: who else is told, of `res.partner`
        :param callable summary: the work in short; the text's beginning if there is no note
            either
        :param callable note: the work in full
        """
        # Who the manager is is no secret to whoever acts on the contract.
        user_sudo = self.sudo().user_id
        self._tell_employee(user_sudo, text, activity_type, also=also, summary=summary, note=note)

    def _tell_employee(
        self,
        user,
        text,
        activity_type="mail.mail_activity_data_todo",
        *,
        also=None,
        summary=None,
        note=None,
    ):
        """Tell an employee what :meth:`_tell_manager` tells the contract's manager.

        :param recordset user: the employee; with none, the chatter keeps it
        """
        self.ensure_one()
        # Whoever acts in the portal has no right to plan work for employees.
        contract_sudo = self.sudo()._speaking_to(user)
        text, summary, note = (say and say(contract_sudo.env) for say in (text, summary, note))
        people = user.partner_id
        contract_sudo.message_post(
            body=text,
            partner_ids=(people | also if also else people).ids,
            author_id=self.env.ref("base.partner_root").id,
            subtype_xmlid="mail.mt_note",
        )
        if user and activity_type:
            contract_sudo.activity_schedule(
                activity_type,
                summary=summary or (not note and text[:120]),
                note=note or False,
                user_id=user.id,
            )

    def _speaking_to(self, user):
        """Return the records as they are used for notices to an employee.

        Notices are in the employee's language. What customers and visitors set off is
        signed by OdooBot: they plan no work for employees.

        :param recordset user: the employee; with none, the language stays
        """
        speaking = self.with_context(lang=user.lang or self.env.lang)
        return speaking.with_user(SUPERUSER_ID) if self.env.user.share else speaking

    def _get_informed_participants(self):
        """Return the outside participants who know of the open request."""
        self.ensure_one()
        return self._get_acting_participants().filtered(
            lambda participant: (
                participant.requested_on
                and participant.state in (*ASKED_STATES, "done", "disputed")
                and participant._is_outside()
            )
        )

    def _get_overdue_domain(self):
        """Return which requests have passed their deadline.

        :rtype: list
        """
        return [
            ("state", "in", ASKING_STATES),
            ("sign_deadline_at", "<", fields.Datetime.now()),
        ]

    def _expire(self):
        """Close those of the contracts whose deadline to sign has passed."""
        for contract in self.filtered_domain(self._get_overdue_domain()):
            informed = contract._get_informed_participants()
            contract._close("expired", "expired")
            if informed:
                contract._send_template(
                    "customer_contract.mail_template_expired", informed.partner_id
                )
            contract._revoke_links()
            contract._tell_manager(lambda env: env._("The deadline to sign has passed."))

    @api.model
    def _cron_expire(self):
        """Close the requests whose deadline to sign has passed."""
        # Odoo has scheduled code queue its mails; the queue runs once an hour.
        self = self.with_context(mail_notify_force_send=True)
        contracts = self.search(self._get_overdue_domain())
        self.env["ir.cron"]._commit_progress(remaining=len(contracts))
        for contract in contracts:
            try:
                with self.env.cr.savepoint():
                    contract._try_lock_for_job()._expire()
            except Exception:
                # whatever fails here must leave the other contracts alone
                self.env.invalidate_all()
                _logger.exception("Contract %s could not expire", contract.id)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    # === WHO DISAGREES === #

    def action_send_back(self, reason):
        """Refuse to approve contracts, as the approver whose turn it is.

        They go back to draft; what was frozen remains as history.

        :param str reason: what has to change
        :return: True
        :rtype: bool
        :raise UserError: if the user is not an approver in turn, or gives no reason
        """
        for contract in self:
            participant = contract._get_participant_in_turn(self.env.user.partner_id, "approver")
            contract._send_back(Actor(participant, "backend"), reason)
        return True

    def _send_back(self, actor, reason):
        """Bring the contract back to draft because an approver wants it changed.

        :param Actor actor: the approver, in turn
        :param str reason: what has to change; required
        :raise UserError: if no reason is given, or it is not the person's turn
        """
        contract_sudo, actor_sudo, reason = self._begin(actor, "send_back", reason)
        contract_sudo._log_event("sent_back", details={"reason": reason}, actor=actor_sudo)
        contract_sudo._supersede()
        contract_sudo._tell_manager(
            lambda env: env._(
                "%(person)s sent the contract back: %(reason)s",
                person=actor_sudo.participant.partner_id.name,
                reason=reason,
            )
        )

    def _decline(self, actor, reason):
        """End the request because a participant declines.

        :param Actor actor: the participant in turn
        :param str reason: why; required
        :raise UserError: if no reason is given, or it is not the person's turn
        """
        contract_sudo, actor_sudo, reason = self._begin(actor, "decline", reason)
        actor_sudo.participant._finish("declined")
        contract_sudo._close("declined", "declined", reason, actor_sudo)
        contract_sudo._tell_manager(
            lambda env: env._(
                "%(person)s declined the contract: %(reason)s",
                person=actor_sudo.participant.partner_id.name,
                reason=reason,
            )
        )
        contract_sudo._send_receipt(
            "customer_contract.mail_template_declined", actor_sudo.participant, reason
        )
