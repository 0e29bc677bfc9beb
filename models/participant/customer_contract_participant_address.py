import re

from odoo import _, api, models
from odoo.tools import email_normalize, email_split, formataddr

from odoo.addons.base.models.ir_mail_server import extract_rfc2822_addresses

# Where an address ends in what was typed.
ADDRESS_END = re.compile(r'[\s<>,;"]+')


class CustomerContractParticipant(models.Model):
    """At which address a person is asked, and whether anything can be mailed there."""

    _inherit = "customer.contract.participant"

    def _get_email(self):
        """Return the address at which the person is asked.

        :rtype: str
        """
        self.ensure_one()
        return self.partner_id.email or ""

    def _get_email_formatted(self):
        """Return the address at which the person is asked, with the person's name.

        :rtype: str
        """
        self.ensure_one()
        email = self._get_email()
        return formataddr((self.partner_id.name or "", email_normalize(email) or email))

    @api.model
    def _find_address_problem(self, name, email):
        """Return why no request can be mailed to somebody, or none.

        Whatever Odoo itself can mail to is right, with the person's name in front too. What
        it can mail to several people is not: a personal link is for one.

        :param str name: the person
        :param str email: the person's address as it was typed
        :rtype: str | None
        """
        found = email_split(email or "")
        if not (email or "").strip():
            return _("%(person)s has no e-mail address.", person=name)
        if len(found) > 1:
            return _(
                "%(person)s has several e-mail addresses (%(emails)s). Keep the one at which "
                "only this person reads.",
                person=name,
                emails=", ".join(found),
            )
        address = email_normalize(email) or ""
        # Odoo would mail to a part of what was typed, such as a@b of a@b@c.
        is_whole = address.lower() in ADDRESS_END.split((email or "").lower())
        if not is_whole or len(extract_rfc2822_addresses(address)) != 1:
            return _(
                "%(person)s has no valid e-mail address: nothing can be mailed to “%(email)s”.",
                person=name,
                email=email.strip(),
            )
        return None
