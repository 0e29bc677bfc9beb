from odoo import _, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_list

from ...const import STEP_POLICIES
from ...utils import TypedChar


class CustomerContractApprovalRuleStep(models.Model):
    """One step that an approval rule demands: who has to act, and how many of them."""

    _name = "customer.contract.approval.rule.step"
    _inherit = ["customer.contract.shared.mixin", "customer.contract.amount.range.mixin"]
    _rules_others = True
    _description = "Contract Approval Rule Step"
    _order = "rule_id, sequence, id"

    rule_id = fields.Many2one(
        "customer.contract.approval.rule", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="rule_id.company_id")
    currency_id = fields.Many2one(related="rule_id.currency_id")
    name = TypedChar(required=True, translate=True)
    sequence = fields.Integer(
        "Level", default=10, help="Levels act one after the other, the same level at once."
    )
    role = fields.Selection(
        [("approver", "Approve"), ("signer", "Sign for Us")],
        "What They Do",
        required=True,
        default="approver",
        help="Those who sign for us replace the contract's manager as our signer.",
    )
    source = fields.Selection(
        [
            ("user", "Users"),
            ("group", "User Group"),
            ("team_leader", "Leader of the Contract's Team"),
            ("manager_leader", "Leader of the Manager's Team"),
            ("creator_leader", "Leader of the Author's Team"),
            ("manager_superior", "Superior of the Contract Manager"),
            ("creator_superior", "Superior of the Author"),
            ("manager", "Contract Manager"),
            ("partner", "Contacts"),
        ],
        "Who",
        required=True,
        default="user",
    )
    user_ids = fields.Many2many("res.users", string="Users", domain="[('share', '=', False)]")
    group_id = fields.Many2one("res.groups", "User Group", index="btree_not_null")
    partner_ids = fields.Many2many(
        "res.partner", string="Contacts", domain="[('is_company', '=', False)]"
    )
    who = fields.Char(
        "Named People", compute="_compute_who", help="The people who have to act, by name."
    )
    policy = fields.Selection(STEP_POLICIES, "Who Has to Act", required=True, default="any")
    needed_count = fields.Integer("How Many", default=1)
    amount_min = fields.Monetary("Amount From")
    amount_max = fields.Monetary("Amount To", help="No limit if left at zero.")
    _needed_count_positive = models.Constraint(
        "CHECK (policy != 'count' OR needed_count > 0)",
        "At least one person has to act in a step.",
    )
    _amounts_in_order = models.Constraint(
        "CHECK (amount_min >= 0 AND (COALESCE(amount_max, 0) = 0 OR amount_max >= amount_min))",
        "The amount to which a step applies cannot be below the one from which it does.",
    )

    @api.depends("source", "user_ids", "group_id", "partner_ids")
    @api.depends_context("lang")
    def _compute_who(self):
        sources = dict(self._fields["source"]._description_selection(self.env))
        for step in self:
            named = {
                "user": step.user_ids,
                "group": step.group_id,
                "partner": step.partner_ids,
            }.get(step.source)
            names = named.mapped("display_name") if named else []
            step.who = format_list(self.env, names) if names else sources.get(step.source)

    @api.constrains("source", "user_ids", "group_id", "partner_ids", "role")
    def _check_source(self):
        for step in self:
            given = {
                "user": step.user_ids,
                "group": step.group_id,
                "partner": step.partner_ids,
            }
            if step.source in given and not given[step.source]:
                raise ValidationError(
                    _("The step “%(step)s” does not say who has to act.", step=step.name)
                )
            if step.role == "signer" and step.source == "partner":
                raise ValidationError(
                    _(
                        "Only employees sign for the company: choose users or a user group in "
                        "the step “%(step)s”.",
                        step=step.name,
                    )
                )

    def _applies_to(self, contract):
        """Tell whether the step is needed for a contract that its rule fits.

        :param recordset contract: the `customer.contract`
        """
        self.ensure_one()
        return self.rule_id._has_amount_within(contract, self.amount_min, self.amount_max)

    def _find_people(self, contract):
        """Find who could act in the step for a contract.

        :param recordset contract: the `customer.contract`
        :rtype: recordset of `res.partner`
        """
        self.ensure_one()
        if self.source == "partner":
            return self.partner_ids
        author = contract.create_uid or self.env.user
        users = {
            "user": self.user_ids,
            "group": self.group_id.all_user_ids,
            "team_leader": contract.team_id.user_id,
            "manager_leader": contract.user_id.sale_team_id.user_id,
            "creator_leader": author.sale_team_id.user_id,
            "manager_superior": contract.user_id and contract.user_id._get_contract_superior(),
            "creator_superior": author._get_contract_superior(),
            "manager": contract.user_id,
        }[self.source]
        return users.filtered(
            lambda user: (
                user.active
                and not user.share
                and not user._is_superuser()
                and contract.company_id in user.company_ids
            )
        ).partner_id

    def _get_needed_count(self, people):
        """Return how many of some people have to act.

        :param recordset people: those who could act
        :rtype: int
        """
        self.ensure_one()
        return {"all": len(people), "any": 1, "count": self.needed_count}[self.policy]
