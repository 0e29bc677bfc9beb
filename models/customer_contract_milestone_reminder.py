from odoo import _, api, fields, models

from .customer_contract_milestone import OPEN
from .customer_contract_milestone_plan import CLOSED_STATES

ACTIVITY_TYPE = "customer_contract.mail_activity_type_milestone"
DEFAULT_REMINDER_DAYS = 7


class CustomerContractMilestone(models.Model):
    """Milestones are announced to their owners before they fall due."""

    _inherit = "customer.contract.milestone"

    reminder_days = fields.Integer(
        "Remind Before (days)",
        compute="_compute_reminder_days",
        store=True,
        readonly=False,
        precompute=True,
        aggregator=None,
        help="How many days before its due date the owner is reminded. 0: never.",
    )
    reminder_date = fields.Date(compute="_compute_reminder_date", store=True)
    reminded_on = fields.Date(readonly=True, copy=False)

    _reminder_days_not_negative = models.Constraint(
        "CHECK (reminder_days IS NULL OR reminder_days >= 0)",
        "A reminder cannot come after the due date.",
    )
    _to_remind = models.Index("(reminder_date) WHERE reminded_on IS NULL")

    @api.depends("contract_id.type_id")
    def _compute_reminder_days(self):
        for milestone in self:
            contract_type = milestone.contract_id.type_id
            milestone.reminder_days = (
                contract_type.milestone_reminder_days if contract_type else DEFAULT_REMINDER_DAYS
            )

    @api.depends("date", "reminder_days")
    def _compute_reminder_date(self):
        for milestone in self:
            milestone.reminder_date = (
                milestone.date
                and milestone.reminder_days
                and fields.Date.subtract(milestone.date, days=milestone.reminder_days)
            )

    def write(self, vals):
        if vals.keys() & {"date", "reminder_days"} and "reminded_on" not in vals:
            # another day, another reminder
            vals = {**vals, "reminded_on": False}
            self.activity_unlink([ACTIVITY_TYPE])
        if "user_id" in vals:
            self.activity_reschedule([ACTIVITY_TYPE], new_user_id=vals["user_id"])
        result = super().write(vals)
        if vals.keys() & {"progress", "state"}:
            settled = self.filtered(lambda milestone: milestone.progress not in OPEN)
            settled.activity_unlink([ACTIVITY_TYPE])
        return result

    def _get_reminder_domain(self):
        """Return which milestones are to be announced now.

        :rtype: list
        """
        return [
            ("reminder_date", "<=", fields.Date.context_today(self)),
            ("reminded_on", "=", False),
            ("progress", "in", OPEN),
            ("contract_id.active", "=", True),
            ("contract_id.state", "not in", CLOSED_STATES),
        ]

    def _get_aged_domain(self):
        """Return which milestones have become late since their state was computed.

        :rtype: list
        """
        return [
            ("date", "<", fields.Date.context_today(self)),
            ("state", "in", OPEN),
            ("contract_id.state", "not in", CLOSED_STATES),
        ]

    def _remind(self):
        """Announce one milestone to its owner, else to the contract's manager."""
        self.ensure_one()
        self.reminded_on = fields.Date.context_today(self)
        if not self.contract_id._has_live_milestones():
            return
        people = (self.user_id | self.contract_id.user_id).filtered("active")
        owner = next((user for user in people if self.with_user(user).has_access("read")), None)
        if not owner:
            return
        self.activity_schedule(
            ACTIVITY_TYPE,
            date_deadline=self.date,
            summary=_("%(milestone)s is due", milestone=self.name),
            user_id=owner.id,
        )
        self._log_event(
            "milestone_reminded",
            {
                "date": fields.Date.to_string(self.date),
                "reminded": owner.name,
            },
        )

    @api.model
    def _cron_follow_milestones(self):
        """Mark milestones as late whose day passed, and announce those that fall due."""
        aged = self.search(self._get_aged_domain())
        due = self.search(self._get_reminder_domain(), order="reminder_date, id")
        Cron = self.env["ir.cron"]
        self.env.add_to_compute(self._fields["state"], aged)
        aged._recompute_recordset(["state"])
        Cron._commit_progress(len(aged), remaining=len(due))
        for milestone in due:
            milestone = milestone.try_lock_for_update().filtered_domain(self._get_reminder_domain())
            if milestone:
                milestone._remind()
            if not Cron._commit_progress(1):
                break
