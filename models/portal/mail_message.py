from odoo import _, api, models
from odoo.exceptions import AccessError

PREFIX = "customer.contract"


class MailMessage(models.Model):
    """Whoever stands as a contract's message's author wrote it."""

    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        for values in vals_list:
            if (values.get("model") or "").startswith(PREFIX):
                self._check_named_author(values.get("author_id"), values.get("email_from"))
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() & {"author_id", "email_from", "model"} and any(
            (model or "").startswith(PREFIX) for model in (*self.mapped("model"), vals.get("model"))
        ):
            self._check_named_author(vals.get("author_id"), vals.get("email_from"))
        return super().write(vals)

    @api.model
    def _check_named_author(self, author_id=None, email_from=None):
        """Refuse a call that names a person outside as the author of a message.

        The mail gateway, and what people outside do on their pages, is the system's.

        :param int author_id: the `res.partner` that is named, if any
        :param str email_from: the sender's address that is named, if any
        :raise AccessError: if it is neither the user nor an employee
        """
        if self.env.su:
            return
        named = self.env["res.partner"].browse(author_id or ())
        if email_from:
            named |= self._find_people(email_from)
        # Whether somebody is an employee is known to all employees.
        strangers = (named - self.env.user.partner_id).filtered(
            lambda person: not any(not user.share for user in person.sudo().user_ids)
        )
        if strangers:
            raise AccessError(
                _(
                    "You cannot write in the name of %(person)s.",
                    person=", ".join(strangers.sudo().mapped("name")),
                )
            )

    @api.model
    def _find_people(self, address):
        """Find whom an address belongs to, as Odoo would name the author.

        :param str address: as it stands in a mail
        :rtype: recordset of `res.partner`
        """
        partner = self.env["mail.thread"]._partner_find_from_emails_single(
            [address], no_create=True
        )
        return partner.exists()
