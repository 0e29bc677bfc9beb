from odoo import _, api, models
from odoo.exceptions import UserError


class CustomerContract(models.Model):
    """Approvals and counter-signatures that rules demand of a contract.

    While a contract is written, the form tells what it will need. When it is
    submitted, sent or signed, the rules become steps and participants of the
    contract. From then on these are frozen with it: changed rules concern a contract
    that is already submitted no more. A new version asks the rules anew.
    """

    _inherit = "customer.contract"

    # === APPLYING === #

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
            )._with_pass().unlink()

    def _replace_demanded_steps(self, plan):
        """Remove the steps of rules that were in place, and add the planned ones.

        :param list[dict] plan: the planned steps
        """
        self.ensure_one()
        Step = self.env["customer.contract.routing.step"]._with_pass()
        demanded = self.routing_step_ids.filtered("approval_rule_id")._with_pass()
        has_lost_signer = "signer" in demanded.mapped("role")
        demanded.participant_ids.unlink()
        demanded.unlink()
        orders = self._get_planned_orders(plan)
        for step in plan:
            self.participant_ids.filtered(
                lambda person, step=step: (
                    person.role == step["role"] and person.partner_id in step["people"]
                )
            )._with_pass().unlink()
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
            self.env["customer.contract.participant"]._with_pass().create(
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

    # === ENFORCING === #

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

    def action_submit(self):
        self._prepare_routing()
        return super().action_submit()

    def action_open_send(self):
        self.ensure_one()
        self.check_access("write")
        self._prepare_routing()
        return super().action_open_send()

    def action_open_sign(self):
        self.ensure_one()
        if self._can_be_edited():
            self.check_access("write")
            self._prepare_routing()
            self._check_approved()
        return super().action_open_sign()

    def action_sign_as_manager(self, signature, signed_by=None):
        self.ensure_one()
        if self._can_be_edited():
            self.check_access("write")
            self._prepare_routing()
            self._check_approved()
        return super().action_sign_as_manager(signature, signed_by=signed_by)

    def _send(self, notify=True):
        self._prepare_routing()
        return super()._send(notify=notify)

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
        if self._can_be_edited():
            problems += self._get_approval_problems()
        return problems
