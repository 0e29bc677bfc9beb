from odoo import _, models
from odoo.exceptions import UserError


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    def _action_send_mail_comment(self, res_ids):
        """Send contracts for signature together with the mail that says so."""
        if not self.env.context.get("customer_contract_send") or self.model != "customer.contract":
            return super()._action_send_mail_comment(res_ids)
        contracts = self.env["customer.contract"].browse(res_ids)
        contracts.check_access("write")
        later = contracts.filtered(lambda contract: contract._is_prepared_later())
        for contract in later:
            contract._check_before_sending()
            contract._start_preparation("send", contract._prepare_kept_mail(self))
        contracts -= later
        if not contracts:
            return self.env["mail.message"]
        for contract in contracts:
            contract._send(notify=False)
        messages = super()._action_send_mail_comment(contracts.ids)
        for contract in contracts:
            message = messages.filtered(lambda one, contract=contract: one.res_id == contract.id)
            contract._log_mailed(message, self.partner_ids)
            contract._ensure_asked_are_mailed(self.partner_ids)
        return messages

    def action_send_mail(self):
        """Send, and confirm to whom a request went.

        :return: an action that closes the dialog
        :rtype: dict
        """
        closing = super().action_send_mail()
        if not self.env.context.get("customer_contract_send"):
            return closing
        contracts = self.env["customer.contract"].browse(self._evaluate_res_ids())
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": contracts._describe_sent(self.partner_ids),
                "next": closing,
            },
        }

    def _action_schedule_message(self):
        if self.env.context.get("customer_contract_send"):
            raise UserError(
                _("A request to sign is sent at once: later, the contract may be another one.")
            )
        return super()._action_schedule_message()
