from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...const import ASKING_STATES
from ...utils import Act, check_one, strip_unseen


class CustomerContract(models.Model):
    """How a contract is disputed, and how that ends.

    While it is disputed, nobody can sign, nobody is reminded and the deadline waits. The
    signer who disputes it can go on at any time; the manager explains, or writes a new
    version. Whoever disputes is identified as surely as whoever signs.
    """

    _inherit = "customer.contract"

    dispute_ids = fields.One2many(
        "customer.contract.dispute", "contract_id", "Disputes", readonly=True, copy=False
    )
    primary_act = fields.Selection(selection_add=[("answer", "Answer")])
    dispute_count = fields.Integer(
        compute="_compute_dispute_count", groups="customer_contract.group_contract_user"
    )

    to_do = fields.Selection(selection_add=[("dispute", "Answer the Dispute")])

    @api.depends("dispute_ids")
    def _compute_dispute_count(self):
        counts = dict(
            self.env["customer.contract.dispute"]._read_group(
                [("contract_id", "in", self.ids)], ["contract_id"], ["__count"]
            )
        )
        for contract in self:
            contract.dispute_count = counts.get(contract, 0)

    def action_answer_dispute(self, answer):
        """Answer an objection; the signer decides whether that settles it.

        :param str answer: the answer, sent to the signer
        :return: True
        :rtype: bool
        :raise UserError: if a contract is not disputed, or no answer is given
        """
        self._check_can_answer(answer)
        for contract in self:
            contract._get_open_dispute()._post_reply(self.env.user.partner_id, answer)
        return True

    def action_resolve_dispute(self, explanation):
        """End a dispute by an explanation; the person who disputed can sign again.

        :param str explanation: the answer, sent to the person
        :return: True
        :rtype: bool
        :raise UserError: if a contract is not disputed, or no answer is given
        """
        self._check_can_answer(explanation)
        for contract in self:
            contract._lock_for_act()
            dispute = contract._get_open_dispute()
            contract._log_event("dispute_resolved", details={"explanation": explanation})
            contract._resume("explained")
            # afterwards, so that the mail's link is good for as long as the request
            dispute._post_reply(self.env.user.partner_id, explanation)
        return True

    def action_view_disputes(self):
        """Open the contract's disputes.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        disputes = self.dispute_ids
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_contract.customer_contract_dispute_action"
        )
        action.update(domain=[("contract_id", "=", self.id)], context={})
        if len(disputes) == 1:
            action.update(views=[(False, "form")], res_id=disputes.id)
        return action

    def _check_can_answer(self, answer):
        """Refuse an answer without words, or to nothing.

        :param str answer: the answer
        :raise UserError: telling why
        """
        self.check_access("write")
        self._check_state("disputed")
        if not strip_unseen(answer):
            raise UserError(_("Please answer what was disputed."))

    @api.model
    def _get_acts(self):
        return super()._get_acts() | {
            "dispute": Act(("signer",), ASKING_STATES, needs_reason=True),
            "reply": Act(("signer",), ("disputed",), asks_identity=False),
            "withdraw_dispute": Act(("signer",), ("disputed",), asks_identity=False),
        }

    @api.model
    def _get_noted_events(self):
        return super()._get_noted_events() | {"dispute_message"}

    def _describe_noted_event(self, event_type, name, details):
        if event_type != "dispute_message":
            return super()._describe_noted_event(event_type, name, details)
        parts = [details.get("text"), *details.get("files", ())]
        return _(
            "%(person)s on the dispute: %(text)s",
            person=details.get("from", ""),
            text=", ".join(filter(None, parts)),
        )

    def _find_obstacle(self, participant, name):
        if name not in ("reply", "withdraw_dispute"):
            return super()._find_obstacle(participant, name)
        if not self._get_own_dispute(participant):
            return _("You have no open dispute about this contract.")
        return None

    def _find_missing_right(self, participant, name):
        if name == "dispute" and not self.allow_dispute:
            return _("This contract cannot be disputed. Please write to your contact.")
        if name == "dispute" and self._is_overdue():
            return _("The deadline to sign this contract has passed.")
        return super()._find_missing_right(participant, name)

    def _dispute(self, actor, reason, category=None, clause=None, files=()):
        """Hold the request because a signer disagrees with something.

        :param Actor actor: the signer in turn
        :param str reason: with what; required
        :param recordset category: the `customer.contract.dispute.category`
        :param int clause: the number of the section meant, in the frozen content
        :param list files: pairs of a name and the content
        :return: the dispute, elevated
        :rtype: recordset of `customer.contract.dispute`
        :raise UserError: if no reason is given, it is not the person's turn, or a file is
            not accepted
        """
        contract_sudo, actor_sudo, reason = self._begin(actor, "dispute", reason)
        participant_sudo = actor_sudo.participant
        Dispute = self.env["customer.contract.dispute"]
        files = Dispute._prepare_files(files)
        clause_title = contract_sudo._get_clause_title(clause)
        dispute_sudo = Dispute._open(participant_sudo, reason, category, clause_title, files)
        participant_sudo._write_protected({"state": "disputed"})
        contract_sudo._change_state("disputed", closing_reason=reason)
        contract_sudo._log_event(
            "disputed",
            details={
                "reason": reason,
                "category": category.name if category else "",
                "clause": clause_title or "",
                **Dispute._prepare_file_details(files),
            },
            actor=actor_sudo,
        )
        contract_sudo._tell_manager(
            lambda env: env._(
                "%(person)s disputes the contract: %(reason)s",
                person=participant_sudo.partner_id.name,
                reason=reason,
            )
        )
        contract_sudo._send_receipt(
            "customer_contract.mail_template_disputed", participant_sudo, reason
        )
        return dispute_sudo

    def _get_clause_title(self, number):
        """Return number and title of a section of the frozen contract.

        :param int number: the section's number; none is meant by whatever is no number
        :rtype: str | None
        """
        self.ensure_one()
        content = self.sudo().current_version_id._get_content()
        for section in content.get("sections", []):
            if str(section["number"]) == str(number or ""):
                return f"{section['number']}. {section['title']}"
        return None

    def _reply_to_dispute(self, actor, text, files=()):
        """Add to the thread of the open dispute, as the signer who disputes.

        :param Actor actor: the signer
        :param str text: what was written
        :param list files: pairs of a name and the content
        :raise UserError: if the person has no open dispute, or wrote nothing
        """
        contract_sudo, actor_sudo, text = self._begin(actor, "reply", text)
        if not text:
            raise UserError(_("Please type your message."))
        dispute_sudo = contract_sudo._get_own_dispute(actor_sudo.participant)
        dispute_sudo._post_reply(
            actor_sudo.participant.partner_id, text, dispute_sudo._prepare_files(files)
        )

    def _withdraw_dispute(self, actor, is_settled=False):
        """Go on with the request, as the signer who disputed.

        :param Actor actor: the signer
        :param bool is_settled: whether an answer settled the point
        :raise UserError: if the person has no open dispute
        """
        contract_sudo, actor_sudo, _reason = self._begin(actor, "withdraw_dispute")
        dispute_sudo = contract_sudo._get_own_dispute(actor_sudo.participant)
        is_explained = bool(is_settled and dispute_sudo.answered_on)
        contract_sudo._log_event(
            "dispute_resolved" if is_explained else "dispute_withdrawn", actor=actor_sudo
        )
        contract_sudo._resume("explained" if is_explained else "withdrawn")
        contract_sudo._tell_manager(
            lambda env: env._(
                "%(person)s has ended the dispute.",
                person=actor_sudo.participant.partner_id.name,
            )
        )

    def _decline(self, actor, reason):
        # Whoever disputed may decline instead: then the dispute has ended.
        contract_sudo = self.sudo()
        if self.state == "disputed" and strip_unseen(reason):
            contract_sudo._lock_for_act()
            if not contract_sudo._get_own_dispute(actor.participant.sudo()):
                raise UserError(_("You have no open dispute about this contract."))
            contract_sudo._resume("ended")
        return super()._decline(actor, reason)

    @api.model
    def _get_to_do_domains(self):
        unanswered = [("closed_on", "=", False), ("answered_on", "=", False)]
        return super()._get_to_do_domains() | {
            "dispute": Domain("state", "=", "disputed")
            & Domain("user_id", "=", self.env.uid)
            & Domain("dispute_ids", "any", unanswered)
        }

    def _get_next_step(self, partner=None):
        # Participants see who is waited for, not each other's disputes.
        dispute_sudo = self._get_open_dispute() if self.state == "disputed" else None
        if not dispute_sudo or not dispute_sudo.answered_on:
            return super()._get_next_step(partner)
        if partner == dispute_sudo.partner_id:
            return _("Your dispute was answered")
        return _("Waiting for %(people)s", people=dispute_sudo.partner_id.name)

    @api.model
    def _get_primary_act_dependencies(self):
        return [*super()._get_primary_act_dependencies(), "dispute_ids"]

    def _find_primary_act(self):
        if self.state == "disputed":
            return "answer" if not self._get_open_dispute().answered_on else False
        return super()._find_primary_act()

    def _get_open_dispute(self):
        """Return the dispute for which the contract waits, if any.

        :rtype: recordset of `customer.contract.dispute`, elevated
        """
        self.ensure_one()
        return self.sudo().dispute_ids.filtered(lambda dispute: not dispute.closed_on)

    def _get_own_dispute(self, participant):
        """Return the open dispute of a participant, if there is one.

        :param recordset participant: the participant
        :rtype: recordset of `customer.contract.dispute`, elevated
        """
        self.ensure_one()
        dispute_sudo = self._get_open_dispute()
        if self.state != "disputed" or not dispute_sudo or not dispute_sudo._is_for(participant):
            return dispute_sudo.browse()
        return dispute_sudo

    def _resume(self, outcome):
        """Have the request go on where it was when it was disputed.

        :param str outcome: how the dispute ended
        """
        self.ensure_one()
        self._get_open_dispute()._end(outcome)
        self._change_state("sent", closing_reason=False)
        self._prolong_links()
        self.participant_ids.filtered(
            lambda participant: participant.state == "disputed"
        )._write_protected({"state": "requested"})
        self._get_next_participants()._restart_reminders()

    def _supersede(self):
        for contract in self:
            contract._get_open_dispute()._end("new_version")
        return super()._supersede()

    def _close(self, state, event_type, reason="", actor=None):
        for contract in self:
            contract._get_open_dispute()._end("ended")
            disputed = contract.participant_ids.filtered(lambda person: person.state == "disputed")
            disputed._write_protected({"state": "skipped"})
        return super()._close(state, event_type, reason, actor)

    def _prolong_links(self):
        """Have personal links last as long as the deadline that was put off."""
        # Nobody has rights on links.
        links_sudo = (
            self.env["customer.contract.link"]
            .sudo()
            .search(
                [
                    ("participant_id", "in", self.participant_ids.ids),
                    ("version_id", "=", self.current_version_id.id),
                    ("is_revoked", "=", False),
                ]
            )
        )
        for link_sudo in links_sudo:
            expiry = link_sudo._get_expiry(self)
            if link_sudo.expires_on < expiry:
                link_sudo.expires_on = expiry
