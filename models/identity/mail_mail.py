import re
from functools import cache

from odoo import models

from .customer_contract_code import CODE_AT_SENDING

CODE_IN_MAIL = re.compile(rf"{CODE_AT_SENDING}([\w-]+)", re.ASCII)
NO_CODE = "–"


class MailMail(models.Model):
    """One-time codes are made when their mail is built for sending."""

    _inherit = "mail.mail"

    def _put_in_secrets(self, body, values):
        @cache
        def complete(whole, reference):
            # Nobody has rights on codes; the person's own mail asks for this one.
            code_sudo = (
                self.env["customer.contract.code"]
                .sudo()
                .search([("mail_reference", "=", reference)], limit=1)
            )
            if not code_sudo or not self._is_mail_of(code_sudo.participant_id, values):
                return whole
            # One that was replaced meanwhile opens nothing.
            return NO_CODE if code_sudo.is_spent else code_sudo._make_code()

        body = super()._put_in_secrets(body, values)
        return CODE_IN_MAIL.sub(lambda match: complete(match[0], match[1]), body)
