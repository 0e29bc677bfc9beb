import ast

from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...utils import TypedChar


class CustomerContractApprovalRule(models.Model):
    """Which contracts need whose approval, and who signs them for the company.

    All rules that fit a contract apply, in their order, unless one says that the
    rules after it do not.
    """

    _name = "customer.contract.approval.rule"
    _inherit = ["customer.contract.shared.mixin", "customer.contract.amount.range.mixin"]
    _rules_others = True
    _description = "Contract Approval Rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = TypedChar(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        default=lambda self: self.env.company,
        help="Contracts of all companies if left empty.",
    )
    is_last = fields.Boolean(
        "Stop Here", help="When this rule fits a contract, the rules after it do not apply."
    )
    step_ids = fields.One2many(
        "customer.contract.approval.rule.step", "rule_id", "Steps", copy=True
    )
    type_ids = fields.Many2many("customer.contract.type", string="Types")
    team_ids = fields.Many2many("crm.team", string="Sales Teams")
    group_ids = fields.Many2many(
        "res.groups",
        string="Manager's Groups",
        help="The contract's manager is in one of these user groups.",
    )
    direction = fields.Selection(
        [("customer", "Customer"), ("supplier", "Supplier"), ("partner", "Partner")],
        help="What the counterparty is to us.",
    )
    partner_ids = fields.Many2many(
        "res.partner",
        string="Counterparties",
        help="The counterparty or its company is one of these.",
    )
    partner_tag_ids = fields.Many2many(
        "res.partner.category",
        string="Counterparty's Tags",
        help="The counterparty or its company has one of these tags.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        help="Amounts in other currencies are converted at the rate of the day on which the "
        "contract is submitted.",
    )
    amount_min = fields.Monetary("Amount From")
    amount_max = fields.Monetary("Amount To", help="No limit if left at zero.")
    domain = fields.Char("Other Conditions", default="[]")
    _amounts_in_order = models.Constraint(
        "CHECK (amount_min >= 0 AND (COALESCE(amount_max, 0) = 0 OR amount_max >= amount_min))",
        "The amount to which a rule applies cannot be below the one from which it does.",
    )

    @api.constrains("domain")
    def _check_domain(self):
        Contract = self.env["customer.contract"].sudo()
        for rule in self:
            try:
                Contract.search(rule._get_domain(), limit=1)
            except Exception as error:
                # whatever is typed here must be refused here, not when contracts are sent
                raise ValidationError(
                    _(
                        "The other conditions of “%(rule)s” cannot be read: %(error)s",
                        rule=rule.name,
                        error=error,
                    )
                ) from error

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        # Contracts name the rules that were applied to them, whoever may read them.
        applied_sudo = (
            self.env["customer.contract.routing.step"]
            .sudo()
            .search([("approval_rule_id", "in", self.ids)], limit=1)
        )
        if applied_sudo:
            raise UserError(
                _(
                    "The rule “%(rule)s” was applied to contracts. Archive it instead.",
                    rule=applied_sudo.approval_rule_id.name,
                )
            )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        for rule, values in zip(self, vals_list, strict=True):
            if not (default or {}).get("name"):
                values["name"] = _("%(name)s (copy)", name=rule.name)
        return vals_list

    def _get_domain(self):
        """Return the other conditions as a domain on contracts.

        :rtype: list
        """
        self.ensure_one()
        return ast.literal_eval(self.domain or "[]")

    @api.model
    def _find_for(self, contract):
        """Find the rules that apply to a contract as it stands.

        :param recordset contract: the `customer.contract`
        :return: the rules, elevated
        :rtype: recordset of `customer.contract.approval.rule`
        """
        # Rules hold for everybody, whoever may read them or what they compare.
        rules_sudo = self.sudo().search([("company_id", "in", [False, contract.company_id.id])])
        contract_sudo = contract.sudo()
        found = rules_sudo.browse()
        for rule_sudo in rules_sudo:
            if rule_sudo._fits(contract_sudo):
                found |= rule_sudo
                if rule_sudo.is_last:
                    break
        return found

    def _fits(self, contract):
        """Tell whether the rule applies to a contract.

        :param recordset contract: the `customer.contract`
        """
        self.ensure_one()
        counterparty = contract.partner_id | contract.partner_id.commercial_partner_id
        return bool(
            (not self.type_ids or contract.type_id in self.type_ids)
            and (not self.team_ids or contract.team_id in self.team_ids)
            and (not self.group_ids or self.group_ids & contract.user_id.all_group_ids)
            and (not self.direction or contract.direction == self.direction)
            and (not self.partner_ids or self.partner_ids & counterparty._origin)
            and (not self.partner_tag_ids or self.partner_tag_ids & counterparty.category_id)
            and self._has_amount_within(contract, self.amount_min, self.amount_max)
            and contract.filtered_domain(self._get_domain())
        )

    def _has_amount_within(self, contract, least, most):
        """Tell whether a contract's amount is within limits in the rule's currency.

        :param recordset contract: the `customer.contract`
        :param float least: the lowest amount
        :param float most: the highest amount, zero for none
        """
        self.ensure_one()
        amount = contract.currency_id._convert(
            contract.amount_total,
            self.currency_id,
            contract.company_id,
            fields.Date.context_today(contract),
        )
        compare = self.currency_id.compare_amounts
        return compare(amount, least) >= 0 and (not most or compare(amount, most) <= 0)
