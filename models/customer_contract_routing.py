from odoo import Command, _, api, models
from odoo.exceptions import UserError

OPEN_STATES = ("requested", "viewed")


class CustomerContract(models.Model):
    """Who acts when: participants in order, equal order in parallel."""

    _inherit = "customer.contract"

    @api.depends("partner_id", "requester_id", "user_id", "company_id")
    def _compute_participant_ids(self):
        """Propose who signs, as long as nobody changed the proposal."""
        for contract in self:
            if not contract._can_be_edited():
                continue
            commands = []
            for values in contract._prepare_proposed_participants():
                proposed = contract.participant_ids.filtered(
                    lambda participant, party=values["party"]: (
                        participant.is_proposed and participant.party == party
                    )
                )[:1]
                if proposed:
                    if proposed.partner_id.id != values["partner_id"]:
                        commands.append(
                            Command.update(proposed.id, {"partner_id": values["partner_id"]})
                        )
                elif not contract.participant_ids.filtered(
                    lambda participant, party=values["party"]: (
                        participant.party == party and participant.role == "signer"
                    )
                ):
                    commands.append(Command.create(values))
            if commands:
                contract.participant_ids = commands

    def _prepare_proposed_participants(self):
        """Prepare the signers a contract usually has: its manager and its customer.

        :return: values for new participants
        :rtype: list[dict]
        """
        self.ensure_one()
        order = self._get_signing_order()
        proposals = []
        if self.user_id:
            proposals.append(
                {
                    "partner_id": self.user_id.partner_id.id,
                    "party": "company",
                    "sequence": 20 if order == "counterparty_first" else 10,
                }
            )
        contact = self._get_proposed_contact()
        if contact:
            proposals.append(
                {
                    "partner_id": contact.id,
                    "party": "counterparty",
                    "sequence": 20 if order == "company_first" else 10,
                }
            )
        return [{**values, "role": "signer", "is_proposed": True} for values in proposals]

    def _get_signing_order(self):
        """Return who usually signs first.

        :return: ``company_first``, ``counterparty_first`` or ``parallel``
        :rtype: str
        """
        self.ensure_one()
        return self.company_id.contract_signing_order

    def _get_proposed_contact(self):
        """Return the person who would sign for the counterparty, if that is clear.

        :rtype: recordset of `res.partner`
        """
        self.ensure_one()
        if self.requester_id or not self.partner_id.is_company:
            return self.requester_id or self.partner_id
        people = self.partner_id.child_ids.filtered(
            lambda partner: not partner.is_company and partner.type == "contact"
        )
        return people if len(people) == 1 else people.browse()

    def _get_acting_participants(self):
        """Return the participants whose act the contract needs."""
        return self.participant_ids.filtered(lambda participant: participant.role != "observer")

    def _get_next_participants(self):
        """Return the participants whose turn it is now, or will be once sent.

        :rtype: recordset of `customer.contract.participant`
        """
        self.ensure_one()
        pending = self._get_acting_participants().filtered(
            lambda participant: participant.state in ("waiting", *OPEN_STATES)
        )
        turn = min(pending.mapped("sequence"), default=None)
        return pending.filtered(lambda participant: participant.sequence == turn)

    def _advance(self, notify=True):
        """Ask whoever is next, or complete the contract when nobody is left.

        :param bool notify: whether to send the usual request to act
        """
        for contract in self:
            following = contract._get_next_participants()
            if not following:
                contract._complete()
                continue
            if contract._is_in_approval(following):
                contract._change_state("approval")
            elif contract.state in ("draft", "approval"):
                contract._mark_sent()
            asked = following.filtered(lambda participant: participant.state == "waiting")
            asked._request()
            if notify:
                asked._notify_request()

    def _is_in_approval(self, following):
        """Tell whether the contract still waits for approval before any signer.

        :param recordset following: the participants whose turn it is
        """
        return self.state in ("draft", "approval") and all(
            participant.role == "approver" for participant in following
        )

    def _change_state(self, state, **values):
        """Move the request to another state, and the stage bound to it.

        :param str state: the new state
        :param values: other fields to write along
        """
        for contract in self:
            stage = contract._find_stage(state)
            moved = {"stage_id": stage.id} if stage else {}
            contract._write_guarded({"state": state, **values, **moved})

    def _close(self, state, event_type, reason="", participant=None, identified_by=None):
        """End the request without signatures.

        :param str state: the final state
        :param str event_type: the event that tells why
        :param str reason: the words of whoever ended it
        :param recordset participant: the participant who ended it, if any
        :param str identified_by: how that participant was identified
        """
        for contract in self:
            contract._change_state(state, closing_reason=reason or False)
            open_participants = contract._get_acting_participants().filtered(
                lambda person: person.state in ("waiting", *OPEN_STATES)
            )
            open_participants._write_guarded(
                {"state": "expired" if state == "expired" else "skipped"}
            )
            contract.activity_unlink(["customer_contract.mail_activity_type_sign"])
            contract._log_event(
                event_type,
                details={"reason": reason} if reason else None,
                participant=participant,
                identified_by=identified_by,
            )

    def _check_state(self, *states):
        """Refuse an action in a state where it makes no sense.

        :param str states: the states that allow it
        :raise UserError: in any other state
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for contract in self:
            if contract.state not in states:
                raise UserError(
                    _(
                        "%(contract)s is %(state)s, so this cannot be done any more.",
                        contract=contract.display_name,
                        state=labels[contract.state].lower(),
                    )
                )
