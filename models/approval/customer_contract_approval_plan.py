from markupsafe import Markup

from odoo import _, api, fields, models


class CustomerContract(models.Model):
    """Which approvals and counter-signatures a contract will need, as it stands."""

    _inherit = "customer.contract"

    approval_plan = fields.Html(
        "Needed Approvals", compute="_compute_approval_plan", groups="base.group_user"
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "state",
        "current_version_id",
        "company_id",
        "type_id",
        "team_id",
        "user_id",
        "direction",
        "partner_id",
        "amount_total",
        "currency_id",
        "date_start",
        "date_end",
        "participant_ids.partner_id",
        "participant_ids.role",
    )
    def _compute_approval_plan(self):
        for contract in self:
            contract.approval_plan = (
                contract._describe_plan() if contract._can_be_edited() else False
            )

    def _describe_plan(self):
        """Tell what the contract will need once it is submitted.

        :return: HTML, none if no rule demands anything
        :rtype: markupsafe.Markup | bool
        """
        self.ensure_one()
        plan = self.sudo()._plan_steps()
        problems = self.sudo()._get_approval_problems(plan)
        lines = [
            Markup("<li><strong>%s</strong>: %s <span class='text-muted'>(%s)</span></li>")
            % (step["name"], self._describe_step(step), step["rule"].name)
            for step in plan
            if not step["problem"]
        ]
        if not lines and not problems:
            return False
        html = Markup("")
        if lines:
            html += Markup("<p class='mb-1'>%s</p><ol class='mb-0'>%s</ol>") % (
                _("This contract will need:"),
                Markup("").join(lines),
            )
        for problem in problems:
            html += Markup("<p class='text-danger mb-0'>%s</p>") % problem
        return html

    def _describe_step(self, step):
        """Tell in words who has to act in a planned step.

        :param dict step: one of the planned steps
        :rtype: str
        """
        people = ", ".join(step["people"].mapped("name"))
        if len(step["people"]) == 1:
            action = (
                _("approval of %(people)s", people=people)
                if step["role"] == "approver"
                else _("signature of %(people)s", people=people)
            )
            return action
        counted = {
            "needed": step["needed"],
            "of": len(step["people"]),
            "people": people,
        }
        return (
            _("%(needed)s of %(of)s approvals: %(people)s", **counted)
            if step["role"] == "approver"
            else _("%(needed)s of %(of)s signatures: %(people)s", **counted)
        )

    # === PLANNING === #

    def _plan_steps(self):
        """Plan the steps that the rules demand of the contract as it stands.

        :return: one dictionary a step, in the order in which they act: ``rule``,
            ``name``, ``role``, ``level``, ``policy``, ``needed``, ``people`` and
            ``problem``, which is set for a step that nobody could take
        :rtype: list[dict]
        """
        self.ensure_one()
        rules = self.env["customer.contract.approval.rule"]._find_for(self)
        lines = rules.step_ids.filtered(lambda line: line._applies_to(self))
        plan = []
        for line in lines.sorted(lambda line: (line.role, line.sequence)):
            step = self._plan_step(line, [one for one in plan if one["role"] == line.role])
            if step:
                plan.append(step)
        return plan

    def _plan_step(self, line, earlier):
        """Plan one step, so that nobody is asked twice.

        Whoever acts in an earlier step leaves later ones to the others. Where too few
        others are left, those who certainly act earlier count for this step as well.

        :param recordset line: the rule's step
        :param list[dict] earlier: the steps before it, in the same role
        :return: the step; none if those who act earlier are enough
        :rtype: dict | None
        """
        people = line._find_people(self)
        needed = line._get_needed_count(people)
        people = self._leave_out_makers(line, people, needed)
        if line.role == "signer":
            people = people.filtered(
                lambda person: any(
                    user.has_group("customer_contract.group_contract_esign")
                    for user in person.user_ids
                )
            )
        step = {
            "rule": line.rule_id,
            "name": line.name,
            "role": line.role,
            "level": line.sequence,
            "policy": line.policy,
            "needed": needed,
            "people": people,
            "problem": None,
        }
        if not people or len(people) < needed:
            step["problem"] = _(
                "The step “%(step)s” of the approval rule “%(rule)s” has not enough people "
                "who could act.",
                step=line.name,
                rule=line.rule_id.name,
            )
            return step
        busy = self.env["res.partner"].union(*(one["people"] for one in earlier))
        others = people - busy
        if line.policy != "all" and len(others) >= needed:
            step["people"] = others
            return step
        certain = self.env["res.partner"].union(
            *(one["people"] for one in earlier if one["needed"] >= len(one["people"]))
        )
        step["needed"] = needed - len(people & certain)
        if step["needed"] <= 0:
            return None
        step["people"] = others
        if len(others) < step["needed"]:
            step["problem"] = _(
                "The step “%(step)s” of the approval rule “%(rule)s” needs people who are "
                "also asked in an earlier step.",
                step=line.name,
                rule=line.rule_id.name,
            )
        return step

    def _get_planned_signers(self):
        """Return who signs next for a contract that is still being written.

        :rtype: recordset of `res.partner`
        """
        self.ensure_one()
        planned = [step for step in self.sudo()._plan_steps() if step["role"] == "signer"]
        if not planned:
            return self.sudo()._get_next_participants().partner_id
        first = min(step["level"] for step in planned)
        return self.env["res.partner"].union(
            *(step["people"] for step in planned if step["level"] == first)
        )

    def _get_approval_problems(self, plan=None):
        """Find what keeps the contract from getting the approvals it needs.

        :param list[dict] plan: the planned steps, if they are known
        :return: one sentence per problem
        :rtype: list[str]
        """
        self.ensure_one()
        contract_sudo = self.sudo()
        plan = contract_sudo._plan_steps() if plan is None else plan
        problems = [step["problem"] for step in plan if step["problem"]]
        if self.company_id.contract_approval_mandatory and not any(
            step["role"] == "approver" for step in plan
        ):
            problems.append(
                _(
                    "No approval rule fits this contract, and nothing may be sent without "
                    "approval. Ask an administrator of contracts for a rule."
                )
            )
        return problems
