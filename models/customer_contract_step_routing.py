from odoo import Command, _, api, fields, models

from .customer_contract_routing import OPEN_STATES


class CustomerContract(models.Model):
    """Steps of which not everybody has to act, as the contract sees them."""

    _inherit = "customer.contract"

    participant_ids = fields.One2many(domain=[("is_retired", "=", False)])
    routing_step_ids = fields.One2many(
        "customer.contract.routing.step",
        "contract_id",
        "Steps",
        copy=False,
        groups="base.group_user",
    )

    @api.depends(
        "participant_ids.state",
        "participant_ids.role",
        "participant_ids.step_id.policy",
        "participant_ids.step_id.needed_count",
    )
    def _compute_signature_progress(self):
        """Count the signatures that are needed, not the people who could give them."""
        for contract in self:
            # The portal shows the figures, not the participants' records.
            signers_sudo = contract.sudo()._get_expected_signers()
            in_steps = signers_sudo.filtered("step_id")
            needed = len(signers_sudo - in_steps) + sum(
                step._get_needed_count() for step in in_steps.step_id
            )
            done = len(signers_sudo.filtered(lambda person: person.state == "done"))
            contract.signer_count = needed
            contract.signature_count = done
            contract.signature_progress = 100 * done / needed if needed else 0

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
        """Prepare the participants and steps of a copy, without those a rule demands.

        :rtype: dict
        """
        self.ensure_one()
        people = self.participant_ids.filtered(
            lambda person: not person.approval_rule_id and not person._is_stand_in()
        )
        steps = self.routing_step_ids.filtered(lambda step: not step.approval_rule_id)
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
        self.ensure_one()
        return any(
            participant.role == "approver" and participant.state in ("waiting", *OPEN_STATES)
            for participant in self.participant_ids
        )

    def _get_expected_signers(self):
        """Return the signers whose signature counts: none is expected of the others.

        :rtype: recordset of `customer.contract.participant`
        """
        self.ensure_one()
        return self.participant_ids.filtered(
            lambda person: person.role == "signer" and not person._is_replaced()
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
        if participant.state == "delegated":
            return _(
                "You passed this on to %(person)s.",
                person=", ".join(participant._get_stand_ins().mapped("partner_id.name")),
            )
        if participant.state == "skipped" and self.state in ("approval", "sent", "signed"):
            return _("Somebody else has already done this.")
        return super()._explain_why_not(participant)
