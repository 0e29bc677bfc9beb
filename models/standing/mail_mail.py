from odoo import models
from odoo.tools import email_normalize


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """Send what concerns a frozen contract to the addresses that were frozen with it.

        This is the last place before mail servers: it holds for whoever writes, by
        whatever template.
        """
        prepared = super()._prepare_outgoing_list(
            mail_server=mail_server, doc_to_followers=doc_to_followers
        )
        contract_sudo = self.env["customer.contract.delivery.report"]._find_contract(self)
        for participant_sudo in contract_sudo.participant_ids:
            if not participant_sudo._has_another_address() or not participant_sudo._is_outside():
                continue
            address = email_normalize(participant_sudo.frozen_email)
            partner_sudo = participant_sudo.partner_id
            for values in prepared:
                is_theirs = values["partner_id"] == partner_sudo or (
                    not values["partner_id"]
                    and partner_sudo.email_normalized
                    and partner_sudo.email_normalized in values["email_to_normalized"]
                )
                if is_theirs and address:
                    values.update(
                        email_to=[participant_sudo._get_email_formatted()],
                        email_to_normalized=[address],
                        email_to_raw=participant_sudo.frozen_email,
                    )
        return prepared
