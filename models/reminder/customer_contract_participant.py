from datetime import timedelta

from odoo import api, fields, models

from ...const import ASKING_STATES


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

    @api.depends(
        "state",
        "channel",
        "last_contact_on",
        "reminder_count",
        "contract_id.state",
        "contract_id.sign_deadline",
        "contract_id.participant_ids.state",
        "contract_id.participant_ids.sequence",
        "contract_id.automatic_reminders",
        "contract_id.reminder_first_days",
        "contract_id.reminder_interval_days",
        "contract_id.reminder_last_days",
        "contract_id.reminder_max_count",
    )
    def _compute_next_reminder_date(self):
        for participant in self:
            participant.next_reminder_date = participant._get_next_reminder_date()

    def _get_protected_fields(self):
        return super()._get_protected_fields() | {"reminder_count", "last_contact_on"}

    def _request(self):
        result = super()._request()
        self._write_protected({"reminder_count": 0, "last_contact_on": fields.Datetime.now()})
        return result

    def _restart_reminders(self):
        """Count the days until the next reminder from now."""
        self._write_protected({"last_contact_on": fields.Datetime.now()})

    def _get_next_reminder_date(self):
        """Return the day on which the person is reminded next, if nothing happens.

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
            or not self._is_outside()
            or self._find_incapacity()
            or self._is_reminder_paused()
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

    def _is_reminder_due(self):
        """Tell whether the person is to be reminded today."""
        self.ensure_one()
        day = self._get_next_reminder_date()
        contract = self.contract_id
        today = contract.company_id._get_contract_today()
        return bool(day) and day <= today and not contract._is_overdue()
