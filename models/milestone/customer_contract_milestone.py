import logging

from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_repr

from ...const import CLOSED_STATES
from ...utils import TypedChar, TypedText

_logger = logging.getLogger(__name__)
OPEN = ("planned", "in_progress")
ACTIVITY_TYPE = "customer_contract.mail_activity_type_milestone"
DEFAULT_REMINDER_DAYS = 7
# What is reached already keeps its day; the same share is another amount in each contract.
WRITTEN_ONE_BY_ONE = {"state", "progress", "amount", "share", "basis"}


class CustomerContractMilestone(models.Model):
    """Something to be delivered by a date, often for a part of the amount.

    What is to be delivered, when and for how much are a milestone's facts. They are
    part of the contract's text if the contract says so, and closed with it. Who takes
    care and how far the work is stays open. Milestones are announced to their owners
    before they fall due.
    """

    _name = "customer.contract.milestone"
    _inherit = ["mail.thread", "mail.activity.mixin", "customer.contract.component.mixin"]
    _description = "Contract Milestone"
    _order = "date, sequence, id"
    _check_company_auto = True

    contract_id = fields.Many2one(
        "customer.contract", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="contract_id.currency_id", store=True)
    name = TypedChar("Title", required=True)
    sequence = fields.Integer(default=10)
    date = fields.Date("Due Date", required=True, index=True, tracking=True)
    deliverable = TypedText(help="What is to be there on that day.")
    user_id = fields.Many2one(
        "res.users",
        "Owner",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        domain="[('share', '=', False)]",
        help="Takes care of the milestone, and is reminded of it.",
    )
    progress = fields.Selection(
        [
            ("planned", "Planned"),
            ("in_progress", "In Progress"),
            ("reached", "Reached"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="planned",
        copy=False,
        tracking=True,
    )
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("in_progress", "In Progress"),
            ("late", "Late"),
            ("reached", "Reached"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_state",
        store=True,
        readonly=False,
        copy=False,
        index=True,
        group_expand=True,
        help="Late is what is not reached on its due date.",
    )
    reached_on = fields.Date(copy=False, readonly=True)
    portal_visible = fields.Boolean(
        "Visible in Portal",
        default=True,
        help="Everybody who finds the contract in the portal sees the milestone.",
    )
    is_frozen = fields.Boolean(compute="_compute_is_frozen")
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

    @api.depends("contract_id")
    def _compute_user_id(self):
        for milestone in self:
            milestone.user_id = milestone.user_id or milestone.contract_id.user_id

    @api.depends("progress", "date", "contract_id.state", "contract_id.termination_date")
    def _compute_state(self):
        for milestone in self:
            milestone.state = "late" if milestone._is_overdue() else milestone.progress

    @api.depends(
        "portal_visible", "contract_id.is_editable", "contract_id.show_milestones_in_report"
    )
    def _compute_is_frozen(self):
        for milestone in self:
            milestone.is_frozen = milestone._is_in_frozen_text()

    @api.onchange("state")
    def _onchange_state(self):
        self.progress = self.state if self.state != "late" else self.progress

    @api.model_create_multi
    def create(self, vals_list):
        Contract = self.env["customer.contract"]
        default = self.env.context.get("default_contract_id")
        default_visible = self.env.context.get("default_portal_visible", True)
        shown = [one for one in vals_list if one.get("portal_visible", default_visible)]
        # Before, since the database itself refuses it, in its own words.
        for contract in self._get_owners("contract_id", shown):
            self._check_is_open_in(contract)
        milestones = super().create(
            [
                self._prepare_progress(
                    self._prepare_basis(
                        values, Contract.browse(values.get("contract_id") or default)
                    )
                )
                for values in vals_list
            ]
        )
        for milestone in milestones:
            facts = milestone._prepare_facts()
            milestone._log_event(
                "milestone_added", {key: facts[key] for key in ("date", "amount") if facts[key]}
            )
        return milestones

    def write(self, vals):
        if len(self) > 1 and vals.keys() & WRITTEN_ONE_BY_ONE:
            return all([milestone.write(vals) for milestone in self])
        vals = self._prepare_progress(self._prepare_basis(vals, self.contract_id))
        if vals.keys() & {"date", "reminder_days"} and "reminded_on" not in vals:
            # another day, another reminder
            vals["reminded_on"] = False
            self.activity_unlink([ACTIVITY_TYPE])
        if "user_id" in vals:
            self.activity_reschedule([ACTIVITY_TYPE], new_user_id=vals["user_id"])
        is_text_touched = bool(vals.keys() & self._get_text_fields())
        if is_text_touched:
            self._check_text_is_open()
        before = {milestone: milestone._prepare_facts() for milestone in self}
        was_visible = {milestone: milestone.portal_visible for milestone in self}
        progress = {milestone: milestone.progress for milestone in self}
        result = super().write(vals)
        if is_text_touched:
            self._check_text_is_open()
        for milestone in self:
            milestone._log_changes(before[milestone])
            if milestone.portal_visible != was_visible[milestone]:
                milestone._log_event(
                    "milestone_shown" if milestone.portal_visible else "milestone_hidden"
                )
            if milestone.progress != progress[milestone]:
                milestone._log_progress(progress[milestone])
        if "progress" in vals:
            settled = self.filtered(lambda milestone: milestone.progress not in OPEN)
            settled.activity_unlink([ACTIVITY_TYPE])
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self._check_text_is_open()
        for milestone in self:
            milestone._log_event("milestone_removed")

    def _prepare_progress(self, values):
        """Replace the state by the progress it stands for, with the day it was reached.

        :param dict values: values of a create or write
        :return: the same values without the state
        :rtype: dict
        :raise ValidationError: if a milestone is to be made late
        """
        values = dict(values)
        state = values.pop("state", None)
        if state == "late" and self.state != "late":
            raise ValidationError(
                _("A milestone is late when its due date passes: change the date instead.")
            )
        if state and state != "late":
            values["progress"] = state
        # Several milestones are written at once only where neither is among the values.
        if (
            "progress" in values
            and values["progress"] != self.progress
            and "reached_on" not in values
        ):
            is_reached = values["progress"] == "reached"
            values["reached_on"] = is_reached and fields.Date.context_today(self)
        return values

    def _is_overdue(self):
        """Tell whether the milestone's day passed without its being reached."""
        self.ensure_one()
        return (
            self.progress in OPEN
            and bool(self.date)
            and self.date < fields.Date.context_today(self)
            and self.contract_id._has_live_milestones()
        )

    def _get_text_fields(self):
        """Return the fields that are part of the contract's text, where milestones are.

        :return: field names
        :rtype: set[str]
        """
        return {
            "contract_id",
            "name",
            "sequence",
            "date",
            "deliverable",
            "portal_visible",
            "basis",
            "basis_value",
        }

    def _is_in_frozen_text(self):
        """Tell whether the milestone is part of what was frozen."""
        self.ensure_one()
        return self.portal_visible and self._is_text_frozen(self.contract_id)

    @api.model
    def _is_text_frozen(self, contract):
        """Tell whether visible milestones are part of what was frozen of a contract."""
        return contract.show_milestones_in_report and not contract._can_be_edited()

    def _check_text_is_open(self):
        """Refuse a change of what is part of a frozen contract.

        :raise UserError: if one of the milestones is
        """
        for milestone in self.filtered("portal_visible"):
            self._check_is_open_in(milestone.contract_id)

    @api.model
    def _check_is_open_in(self, contract):
        """Refuse to change what is part of a contract's frozen text."""
        if self._is_text_frozen(contract) and not contract._is_system_write():
            raise UserError(
                _(
                    "The milestones are part of %(contract)s, which is frozen. Their "
                    "owner and progress can be changed; for the rest, start a new version.",
                    contract=contract.display_name,
                )
            )

    def _prepare_content(self):
        """Prepare how the milestone stands in the canonical content.

        :rtype: dict
        """
        self.ensure_one()
        amount = None
        if self.amount:
            amount = {
                "value": float_repr(self.amount, self.currency_id.decimal_places),
                "currency": self.currency_id.name,
            }
        return {
            "title": self.name,
            "date": fields.Date.to_string(self.date),
            "deliverable": self.deliverable or "",
            "amount": amount,
        }

    def _log_event(self, event_type, details=None):
        """Record in the contract's trail what happened to the milestone.

        :param str event_type: a kind of event
        :param dict details: what else to keep about it
        """
        self.ensure_one()
        if self.contract_id.sudo().trail_length:  # else it is just being created with them
            self.contract_id._log_event(
                event_type, details={"milestone": self.name, **(details or {})}
            )

    def _prepare_facts(self):
        """Prepare what the trail keeps of a milestone, by the names of its fields.

        :rtype: dict[str, str]
        """
        self.ensure_one()
        digits = self.currency_id.decimal_places
        return {
            "name": self.name or "",
            "date": fields.Date.to_string(self.date) or "",
            "deliverable": self.deliverable or "",
            "amount": f"{float_repr(self.amount, digits)} {self.currency_id.name}"
            if self.amount
            else "",
            "user_id": self.user_id.name or "",
        }

    def _log_changes(self, before):
        """Record which facts of the milestone have changed.

        :param dict before: what :meth:`_prepare_facts` gave then
        """
        changed = {
            self._get_label(name): [before[name], value]
            for name, value in self._prepare_facts().items()
            if before[name] != value
        }
        if changed:
            self._log_event("milestone_changed", {"fields": changed})

    def _log_progress(self, before):
        """Record how far the milestone got.

        :param str before: the progress so far
        """
        if self.progress in ("reached", "cancelled"):
            self._log_event(f"milestone_{self.progress}")
            return
        labels = dict(self._fields["progress"]._description_selection(self.env))
        self._log_event(
            "milestone_changed",
            {"fields": {self._get_label("progress"): [labels[before], labels[self.progress]]}},
        )

    def _get_label(self, name):
        """Return what a field is called."""
        return self.env["ir.model.fields"]._get(self._name, name).field_description

    # === ACTION METHODS === #

    def action_start(self):
        """Begin to work on milestones.

        :return: True
        :rtype: bool
        """
        return self.write({"progress": "in_progress"})

    def action_reach(self):
        """Tell that milestones are reached today.

        :return: True
        :rtype: bool
        """
        return self.write({"progress": "reached"})

    def action_cancel(self):
        """Give milestones up.

        :return: True
        :rtype: bool
        """
        return self.write({"progress": "cancelled"})

    def action_reopen(self):
        """Take milestones up again that were reached or given up.

        :return: True
        :rtype: bool
        """
        return self.write({"progress": "planned"})

    def action_show(self):
        """Let the parties see milestones in the portal.

        :return: True
        :rtype: bool
        """
        return self.write({"portal_visible": True})

    def action_hide(self):
        """Keep milestones from the parties.

        :return: True
        :rtype: bool
        """
        return self.write({"portal_visible": False})

    # === REMINDERS === #

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
        speaking = self.with_context(lang=owner.lang)
        speaking.activity_schedule(
            ACTIVITY_TYPE,
            date_deadline=self.date,
            summary=speaking.env._("%(milestone)s is due", milestone=self.name),
            user_id=owner.id,
        )
        self._log_event(
            "milestone_reminded",
            {
                "date": fields.Date.to_string(self.date),
                "reminded": owner.name,
            },
        )

    def _remind_or_report(self):
        """Announce, and leave the other milestones alone if that fails."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._remind()
        except Exception:
            self.env.invalidate_all()
            _logger.exception("Milestone %s could not be announced", self.id)

    @api.model
    def _cron_follow_milestones(self):
        """Mark milestones as late whose day passed, and announce those that fall due."""
        # Odoo has scheduled code queue its mails; the queue runs once an hour.
        self = self.with_context(mail_notify_force_send=True)
        aged = self.search(self._get_aged_domain())
        due = self.search(self._get_reminder_domain(), order="reminder_date, id")
        Cron = self.env["ir.cron"]
        self.env.add_to_compute(self._fields["state"], aged)
        aged._recompute_recordset(["state"])
        Cron._commit_progress(len(aged), remaining=len(due))
        for milestone in due:
            if milestone.contract_id._try_lock_for_job():
                milestone = milestone.try_lock_for_update()
                if milestone.filtered_domain(self._get_reminder_domain()):
                    milestone._remind_or_report()
            if not Cron._commit_progress(1):
                break
