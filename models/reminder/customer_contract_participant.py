from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...const import ASKING_STATES

# What is stored and decides when somebody is reminded.
CALENDAR = (
    "state",
    "sequence",
    "role",
    "is_retired",
    "last_contact_on",
    "reminder_count",
    "contract_id.state",
    "contract_id.sign_deadline",
    "contract_id.participant_ids.state",
    "contract_id.participant_ids.sequence",
    "contract_id.participant_ids.is_retired",
    "contract_id.automatic_reminders",
    "contract_id.reminder_first_days",
    "contract_id.reminder_interval_days",
    "contract_id.reminder_last_days",
    "contract_id.reminder_max_count",
)


class CustomerContractParticipant(models.Model):
    """When a person is reminded next."""

    _inherit = "customer.contract.participant"

    reminder_count = fields.Integer(
        "Reminders", readonly=True, copy=False, help="How often the person was reminded."
    )
    last_contact_on = fields.Datetime(
        readonly=True,
        copy=False,
        help="When the person was last written to, or could go on after a dispute. The "
        "days until the next reminder count from here.",
    )
    next_reminder_date = fields.Date("Next Reminder", compute="_compute_next_reminder_date")
    reminder_due_on = fields.Date(
        compute="_compute_reminder_due_on",
        store=True,
        copy=False,
        help="When the scheduled action looks at the person next. Whether somebody is to be "
        "left alone that day, because of a paper or of the contact, is seen then.",
    )
    _to_remind = models.Index("(reminder_due_on) WHERE reminder_due_on IS NOT NULL")

    @api.depends(*CALENDAR, "channel")
    def _compute_next_reminder_date(self):
        for participant in self:
            participant.next_reminder_date = participant._get_next_reminder_date()

    @api.depends(*CALENDAR)
    def _compute_reminder_due_on(self):
        for participant in self:
            participant.reminder_due_on = participant._get_reminder_date_by_calendar()

    def _get_protected_fields(self):
        return super()._get_protected_fields() | {
            "last_contact_on",
            "reminder_count",
            "reminder_due_on",
        }

    def _request(self):
        result = super()._request()
        self._write_protected({"reminder_count": 0, "last_contact_on": fields.Datetime.now()})
        return result

    def _restart_reminders(self):
        """Count the days until the next reminder from now."""
        self._write_protected({"last_contact_on": fields.Datetime.now()})

    def _get_next_reminder_date(self):
        """Return the day on which the person is reminded next, if nothing happens.

        :rtype: date | bool
        """
        self.ensure_one()
        is_left_alone = (
            not self._is_outside() or self._find_incapacity() or self._is_reminder_paused()
        )
        return not is_left_alone and self._get_reminder_date_by_calendar()

    def _get_reminder_date_by_calendar(self):
        """Return the day of the next reminder, whoever the person is and whatever is under way.

        One reminder is kept for the deadline; after it, there are no more.

        :rtype: date | bool
        """
        self.ensure_one()
        contract = self.contract_id
        if (
            not contract.automatic_reminders
            or contract.state not in ASKING_STATES
            or not self.last_contact_on
            or not self._is_in_turn()
        ):
            return False
        contacted = contract.company_id._get_contract_day(self.last_contact_on)
        deadline = contract.sign_deadline
        last = (
            deadline - timedelta(days=contract.reminder_last_days)
            if deadline and contract.reminder_last_days
            else None
        )
        if last and contacted >= last:
            return False
        left = contract.reminder_max_count - self.reminder_count
        wait = (
            contract.reminder_interval_days if self.reminder_count else contract.reminder_first_days
        )
        days = []
        if wait and left > (1 if last else 0):
            days.append(contacted + timedelta(days=wait))
        if last and left > 0:
            days.append(last)
        return min((day for day in days if not deadline or day <= deadline), default=False)

    @api.model
    def _get_reminder_due_domain(self):
        """Return the people at whom the scheduled action has to look today.

        :rtype: odoo.fields.Domain
        """
        # Which day it is depends on the company.
        companies_sudo = self.env["res.company"].sudo().search([("active", "=", True)])
        by_day = companies_sudo.grouped(lambda company: company._get_contract_today())
        return Domain("reminder_due_on", "<=", max(by_day)) & Domain.OR(
            Domain("reminder_due_on", "<=", day)
            & Domain("contract_id.company_id", "in", companies.ids)
            if len(by_day) > 1
            else Domain.TRUE
            for day, companies in by_day.items()
        )

    def _look_again_tomorrow(self):
        """Leave people alone today at whom the scheduled action has looked."""
        for participant in self:
            today = participant.contract_id.company_id._get_contract_today()
            if participant.reminder_due_on and participant.reminder_due_on <= today:
                participant._write_protected({"reminder_due_on": today + timedelta(days=1)})

    def _is_reminder_due(self):
        """Tell whether the person is to be reminded today."""
        self.ensure_one()
        day = self._get_next_reminder_date()
        contract = self.contract_id
        today = contract.company_id._get_contract_today()
        return bool(day) and day <= today and not contract._is_overdue()
