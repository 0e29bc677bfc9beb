from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_repr

OPEN = ("planned", "in_progress")


class CustomerContractMilestone(models.Model):
    """Something to be delivered by a date, often for a part of the amount.

    What is to be delivered, when and for how much are a milestone's facts. They are
    part of the contract's text if the contract says so, and closed with it. Who takes
    care and how far the work is stays open.
    """

    _name = "customer.contract.milestone"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Contract Milestone"
    _order = "date, sequence, id"
    _check_company_auto = True

    contract_id = fields.Many2one(
        "customer.contract", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="contract_id.currency_id", store=True)
    name = fields.Char("Title", required=True)
    sequence = fields.Integer(default=10)
    date = fields.Date("Due Date", required=True, index=True, tracking=True)
    deliverable = fields.Text(help="What is to be there on that day.")
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

    # === COMPUTE METHODS === #

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

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        milestones = super().create([self._prepare_progress(values) for values in vals_list])
        milestones._check_text_is_open()
        for milestone in milestones:
            facts = milestone._prepare_facts()
            milestone._log_event(
                "milestone_added", {key: facts[key] for key in ("date", "amount") if facts[key]}
            )
        return milestones

    def write(self, vals):
        if len(self) > 1 and vals.keys() & {"state", "progress"}:
            # What is reached already keeps its day.
            return all([milestone.write(vals) for milestone in self])
        vals = self._prepare_progress(vals)
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
        if values.get("progress", self.progress) != self.progress and "reached_on" not in values:
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

    # === WHAT IS CLOSED WITH THE CONTRACT === #

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
        }

    def _is_in_frozen_text(self):
        """Tell whether the milestone is part of what was frozen."""
        self.ensure_one()
        contract = self.contract_id
        return (
            self.portal_visible
            and contract.show_milestones_in_report
            and not contract._can_be_edited()
        )

    def _check_text_is_open(self):
        """Refuse a change of what is part of a frozen contract.

        :raise UserError: if one of the milestones is
        """
        for milestone in self:
            if milestone._is_in_frozen_text() and not milestone.contract_id._has_pass():
                raise UserError(
                    _(
                        "The milestones are part of %(contract)s, which is frozen. Their "
                        "owner and progress can be changed; for the rest, start a new version.",
                        contract=milestone.contract_id.display_name,
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

    # === TRAIL === #

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
