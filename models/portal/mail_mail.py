from odoo import models


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Record in the contracts' trails what became of their mails."""
        # The mails may be deleted by what follows.
        for mail in self.filtered(lambda mail: mail.model == "customer.contract" and mail.res_id):
            contract = self.env["customer.contract"].browse(mail.res_id).exists()
            for participant in contract.participant_ids:
                if participant.partner_id not in mail.recipient_ids:
                    continue
                is_sent = not failure_type or participant.partner_id.id in success_pids
                contract._log_event(
                    "mail_sent" if is_sent else "mail_failed",
                    participant=participant,
                    details={"message_id": mail.message_id or ""}
                    if is_sent
                    else {"reason": str(failure_reason or failure_type)[:200]},
                )
        return super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )
