from odoo import _, api, fields, models
from odoo.tools import format_date

from ...const import CLOSED_STATES
from ...utils import check_one


class CustomerContract(models.Model):
    """The contract's milestones, and whether they are part of its text."""

    _inherit = "customer.contract"

    milestone_ids = fields.One2many(
        "customer.contract.milestone",
        "contract_id",
        "Milestones",
        copy=True,
        groups="base.group_user",
    )
    shows_milestones = fields.Boolean(
        "Dates and Deliverables",
        compute="_compute_shows_milestones",
        readonly=False,
        groups="base.group_user",
        help="Dates and deliverables to follow, with amounts if you like.",
    )
    milestone_count = fields.Integer(compute="_compute_milestone_count", groups="base.group_user")

    @api.constrains("currency_id")
    def _check_milestone_amounts(self):
        for contract in self:
            for amount in contract.milestone_ids.mapped("amount"):
                contract._check_exact_amount(amount)

    def _describe_past_dates(self, copied, default):
        told = super()._describe_past_dates(copied, default)
        today = self.company_id._get_contract_today()
        # Employees who may not read milestones duplicate contracts with them all the same.
        late_sudo = self.sudo().milestone_ids.filtered(lambda milestone: milestone.date < today)
        if not late_sudo or "milestone_ids" in default:
            return told
        moved = self.env._(
            "Due today, as their day has passed: %(milestones)s",
            milestones=", ".join(late_sudo.mapped("name")),
        )
        return ". ".join(filter(None, (told, moved)))

    @api.depends("milestone_ids")
    def _compute_shows_milestones(self):
        """Show what the contract uses; the form shows it as well to whoever asks for it."""
        for contract in self:
            contract.shows_milestones = bool(contract.milestone_ids)

    @api.depends("milestone_ids")
    def _compute_milestone_count(self):
        counts = dict(
            self.env["customer.contract.milestone"]._read_group(
                [("contract_id", "in", self.ids)], ["contract_id"], ["__count"]
            )
        )
        for contract in self:
            contract.milestone_count = counts.get(contract, 0)

    def action_view_milestones(self):
        """Open the milestones of one contract.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_contract.customer_contract_milestone_action"
        )
        return {
            **action,
            "domain": [("contract_id", "=", self.id)],
            "context": {"default_contract_id": self.id},
        }

    def _has_live_milestones(self):
        """Tell whether the contract's milestones still fall due."""
        self.ensure_one()
        ended_on = self.termination_date
        is_terminated = bool(ended_on) and ended_on <= fields.Date.context_today(self)
        return self.state not in CLOSED_STATES and not is_terminated

    # === TEXT === #

    def _get_content_fields(self):
        return super()._get_content_fields() | {"show_milestones_in_report"}

    def _prepare_content(self, number):
        content = super()._prepare_content(number)
        if self.show_milestones_in_report:
            content["milestones"] = [
                milestone._prepare_content() for milestone in self._get_portal_milestones()
            ]
        return content

    def _get_guarded_columns(self):
        return [*super()._get_guarded_columns(), "show_milestones_in_report"]

    def _get_frozen_rows(self):
        rows = super()._get_frozen_rows()
        if self.show_milestones_in_report:
            rows["milestones"] = self.milestone_ids.filtered("portal_visible")
        return rows

    def _explain_row_problem(self, kind):
        if kind == "milestones":
            return _("its milestones were changed")
        return super()._explain_row_problem(kind)

    def _prepare_comparable_facts(self, content):
        return {
            **super()._prepare_comparable_facts(content),
            _("Milestones"): "; ".join(
                self._describe_frozen_milestone(milestone)
                for milestone in content.get("milestones", [])
            ),
        }

    def _describe_frozen_milestone(self, milestone):
        """Return a milestone of the canonical content in one line.

        :param dict milestone: its title, date, deliverable and amount
        :rtype: str
        """
        amount = milestone["amount"] or {}
        return ", ".join(
            filter(
                None,
                (
                    milestone["title"],
                    format_date(self.env, milestone["date"]),
                    milestone["deliverable"],
                    " ".join(filter(None, (amount.get("value"), amount.get("currency")))),
                ),
            )
        )

    # === PORTAL === #

    def _get_portal_milestones(self):
        """Return the milestones that the parties may see, in order.

        :rtype: recordset of `customer.contract.milestone`, elevated
        """
        # Participants see milestones through the contract they may read.
        milestones_sudo = self.sudo().milestone_ids
        return milestones_sudo.filtered("portal_visible").sorted(
            lambda milestone: (milestone.date, milestone.sequence, milestone.id)
        )

    def _get_next_milestones(self):
        """Return the next milestone of each contract that the parties may see.

        :return: the milestones by the ids of their contracts
        :rtype: dict[int, recordset of `customer.contract.milestone`]
        """
        # Participants see milestones through the contracts they may read.
        milestones_sudo = (
            self.env["customer.contract.milestone"]
            .sudo()
            .search(
                [
                    ("contract_id", "in", self.ids),
                    ("portal_visible", "=", True),
                    ("progress", "in", ("planned", "in_progress")),
                ],
                order="date desc, sequence desc, id desc",
            )
        )
        return {milestone.contract_id.id: milestone for milestone in milestones_sudo}
