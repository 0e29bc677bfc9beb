import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

_logger = logging.getLogger(__name__)
# How often it is begun: what ends the server's process each time is not tried for ever.
MOST_TRIES = 3
# At how many contracts the job looks before it asks which others there are.
MOST_AT_ONCE = 500
# When the job looks again for a contract on which somebody acts.
AGAIN = {"minutes": 1}
# Set while the job does what was asked: nothing of it is left for later once more.
NOW_KEY = "customer_contract_prepared_now"


class CustomerContractPreparation(models.Model):
    """What somebody asked for that is done by a job: freezing a contract and sending it.

    The job does it as the person who asked, whose rights are looked at again. The row is
    deleted by the transaction that freezes and sends, or that brings the contract back: as
    long as there is one, nothing of it has happened.
    """

    _name = "customer.contract.preparation"
    _inherit = "customer.contract.component.mixin"
    _description = "Contract That Is Being Prepared"
    _order = "tries, id"
    _rec_name = "contract_id"
    _log_access = False

    contract_id = fields.Many2one("customer.contract", required=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", required=True, index=True, ondelete="cascade")
    purpose = fields.Selection(
        [("submit", "Submit for Approval"), ("send", "Send for Signature")], required=True
    )
    is_elevated = fields.Boolean(help="Code of the server asked for it, with all rights.")
    mail = fields.Json(help="The mail that the person wrote, as the dialog had it.")
    tries = fields.Integer(default=0, required=True)
    _contract_unique = models.UniqueIndex(
        "(contract_id)", "This contract is already being prepared."
    )

    @api.model
    def _cron_prepare(self):
        """Freeze and send what people asked for, each contract in a transaction of its own."""
        # Odoo has scheduled code queue its mails; the queue runs once an hour.
        self = self.with_context(mail_notify_force_send=True)
        # What waits belongs to the system.
        waiting_sudo = self.sudo().search([], limit=MOST_AT_ONCE)
        is_more = len(waiting_sudo) == MOST_AT_ONCE
        self.env["ir.cron"]._commit_progress(remaining=len(waiting_sudo) + is_more)
        sent, is_busy = {}, False
        for row_sudo in waiting_sudo:
            done = row_sudo._try()
            is_busy |= done is None
            if done:
                user = done["user"]
                sent.setdefault(user, []).append(done["is_sent"])
            if not self.env["ir.cron"]._commit_progress(1):
                break
        for user, results in sent.items():
            self._notify_sender(user, results)
        if is_busy:
            self.env.ref("customer_contract.ir_cron_prepare")._trigger(
                fields.Datetime.add(fields.Datetime.now(), **AGAIN)
            )

    def _try(self):
        """Do what was asked for one contract, or bring the contract back.

        :return: ``user``, who asked, and ``is_sent``; empty if there was nothing to do, none
            if it is left for later
        :rtype: dict | None
        """
        if not self._take():
            return None if self.exists() else {}
        self.tries += 1
        # Kept whatever becomes of the process.
        self.env["ir.cron"]._commit_progress()
        self.env.invalidate_all()
        if not self._take():
            return None if self.exists() else {}
        contract, user = self.contract_id, self.user_id
        try:
            if self.tries > MOST_TRIES:
                raise UserError(
                    self._speaking().env._(
                        "It was interrupted each time. Is the contract too large? Please tell "
                        "your administrator."
                    )
                )
            with self.env.cr.savepoint():
                self._carry_out()
        except psycopg2.OperationalError:
            self.env.invalidate_all()
            _logger.info("Contract %s is prepared later", contract.id, exc_info=True)
            return None
        except Exception as error:
            # Whatever fails brings this contract back, and leaves the others alone.
            self.env.invalidate_all()
            reason = str(error)
            if not isinstance(error, UserError):
                _logger.exception("Contract %s could not be prepared", contract.id)
                reason = self._speaking().env._("Something went wrong on the server.")
            self._give_up(reason)
            return {"user": user, "is_sent": False}
        return {"user": user, "is_sent": True}

    def _take(self):
        """Lock the contract, unless somebody acts on it, and see whether it still waits.

        :return: whether it does
        :rtype: bool
        """
        return bool(self.exists().contract_id._try_lock_for_job()) and bool(self.exists())

    def _speaking(self):
        """Return the contract as the person who asked has it, in that person's language.

        :rtype: recordset of `customer.contract`
        """
        self.ensure_one()
        user_sudo = self.user_id
        company = self.contract_id.company_id
        contract = (
            self.env["customer.contract"]
            .with_user(user_sudo)
            .with_context(
                lang=user_sudo.lang,
                tz=user_sudo.tz,
                allowed_company_ids=company.ids,
                **{NOW_KEY: True},
            )
            .browse(self.contract_id.id)
        )
        # With the rights that it was asked with, and no others.
        return contract.sudo() if self.is_elevated else contract

    def _is_user_gone(self):
        """Tell whether the person who asked has left, or has left the contract's company.

        :rtype: bool
        """
        self.ensure_one()
        if self.is_elevated:
            return False
        return (
            not self.user_id.active or self.contract_id.company_id not in self.user_id.company_ids
        )

    def _carry_out(self):
        """Do what was asked, as the person who asked.

        :raise UserError: if it cannot be done, or the person may not do it any more
        """
        contract, purpose, mail = self._speaking(), self.purpose, self.mail
        if self._is_user_gone():
            raise AccessError(contract.env._("Whoever asked for it may not do so any more."))
        # With the row, the contract is a draft like any other.
        self.unlink()
        if not contract.active:
            raise UserError(contract.env._("The contract is archived."))
        if purpose == "submit":
            contract.action_submit()
        elif mail:
            contract.check_access("write")
            contract._send_with_mail(mail)
        else:
            contract.action_send()

    def _give_up(self, reason):
        """Bring the contract back as a draft, and tell the person who asked why.

        :param str reason: why, in that person's language
        """
        contract_sudo, user_sudo = self.contract_id, self.user_id
        self.unlink()
        contract_sudo._log_event(
            "preparation_failed", details={"reason": reason, "for": user_sudo.name}
        )
        contract_sudo._tell_sender(user_sudo, reason)

    def _notify_sender(self, user, results):
        """Tell somebody who is at work what became of the contracts.

        :param recordset user: who asked
        :param list[bool] results: for each contract whether it was sent
        """
        speaking = self.with_context(lang=user.lang)
        count, failed = len(results), results.count(False)
        if failed:
            message = speaking.env._(
                "%(failed)s of %(count)s contracts could not be sent. You find the reason in "
                "their chatter.",
                failed=failed,
                count=count,
            )
        else:
            message = speaking.env._("Contracts that have been sent: %(count)s", count=count)
        user._bus_send(
            "simple_notification",
            {
                "type": "danger" if failed else "success",
                "message": message,
                "sticky": bool(failed),
            },
        )
