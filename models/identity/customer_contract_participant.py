from odoo import _, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ...const import MAIL_LAYOUT
from ...utils import Actor


class CustomerContractParticipant(models.Model):
    """One-time codes, and the wish to sign on paper instead."""

    _inherit = "customer.contract.participant"

    channel = fields.Selection(
        [("esign", "Electronic"), ("paper", "On Paper")],
        required=True,
        default="esign",
        readonly=True,
        copy=False,
        help="How the person wants to sign.",
    )
    is_code_locked = fields.Boolean(
        "Codes Locked",
        readonly=True,
        copy=False,
        help="Too many wrong codes were entered. Sending the request again unlocks.",
    )

    def _get_protected_fields(self):
        return super()._get_protected_fields() | {"channel", "is_code_locked"}

    def _needs_code(self, identified_by):
        """Tell whether a one-time code would let the person act.

        :param str identified_by: how the person was identified so far
        """
        self.ensure_one()
        return self.contract_id.identity_policy == "code" and not self.contract_id._is_identified(
            Actor(self, identified_by)
        )

    def _can_get_code(self):
        """Tell whether the person can do anything that asks for a one-time code."""
        # Whoever disputed can still decline.
        return bool(self) and (
            self._is_in_turn()
            or (self.state == "disputed" and self.contract_id.state == "disputed")
        )

    def _send_code(self):
        """Send a new one-time code to the person's e-mail address.

        :return: the address, mostly hidden
        :rtype: str
        :raise UserError: if it is not the person's turn, codes are locked, or were
            asked for too often
        """
        self.ensure_one()
        if not self._can_get_code():
            raise UserError(_("It is not your turn to act on this contract."))
        self._check_codes_open()
        code = self.env["customer.contract.code"]._issue_in_mail(self)
        template = self.env.ref("customer_contract.mail_template_code")
        mail_id = template.with_context(customer_contract_code=code).send_mail(
            self.id,
            email_values={"email_to": self._get_email_formatted()},
            email_layout_xmlid=MAIL_LAYOUT,
        )
        # An act that the database has repeat must not mail a code for each try. Whoever
        # asks for a code has no rights on mails.
        self.env["mail.mail"].sudo().browse(mail_id).send_after_commit()
        self.contract_id._log_event("code_sent", participant=self)
        return self._get_masked_email()

    def _check_codes_open(self):
        """Refuse codes for a person who entered too many wrong ones.

        :raise UserError: if codes are locked
        """
        if self.is_code_locked:
            raise UserError(
                _(
                    "Too many wrong codes were entered. Your contact has been told and "
                    "can send you the contract again."
                )
            )

    def _enter_code(self, code):
        """Compare a one-time code that the person has typed.

        Nothing is raised for a wrong code, so that the try counts.

        :param str code: the code as typed
        :return: what is wrong, or none if the code is right
        :rtype: str | None
        """
        self.ensure_one()
        if self.is_code_locked:
            return _("Too many wrong codes were entered.")
        outcome = self.env["customer.contract.code"]._spend(self, code)
        if outcome == "ok":
            self.contract_id._log_event("code_accepted", actor=Actor(self, "link_code"))
            return None
        self.contract_id._log_event("code_refused", participant=self, details={"why": outcome})
        if outcome == "locked":
            self._lock_codes()
            return _(
                "Too many wrong codes were entered. Your contact has been told and can "
                "send you the contract again."
            )
        if outcome == "expired":
            return _("This code is no longer valid. Please ask for a new one.")
        return _("This code is not right. Please check it.")

    def _lock_codes(self):
        """Lock codes for the person and tell the contract's manager."""
        self.ensure_one()
        self._write_protected({"is_code_locked": True})
        self.contract_id._log_event("code_locked", participant=self)
        self.contract_id._tell_manager(
            lambda env: env._(
                "%(person)s entered too many wrong codes. If it was not somebody else, "
                "send the contract again.",
                person=self.partner_id.name,
            )
        )

    def _get_masked_email(self):
        """Return the person's e-mail address with most of its name hidden."""
        self.ensure_one()
        email = self._get_email()
        name, _at, domain = (email_normalize(email) or email).rpartition("@")
        return f"{name[:1]}{'•' * max(len(name) - 1, 3)}@{domain}"

    def _choose_channel(self, channel, identified_by):
        """Record whether the person wants to sign electronically or on paper.

        Asking for paper withdraws the consent to sign electronically.

        :param str channel: ``esign`` or ``paper``
        :param str identified_by: how the person was identified
        :raise UserError: if it is not the person's turn
        """
        self.ensure_one()
        actor = Actor(self, identified_by)
        contract = self.contract_id
        contract._begin(actor, "choose_channel")
        if self.channel == channel:
            return
        self._write_protected({"channel": channel})
        if channel == "paper":
            contract._log_event("consent_withdrawn", actor=actor)
        else:
            contract._log_event("paper_revoked", actor=actor)

    def _request(self):
        # Whoever is asked again starts afresh.
        self._write_protected({"is_code_locked": False})
        return super()._request()
