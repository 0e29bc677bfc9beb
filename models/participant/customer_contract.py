from odoo import Command, _, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import ASKING_STATES, PENDING_STATES, PREPARING_STATES


class CustomerContract(models.Model):
    """Who acts when: participants in order, equal order in parallel.

    In a step, not everybody has to act.
    """

    _inherit = "customer.contract"

    participant_ids = fields.One2many(domain=[("is_retired", "=", False)])
    routing_step_ids = fields.One2many(
        "customer.contract.routing.step",
        "contract_id",
        "Steps",
        copy=False,
        groups="base.group_user",
    )

    next_sequence = fields.Integer(
        compute="_compute_next_sequence", help="The order of the next person who is added."
    )

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

    @api.depends("participant_ids.sequence")
    def _compute_next_sequence(self):
        for contract in self:
            contract.next_sequence = 10 + max(
                contract.participant_ids.mapped("sequence"), default=0
            )

    def _prepare_proposed_participants(self):
        """Prepare the signers a contract usually has: its manager and its customer.

        :return: values for new participants
        :rtype: list[dict]
        """
        self.ensure_one()
        order = self._get_signing_order()
        proposals = []
        if signer := self._get_proposed_company_signer():
            proposals.append(
                {
                    "partner_id": signer.id,
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

    def _get_proposed_company_signer(self):
        """Return the person who would sign for the company.

        :rtype: recordset of `res.partner`
        """
        self.ensure_one()
        return self.user_id.partner_id

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

    def _get_next_participants(self, after=()):
        """Return the participants whose turn it is now, or will be once sent.

        :param recordset after: participants who are taken to have acted, if any
        :rtype: recordset of `customer.contract.participant`
        """
        self.ensure_one()
        pending = self._get_acting_participants().filtered(
            lambda participant: participant.state in PENDING_STATES and participant not in after
        )
        turn = min(pending.mapped("sequence"), default=None)
        following = pending.filtered(lambda participant: participant.sequence == turn)
        # What is asked of them in a list is read for all its contracts together.
        return following.with_prefetch(self.participant_ids._prefetch_ids)

    def _get_own_turn(self):
        """Return the current user's parts whose turn it is now, or will be once sent.

        :rtype: recordset of `customer.contract.participant`
        """
        return self._get_next_participants().filtered(
            lambda participant: participant.partner_id == self.env.user.partner_id
        )

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
            elif contract.state in PREPARING_STATES:
                contract._mark_sent()
            asked = following.filtered(lambda participant: participant.state == "waiting")
            asked._request()
            if notify:
                asked._notify_request()

    def _is_in_approval(self, following):
        """Tell whether the contract still waits for approval before any signer.

        :param recordset following: the participants whose turn it is
        """
        return self.state in PREPARING_STATES and all(
            participant.role == "approver" for participant in following
        )

    def _change_state(self, state, **values):
        """Move the request to another state, and the stage bound to it.

        :param str state: the new state
        :param values: other fields to write along
        """
        for contract in self:
            stage = contract._find_stage(state)
            # A stage that tells of the former state would be untrue from now on.
            is_over = contract.sudo().stage_id.bound_state not in (False, state)
            moved = {"stage_id": stage.id} if stage or is_over else {}
            contract._write_protected({"state": state, **values, **moved})

    def _close(self, state, event_type, reason="", actor=None):
        """End the request without signatures.

        :param str state: the final state
        :param str event_type: the event that tells why
        :param str reason: the words of whoever ended it
        :param Actor actor: the participant who ended it, if it was one
        """
        for contract in self:
            contract._change_state(state, closing_reason=reason or False)
            open_participants = contract._get_acting_participants().filtered(
                lambda person: person.state in PENDING_STATES
            )
            open_participants._write_protected(
                {"state": "expired" if state == "expired" else "skipped"}
            )
            contract.activity_unlink(["customer_contract.mail_activity_type_sign"])
            contract._log_event(
                event_type,
                details={"reason": reason} if reason else None,
                actor=actor,
            )

    def _check_state(self, *states):
        """Refuse an action in a state where it makes no sense.

        :param str states: the states that allow it
        :raise UserError: in any other state
        """
        for contract in self:
            if contract.state not in states:
                raise UserError(contract._explain_state())

    def _explain_state(self):
        """Explain that something cannot be done any more in the contract's state.

        :rtype: str
        """
        self.ensure_one()
        labels = dict(self._fields["state"]._description_selection(self.env))
        return _(
            "%(contract)s is %(state)s, so this cannot be done any more.",
            contract=self.display_name,
            state=labels[self.state].lower(),
        )

    # === STEPS === #

    def copy_data(self, default=None):
        if "participant_ids" in (default or {}):
            return super().copy_data(default=default)
        vals_list = []
        for contract in self:
            vals_list += super(CustomerContract, contract).copy_data(
                default={**(default or {}), **contract._prepare_copied_routing()}
            )
        return vals_list

    def _prepare_copied_routing(self):
        """Prepare the participants and steps of a copy, without those that are demanded.

        :rtype: dict
        """
        self.ensure_one()
        people = self.participant_ids.filtered(
            lambda person: not person._is_demanded() and not person._is_stand_in()
        )
        steps = self.routing_step_ids.filtered(lambda step: not step._is_demanded())
        return {
            "participant_ids": [
                Command.create(person._prepare_copy_values())
                for person in people
                if not person.step_id
            ],
            "routing_step_ids": [
                Command.create(
                    {
                        "name": step.name,
                        "role": step.role,
                        "sequence": step.sequence,
                        "policy": step.policy,
                        "needed_count": step.needed_count,
                        "participant_ids": [
                            Command.create(person._prepare_copy_values())
                            for person in people & step.participant_ids
                        ],
                    }
                )
                for step in steps
            ],
        }

    def _get_content_fields(self):
        return super()._get_content_fields() | {"routing_step_ids"}

    def _needs_approval(self):
        """Tell whether an approver has still to act."""
        self.ensure_one()
        return any(
            participant.role == "approver" and participant.state in PENDING_STATES
            for participant in self.participant_ids
        )

    def _get_sending_problems(self):
        problems = super()._get_sending_problems()
        for step in self.routing_step_ids:
            people = len(step._get_candidates())
            if people < max(step._get_needed_count(), 1):
                problems.append(
                    _(
                        "The step “%(step)s” needs %(needed)s people, but has only %(people)s.",
                        step=step.name,
                        needed=max(step._get_needed_count(), 1),
                        people=people,
                    )
                )
        return problems

    def _explain_why_not(self, participant):
        self.ensure_one()
        if participant._is_in_turn() and (incapacity := participant._find_incapacity()):
            return incapacity
        if participant.state == "delegated":
            return _(
                "You passed this on to %(person)s.",
                person=", ".join(participant._get_stand_ins().mapped("partner_id.name")),
            )
        if participant.state == "skipped" and self.state in (*ASKING_STATES, "signed"):
            return _("Somebody else has already done this.")
        return super()._explain_why_not(participant)

    # === WHO MAY ACT === #

    def _begin(self, actor, name, reason=None):
        """Take whoever acts for a reader, if the page did not tell before."""
        begun = super()._begin(actor, name, reason)
        participant_sudo = begun[1].participant
        if participant_sudo.state == "requested" and participant_sudo._is_outside():
            participant_sudo._mark_viewed(actor.identified_by)
        return begun

    def _find_missing_right(self, participant, name):
        return participant._find_incapacity() or super()._find_missing_right(participant, name)

    def _can_be_signed(self, participant):
        return super()._can_be_signed(participant) and not participant._find_incapacity()

    # === OWN CONTRACTS === #

    @api.model
    def _get_own_domain(self, user):
        """Return the contracts that somebody finds in the back office without further rights.

        The record rules of contracts and of all that belongs to them are this domain.

        :param recordset user: the employee, `res.users`
        :rtype: odoo.fields.Domain
        """
        own = Domain("user_id", "=", user.id) | Domain(
            "participant_ids.partner_id", "=", user.partner_id.id
        )
        return self._get_own_candidates(user) & own

    @api.model
    def _get_own_candidates(self, user):
        """Return those contracts among which somebody's own ones are, by their indexes.

        It is no condition of its own, but keeps PostgreSQL from looking at every contract,
        and at every event, for the alternatives of whose it may be.

        :param recordset user: the employee, `res.users`
        :rtype: odoo.fields.Domain
        """
        candidates = SQL(
            """
            SELECT id FROM customer_contract WHERE user_id = %s
            UNION
            SELECT contract_id FROM customer_contract_participant WHERE partner_id = %s
            """,
            user.id,
            user.partner_id.id,
        )
        return self._make_candidates_domain(candidates)

    @api.model
    def _make_candidates_domain(self, candidates):
        """Return a domain that has PostgreSQL begin with the contracts of a query.

        It does not wait for what was not written yet; the conditions beside it do.

        :param odoo.tools.SQL candidates: a query for ids. Rules are kept in memory: it may
            name people by their ids, and looks up whatever can change
        :rtype: odoo.fields.Domain
        """
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s IN (%s)", SQL.identifier(alias, "id"), candidates
            ),
            predicate=lambda contract: True,
        )
