from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ...const import STEP_POLICIES
from ...utils import TypedChar


class CustomerContractRoutingStep(models.Model):
    """Participants of whom all, any one or a number have to act, at the same time.

    Participants outside of a step have to act, each of them. Steps with the same
    order run side by side.
    """

    _name = "customer.contract.routing.step"
    _inherit = ["customer.contract.component.mixin", "customer.contract.protection.mixin"]
    _description = "Contract Routing Step"
    _order = "contract_id, sequence, id"

    contract_id = fields.Many2one(
        "customer.contract", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="contract_id.company_id")
    name = TypedChar(required=True)
    role = fields.Selection(
        [("approver", "Approvers"), ("signer", "Signers")], required=True, default="approver"
    )
    sequence = fields.Integer("Order", default=5, help="The same order means at the same time.")
    policy = fields.Selection(STEP_POLICIES, "Who Has to Act", required=True, default="any")
    needed_count = fields.Integer("How Many", default=1)
    participant_ids = fields.One2many(
        "customer.contract.participant",
        "step_id",
        "People",
        domain=[("is_retired", "=", False)],
    )
    summary = fields.Char("Needs", compute="_compute_summary")
    _needed_count_positive = models.Constraint(
        "CHECK (policy != 'count' OR needed_count > 0)",
        "At least one person has to act in a step.",
    )

    @api.depends("policy", "needed_count", "participant_ids.state")
    @api.depends_context("lang")
    def _compute_summary(self):
        for step in self:
            step.summary = _(
                "%(needed)s of %(people)s",
                needed=step._get_needed_count(),
                people=len(step._get_candidates()),
            )

    @api.constrains("policy", "needed_count", "participant_ids")
    def _check_needed_count(self):
        for step in self:
            people = len(step._get_candidates())
            if step.policy == "count" and people and step.needed_count > people:
                raise ValidationError(
                    _(
                        "The step “%(step)s” needs %(needed)s people, but has only %(people)s.",
                        step=step.name,
                        needed=step.needed_count,
                        people=people,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        values_list = []
        for values in vals_list:
            self._check_protected_fields(values)
            values_list.append({**self._prepare_protected_values(), **values})
        steps = super().create(values_list)
        steps.contract_id._check_content_is_open()
        return steps

    def write(self, vals):
        self._check_protected_fields(vals)
        if not self._is_system_write():
            self._check_can_be_changed()
        order = {name: vals[name] for name in ("sequence", "role") if name in vals}
        if not order:
            return super().write(vals)
        # The people of a step act at the same time, in the same role. They move
        # together with it, before anything compares them.
        people = self.participant_ids
        result = super().write(vals)
        people._write_protected(order)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        if not self._is_system_write():
            self._check_can_be_changed()

    def _check_can_be_changed(self):
        """Refuse changes of steps that are frozen.

        Features that demand steps extend this.

        :raise UserError: if there is one among them
        """
        self.contract_id._check_content_is_open()

    def _is_demanded(self):
        """Tell whether something other than people's choice demands the step.

        Nothing does by itself; features that demand steps extend this.
        """
        self.ensure_one()
        return False

    def _get_candidates(self):
        """Return the people of the step, with stand-ins instead of those they stand for.

        :rtype: recordset of `customer.contract.participant`
        """
        self.ensure_one()
        return self.participant_ids.filtered(lambda person: person.state != "delegated")

    def _get_needed_count(self):
        """Return how many people of the step have to act.

        :rtype: int
        """
        self.ensure_one()
        return {
            "all": len(self._get_candidates()),
            "any": 1,
            "count": self.needed_count,
        }[self.policy]

    def _is_satisfied(self):
        """Tell whether as many people as needed have acted."""
        self.ensure_one()
        done = self.participant_ids.filtered(lambda person: person.state == "done")
        return len(done) >= self._get_needed_count()

    def _skip_if_satisfied(self):
        """Stop waiting for the others once as many people as needed have acted."""
        for step in self:
            if step._is_satisfied():
                step.participant_ids._skip()
