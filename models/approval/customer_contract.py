from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ...const import OPEN_STATES, PENDING_STATES
from ...utils import check_one


class CustomerContract(models.Model):
    """Approvals and counter-signatures that rules demand of a contract.

    While a contract is written, the form tells what it will need. When it is
    submitted, sent or signed, the rules become steps and participants of the
    contract. From then on these are frozen with it: changed rules concern a contract
    that is already submitted no more. A new version asks the rules anew.

    Whoever made a contract cannot be the only one to approve it, and those who sign for the
    counterparty are compared with the authority that is registered for them.
    """

    _inherit = "customer.contract"

    authority_warning = fields.Text(compute="_compute_authority_warning", groups="base.group_user")
    shows_steps = fields.Boolean(
        "Steps of Several People",
        compute="_compute_shows_steps",
        readonly=False,
        groups="base.group_user",
        help="Parts of a group: all of them, any, or some have to sign or approve.",
    )

    @api.depends("routing_step_ids")
    def _compute_shows_steps(self):
        """Show what the contract uses; the form shows it as well to whoever asks for it."""
        for contract in self:
            contract.shows_steps = bool(contract.routing_step_ids)

    def _prepare_routing(self):
        """Give the contracts the steps and participants that the rules demand now.

        Steps of rules that do not fit any more go. Nothing happens to contracts that
        are frozen.
        """
        for contract in self.filtered(lambda contract: contract._can_be_edited()):
            # Rules hold for whoever submits, with whatever rights.
            contract_sudo = contract.sudo()
            plan = [step for step in contract_sudo._plan_steps() if not step["problem"]]
            contract_sudo._arrange_signers(plan)
            if contract_sudo._list_planned(plan) != contract_sudo._list_demanded():
                contract_sudo._replace_demanded_steps(plan)

    def _list_planned(self, plan):
        """List the planned steps so that they can be compared with those in place."""
        orders = self._get_planned_orders(plan)
        return sorted(
            (
                step["rule"].id,
                step["name"],
                step["role"],
                orders[step["role"], step["level"]],
                step["needed"],
                sorted(step["people"].ids),
            )
            for step in plan
        )

    def _list_demanded(self):
        """List the steps that rules have demanded so far, in the same way."""
        return sorted(
            (
                step.approval_rule_id.id,
                step.name,
                step.role,
                step.sequence,
                step._get_needed_count(),
                sorted(step.participant_ids.partner_id.ids),
            )
            for step in self.routing_step_ids
            if step.approval_rule_id
        )

    def _get_planned_orders(self, plan):
        """Find the routing order of each planned level.

        Approvals come right before the first signature. The company's signers take the
        place that the company's signing order gives them.

        :param list[dict] plan: the planned steps
        :return: the order by role and level
        :rtype: dict
        """
        levels = {
            role: sorted({step["level"] for step in plan if step["role"] == role})
            for role in ("approver", "signer")
        }
        base = 20 if self._get_signing_order() == "counterparty_first" else 10
        orders = {("signer", level): base + index for index, level in enumerate(levels["signer"])}
        others = self.participant_ids.filtered(
            lambda person: person.role == "signer" and not person.approval_rule_id
        )
        first = min([*orders.values(), *others.mapped("sequence")], default=base)
        approver_levels = levels["approver"]
        for index, level in enumerate(approver_levels):
            orders["approver", level] = first - len(approver_levels) + index
        return orders

    def _arrange_signers(self, plan):
        """Put the signers that rules name in the place of the one usually proposed.

        :param list[dict] plan: the planned steps
        """
        self.ensure_one()
        if any(step["role"] == "signer" for step in plan):
            self.participant_ids.filtered(
                lambda person: person.is_proposed and person.party == "company"
            )._as_system().unlink()

    def _replace_demanded_steps(self, plan):
        """Remove the steps of rules that were in place, and add the planned ones.

        :param list[dict] plan: the planned steps
        """
        self.ensure_one()
        Step = self.env["customer.contract.routing.step"]._as_system()
        demanded = self.routing_step_ids.filtered("approval_rule_id")._as_system()
        has_lost_signer = "signer" in demanded.mapped("role")
        demanded.participant_ids.unlink()
        demanded.unlink()
        orders = self._get_planned_orders(plan)
        for step in plan:
            self.participant_ids.filtered(
                lambda person, step=step: (
                    person.role == step["role"] and person.partner_id in step["people"]
                )
            )._as_system().unlink()
            everybody = step["needed"] >= len(step["people"])
            routing_step = Step.create(
                {
                    "contract_id": self.id,
                    "name": step["name"],
                    "role": step["role"],
                    "sequence": orders[step["role"], step["level"]],
                    "policy": "all" if everybody else "count",
                    "needed_count": step["needed"],
                    "approval_rule_id": step["rule"].id,
                }
            )
            self.env["customer.contract.participant"]._as_system().create(
                [
                    self._prepare_demanded_participant(step, routing_step, person)
                    for person in step["people"]
                ]
            )
        self.invalidate_recordset(["participant_ids", "routing_step_ids"])
        if has_lost_signer:
            self._compute_participant_ids()

    def _prepare_demanded_participant(self, step, routing_step, person):
        """Prepare the values of a participant whom a rule demands.

        :param dict step: the planned step
        :param recordset routing_step: the `customer.contract.routing.step` made of it
        :param recordset person: the `res.partner`
        :rtype: dict
        """
        values = {"step_id": routing_step.id, "partner_id": person.id}
        if step["role"] == "signer":
            values["party"] = "company"
        return values

    @api.depends(
        "company_id", "type_id", "team_id", "user_id", "direction", "partner_id", "amount_total"
    )
    def _compute_possible_acts(self):
        super()._compute_possible_acts()
        for contract in self:
            if contract.can_sign and contract._can_be_edited():
                contract.can_sign = not contract.needs_approval and (
                    self.env.user.partner_id in contract._get_planned_signers()
                )

    def _check_before_submitting(self):
        self._prepare_routing()
        return super()._check_before_submitting()

    def action_open_send(self):
        check_one(self)
        self.check_access("write")
        self._prepare_routing()
        return super().action_open_send()

    def action_open_sign(self):
        check_one(self)
        if self._can_be_edited():
            self.check_access("write")
            self._prepare_routing()
            self._check_approved()
        return super().action_open_sign()

    def action_sign_as_manager(self, signature, signed_by=None):
        check_one(self)
        if self._can_be_edited():
            self.check_access("write")
            self._prepare_routing()
            self._check_approved()
        return super().action_sign_as_manager(signature, signed_by=signed_by)

    def _check_before_sending(self):
        self._prepare_routing()
        return super()._check_before_sending()

    def _freeze(self):
        # Whatever way leads here, what is frozen carries the approvals it needs.
        self._prepare_routing()
        if problems := self._get_approval_problems():
            raise UserError("\n".join(problems))
        version = super()._freeze()
        contract_sudo = self.sudo()
        rules = contract_sudo.routing_step_ids.approval_rule_id
        if rules:
            self._log_event("approval_planned", details={"rules": rules.mapped("name")})
        # Whoever sends in spite of a warning does it knowingly: the trail says so.
        for kind, text in self._get_authority_doubts():
            if kind != "unknown":
                self._log_event("authority_doubted", details={"doubt": text})
        return version

    def _check_approved(self):
        """Refuse to sign before the approvals that are needed.

        :raise UserError: if one is missing
        """
        if self._needs_approval():
            raise UserError(_("%(contract)s has to be approved first.", contract=self.display_name))

    def _needs_approval(self):
        self.ensure_one()
        if not self._can_be_edited():
            return super()._needs_approval()
        # Rules decide only when the contract is submitted; until then they may change.
        return any(
            person.role == "approver" and not person.approval_rule_id
            for person in self.participant_ids
        ) or any(step["role"] == "approver" for step in self.sudo()._plan_steps())

    def _get_sending_problems(self):
        problems = super()._get_sending_problems()
        if not self._has_four_eyes():
            problems.append(self._get_four_eyes_problem())
        if self._can_be_edited():
            problems += self._get_approval_problems()
        if self.company_id.contract_authority_refuse:
            problems += [text for kind, text in self._get_authority_doubts() if kind != "unknown"]
        return problems

    # === FOUR EYES === #

    def _get_makers(self):
        """Return the people who made the contract: its author and its manager.

        :rtype: recordset of `res.partner`
        """
        self.ensure_one()
        return ((self.create_uid or self.env.user) | self.user_id).partner_id

    def _leave_out_makers(self, line, people, needed):
        """Leave the makers out of a step which has others enough.

        :param recordset line: the rule's step
        :param recordset people: those who could act in it
        :param int needed: how many of them have to
        :return: those who are asked
        :rtype: recordset of `res.partner`
        """
        if line.role != "approver" or not self.company_id.contract_four_eyes:
            return people
        others = people - self._get_makers()
        return others if line.policy != "all" and len(others) >= needed else people

    def _has_four_eyes(self, acting=None):
        """Tell whether somebody approves who did not make the contract.

        :param recordset acting: an approver who is about to act
        """
        self.ensure_one()
        # Who made a contract is nobody's secret among those who approve it.
        contract_sudo = self.sudo()
        approvers_sudo = contract_sudo.participant_ids.filtered(
            lambda person: person.role == "approver" and person.state != "delegated"
        )
        if not contract_sudo.company_id.contract_four_eyes or not approvers_sudo:
            return True
        makers = contract_sudo._get_makers()
        done_sudo = approvers_sudo.filtered(
            lambda person: person.state == "done" or person == acting
        )
        if done_sudo.partner_id - makers:
            return True
        pending_sudo = approvers_sudo.filtered(
            lambda person: person.state in PENDING_STATES and person not in done_sudo
        )
        if pending_sudo.filtered(lambda person: not person.step_id).partner_id - makers:
            return True
        return any(
            step_sudo._get_needed_count() - len(step_sudo.participant_ids & done_sudo)
            > len((step_sudo.participant_ids & pending_sudo).partner_id & makers)
            for step_sudo in pending_sudo.step_id
        )

    def _get_four_eyes_problem(self):
        """Return what is said when nobody else approves what somebody made.

        :rtype: str
        """
        makers = self.sudo()._get_makers() & self.sudo().participant_ids.partner_id
        return _(
            "%(people)s made this contract and cannot be the only one to approve it.",
            people=", ".join(makers.mapped("name")),
        )

    def _find_missing_right(self, participant, name):
        if (
            name == "approve"
            and participant.partner_id in self._get_makers()
            and not self._has_four_eyes(acting=participant)
        ):
            return self._get_four_eyes_problem()
        return super()._find_missing_right(participant, name)

    def _check_stand_in_allowed(self, stand_in):
        super()._check_stand_in_allowed(stand_in)
        if not self._has_four_eyes():
            raise UserError(self._get_four_eyes_problem())

    # === SIGNING AUTHORITY === #

    @api.depends(
        "state",
        "partner_id",
        "amount_total",
        "currency_id",
        "participant_ids.partner_id",
        "participant_ids.role",
        "participant_ids.party",
        "participant_ids.state",
    )
    def _compute_authority_warning(self):
        for contract in self:
            doubts = contract._get_authority_doubts() if contract._waits_for_signatures() else []
            # That nothing is registered is no reason to warn: of most people, nothing is.
            warnings = [text for kind, text in doubts if kind != "unknown"]
            contract.authority_warning = "\n".join(warnings)

    def _waits_for_signatures(self):
        """Tell whether somebody may still have to sign."""
        self.ensure_one()
        return self.state in OPEN_STATES

    def _get_authority_doubts(self):
        """Find doubts about the authority of those who sign for the counterparty.

        :return: pairs of a kind and a sentence
        :rtype: list[tuple[str, str]]
        """
        self.ensure_one()
        Authority = self.env["customer.contract.authority"]
        signers = self._get_expected_signers().filtered(
            lambda person: person.party == "counterparty" and person.state != "done"
        )
        doubts = [Authority._find_doubt(self, person) for person in signers.partner_id]
        return [doubt for doubt in doubts if doubt[0]]

    def _delegate(self, actor, partner, reason):
        is_doubted = False
        # Whoever passes a part on need not read participants.
        participant_sudo = actor.participant.sudo()
        if participant_sudo.role == "signer" and participant_sudo.party == "counterparty":
            kind, _doubt = self.env["customer.contract.authority"]._find_doubt(self, partner)
            is_doubted = kind in ("expired", "amount")
        if is_doubted and self.company_id.contract_authority_refuse:
            raise UserError(_("This person may not sign this contract for the company."))
        stand_in = super()._delegate(actor, partner, reason)
        if is_doubted:
            self._log_doubt(partner)
            self._tell_manager(lambda env: self._describe_doubt(env, partner))
        return stand_in

    # === SIGNATURES IN DOUBT === #

    def _record_signature(self, actor, values, details=None):
        signature = super()._record_signature(actor, values, details=details)
        # Authorities expire and rates change while a contract is out. Customers are not
        # kept from signing by what the company has registered about them.
        if actor.participant.party == "counterparty":
            self._doubt_signature(actor.participant)
        return signature

    def _doubt_signature(self, participant):
        """Tell the manager when what is registered does not cover a signature.

        :param recordset participant: who signed for the counterparty, elevated
        """
        self.ensure_one()
        kind, _doubt = self.env["customer.contract.authority"]._find_doubt(
            self, participant.partner_id
        )
        if kind in ("expired", "amount"):
            self._log_doubt(participant.partner_id, participant)
            self._tell_manager(
                lambda env: env._(
                    "%(person)s has signed. %(doubt)s",
                    person=participant.partner_id.name,
                    doubt=self._describe_doubt(env, participant.partner_id),
                )
            )

    def _describe_doubt(self, env, partner):
        """Return what is registered against a person's signing, in an employee's language.

        :param Environment env: the employee's
        :param recordset partner: the person who signs for the counterparty
        :rtype: str
        """
        Authority = env["customer.contract.authority"]
        return Authority._find_doubt(self.with_env(env), partner.with_env(env))[1]

    def _log_doubt(self, partner, participant=None):
        """Record a doubt, which only employees read, in the manager's language.

        :param recordset partner: the person who signs for the counterparty
        :param recordset participant: the person's part, if it is one already
        """
        speaking_sudo = self.sudo()._speaking_to(self.sudo().user_id)
        doubt = self._describe_doubt(speaking_sudo.env, partner)
        self._log_event("authority_doubted", details={"doubt": doubt}, participant=participant)
