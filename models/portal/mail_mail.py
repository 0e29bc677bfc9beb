import logging
import threading
import time
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models, modules
from odoo.modules.registry import Registry
from odoo.sql_db import PoolError

_logger = logging.getLogger(__name__)
# Who waits for a mail server holds a connection to the database beside the request's
# own: many people who act at once must leave some for others.
_DELIVERING = threading.BoundedSemaphore(8)

# How long Odoo's queue leaves mails alone that are being sent.
SPARED = timedelta(minutes=10)
MOST_TRIES = 40
PAUSE_SECONDS = 0.25


def _open_cursor(database):
    """Open a cursor, once the acts at the same time have given back a connection.

    :param str database: the database's name
    :rtype: odoo.sql_db.Cursor
    :raise PoolError: if there is none after some seconds
    """
    for left in reversed(range(MOST_TRIES)):
        try:
            return Registry(database).cursor()
        except PoolError:
            if not left:
                raise
            time.sleep(PAUSE_SECONDS)


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Report what became of contracts' mails, for their trails."""
        # The mails may be deleted by what follows. Odoo hands over records as ids.
        partners = self.env["res.partner"].browse(
            partner if isinstance(partner, int) else partner.id for partner in success_pids
        )
        for mail in self:
            reason = str(failure_reason or mail.failure_reason or failure_type)
            self.env["customer.contract.delivery.report"]._report_mails(
                mail, partners, reason if failure_type else ""
            )
        return super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )

    def send_after_commit(self):
        """Have nothing that happens to contracts' mails come back to whoever acted.

        What was done is done when they are sent: an error would tell otherwise. Each mail
        is a transaction of its own, so that none is sent again because of another; the
        queue sends what is left, later.
        """
        ours = self.filtered(lambda mail: (mail.model or "").startswith("customer.contract"))
        # Odoo would open a connection for none, too.
        others = self if modules.module.current_test else self - ours
        if others:
            super(MailMail, others).send_after_commit()
        if not ours or others == self:
            return
        # The queue, should it run at this moment, would send them as well.
        ours.write({"scheduled_date": fields.Datetime.now() + SPARED})
        mail_ids, database, context = ours.ids, self.env.cr.dbname, self.env.context

        @self.env.cr.postcommit.add
        def deliver():
            try:
                with _DELIVERING, _open_cursor(database) as cr:
                    env = api.Environment(cr, SUPERUSER_ID, context)
                    env["mail.mail"].browse(mail_ids).exists().send(auto_commit=True)
            except Exception:
                # They are stored as outgoing: Odoo's queue sends them.
                _logger.warning("Mails %s wait for the queue", mail_ids, exc_info=True)
