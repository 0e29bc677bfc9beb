from odoo import _, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ...const import ASKED_STATES


class CustomerContractParticipant(models.Model):
    """Whom a personal link lets in, and whom a mail reaches."""

    _inherit = "customer.contract.participant"

    delivery_state = fields.Selection(
        [
            ("queued", "On its way"),
            ("sent", "Sent"),
            ("failed", "Not delivered"),
            ("bounced", "Came back"),
        ],
        "E-mail",
        readonly=True,
        copy=False,
        help="What became of the last mail to the person: a mail server took it, or not.",
    )
    delivery_problem = fields.Char(readonly=True, copy=False)

    def _get_protected_fields(self):
        return super()._get_protected_fields() | {"delivery_state", "delivery_problem"}

    def _is_let_in(self):
        """Tell whether the person's own link may open the contract at all."""
        self.ensure_one()
        return not self.is_retired and not self._stands_for_company()

    def _has_door(self):
        """Tell whether mails to the person have a button: what was called off needs none."""
        self.ensure_one()
        return self.contract_id.state not in ("cancelled", "expired") and not self.is_retired

    def _get_letter(self):
        """Return the letter around a mail that is about the person's part alone."""
        self.ensure_one()
        return self.contract_id._prepare_letter(self.partner_id)

    def _may_read_early(self):
        """Tell whether the person may read a contract that is not sent yet.

        Nobody may by itself; features that share drafts extend this.
        """
        self.ensure_one()
        return False

    # === DELIVERY === #

    def _is_unreached(self):
        """Tell whether the last mail to the person did not arrive."""
        self.ensure_one()
        return self.delivery_state in ("failed", "bounced") and not self.is_retired

    def _follow_delivery(self, state, problem=""):
        """Keep what became of the last mail, and have the manager do what is needed.

        :param str state: a value of ``delivery_state``
        :param str problem: what the mail server said
        """
        for participant in self:
            was_unreached = participant._is_unreached()
            participant._write_protected(
                {"delivery_state": state, "delivery_problem": problem or False}
            )
            if participant._is_unreached() and not was_unreached:
                participant._tell_unreached()

    def _tell_unreached(self):
        """Ask the contract's manager to correct the address."""
        self.ensure_one()
        self.contract_id._tell_manager(
            lambda env: env._(
                "The e-mail to %(person)s did not arrive. Check the address and send it again.",
                person=self.partner_id.name,
            ),
            "customer_contract.mail_activity_type_undelivered",
            summary=lambda env: env._(
                "E-mail to %(person)s did not arrive: correct the address",
                person=self.partner_id.name,
            ),
        )

    def _log_unreached(self):
        """Record that no mail came to exist, though one was to be sent."""
        for participant in self:
            reason = _("no e-mail was made: is the person archived?")
            participant.contract_id._log_event(
                "mail_failed", details={"reason": reason}, participant=participant
            )
            participant._follow_delivery("failed", reason)

    def _can_be_sent_again(self):
        """Tell whether there is a mail that the person is to get now."""
        self.ensure_one()
        if self.is_retired or not self._is_outside():
            return False
        contract = self.contract_id
        return self._is_in_turn() or (contract.state == "signed" and bool(contract.copies_sent_on))

    def _correct_address(self, email, reason):
        """Give the person another address, which the trail tells.

        :param str email: the address
        :param str reason: why
        :raise UserError: if it is none, or no reason is given
        """
        self.ensure_one()
        address = email_normalize(email)
        if problem := self._find_address_problem(self.partner_id.name, email):
            raise UserError(problem)
        if not (reason or "").strip():
            raise UserError(_("Please give a reason."))
        old = self._get_email()
        self._put_address(address)
        self.contract_id._log_event(
            "address_corrected",
            details={"old": old, "new": address, "reason": reason.strip()},
            participant=self,
        )

    def _put_address(self, address):
        """Have mails go to another address from now on.

        :param str address: the address
        """
        self.ensure_one()
        self.partner_id.email = address

    def _notify_again(self):
        """Send the mail again that did not arrive."""
        self.ensure_one()
        contract = self.contract_id
        if self.state in ASKED_STATES and self._is_in_turn():
            self._notify_request()
            return
        # The mail that did not arrive is no longer waited for.
        self.sudo().contract_id.copies_message_ids.notification_ids.filtered(
            lambda one: one.res_partner_id == self.partner_id and one.notification_status != "sent"
        ).notification_status = "canceled"
        contract._send_template(
            "customer_contract.mail_template_signed",
            self.partner_id,
            attachments=contract.signed_document_id,
        )

    def _remind_employees(self):
        """Remind employees who are asked to act, in their language.

        :return: those who were reached
        :rtype: recordset of `customer.contract.participant`
        """
        for participant in self:
            user = participant._get_internal_user()
            # Reminding needs the right to change the contract, not to write to colleagues.
            contract_sudo = participant.contract_id._speaking_to(user).sudo()
            author_sudo = contract_sudo._get_mail_author()
            contract_sudo.message_notify(
                partner_ids=user.partner_id.ids,
                subject=contract_sudo.env._(
                    "Reminder: %(contract)s waits for you", contract=contract_sudo.display_name
                ),
                body=contract_sudo.env._(
                    "%(contract)s still waits for you.", contract=contract_sudo.display_name
                ),
                author_id=author_sudo.id,
                email_from=contract_sudo._get_mail_sender(author_sudo),
            )
        return self
