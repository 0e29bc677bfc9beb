import logging

from odoo import _, api, models
from odoo.fields import Domain

from ...const import ASKED_STATES, ASKING_STATES

_logger = logging.getLogger(__name__)


class CustomerContract(models.Model):
    """People who let a contract lie are reminded of it by themselves."""

    _inherit = "customer.contract"

    def _log_mailed(self, message, partners):
        reached = super()._log_mailed(message, partners)
        reached.filtered(lambda person: person.state in ASKED_STATES)._restart_reminders()
        return reached

    def _get_remindable_domain(self):
        """Return the contracts of which somebody may have to be reminded.

        :rtype: odoo.fields.Domain
        """
        return Domain("state", "in", ASKING_STATES) & Domain("automatic_reminders", "=", True)

    def _remind_if_due(self):
        """Remind those people of the contract whose reminder is due today.

        :return: who was reminded
        :rtype: recordset of `customer.contract.participant`
        """
        self.ensure_one()
        due = self._get_next_participants().filtered(lambda person: person._is_reminder_due())
        if due:
            for participant in due:
                participant._write_protected({"reminder_count": participant.reminder_count + 1})
            self._remind(due, details={"how": _("automatically")})
        return due

    @api.model
    def _cron_remind(self):
        """Remind whoever lets a contract lie."""
        # Odoo has scheduled code queue its mails; the queue runs once an hour.
        self = self.with_context(mail_notify_force_send=True)
        domain = self._get_remindable_domain()
        contracts = self.search(domain)
        self.env["ir.cron"]._commit_progress(remaining=len(contracts))
        for contract in contracts:
            contract = contract._try_lock_for_job().filtered_domain(domain)
            if contract:
                contract._remind_or_report()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _remind_or_report(self):
        """Remind, and leave the other contracts alone if that fails."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._remind_if_due()
        except Exception:
            self.invalidate_recordset()
            _logger.exception("Reminders of contract %s failed", self.id)
