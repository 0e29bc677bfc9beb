import logging

from odoo import _, api, models

from ...const import ASKED_STATES

_logger = logging.getLogger(__name__)
# At how many people the scheduled action looks before it asks whom else there is.
MOST_AT_ONCE = 500


class CustomerContract(models.Model):
    """People who let a contract lie are reminded of it by themselves."""

    _inherit = "customer.contract"

    def _log_mailed(self, message, partners):
        reached = super()._log_mailed(message, partners)
        reached.filtered(lambda person: person.state in ASKED_STATES)._restart_reminders()
        return reached

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
        """Remind whoever lets a contract lie: the longest due first, and nobody else."""
        # Odoo has scheduled code queue its mails; the queue runs once an hour.
        self = self.with_context(mail_notify_force_send=True)
        Participant = self.env["customer.contract.participant"]
        due = Participant.search(
            Participant._get_reminder_due_domain(), order="reminder_due_on, id", limit=MOST_AT_ONCE
        )
        contracts = due.contract_id.with_env(self.env)
        is_more = len(due) == MOST_AT_ONCE
        self.env["ir.cron"]._commit_progress(remaining=len(contracts) + is_more)
        for contract in contracts:
            contract._try_lock_for_job()._remind_or_report(due & contract.participant_ids)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _remind_or_report(self, due):
        """Remind, and leave the other contracts alone if that fails.

        :param recordset due: the `customer.contract.participant` to look at
        """
        for contract in self:
            try:
                with self.env.cr.savepoint():
                    contract._remind_if_due()
            except Exception:
                contract.invalidate_recordset()
                _logger.exception("Reminders of contract %s failed", contract.id)
            due._look_again_tomorrow()
