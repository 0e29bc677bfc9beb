import logging
import time
from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ...utils import check_one

UNDELIVERED = "customer_contract.mail_activity_type_undelivered"
# After how long a contract on which somebody acts is tried again.
JOIN_AGAIN = timedelta(minutes=1)
# How often, and after which pauses, other jobs try to take a contract.
PATIENT_TRIES = 20
PAUSE_SECONDS = 0.25

_logger = logging.getLogger(__name__)


class CustomerContract(models.Model):
    """Who mails for the contract, and what became of it."""

    _inherit = "customer.contract"
    # Mails carry personal links: nobody else is named in them.
    _CUSTOMER_HEADERS_LIMIT_COUNT = 0

    has_unreached = fields.Boolean(
        "E-mail Not Delivered",
        compute="_compute_has_unreached",
        store=True,
        help="Somebody who is waited for, or gets the signed contract, was not reached.",
    )
    _unreached = models.Index("(id) WHERE has_unreached IS TRUE")
    copies_message_id = fields.Many2one(
        "mail.message", readonly=True, copy=False, groups="base.group_user"
    )

    def _get_protected_fields(self):
        return super()._get_protected_fields() | {"has_unreached", "copies_message_id"}

    # === SENDER === #

    def _get_mail_author(self):
        """Return who asks for signatures: the manager, else the company.

        :rtype: recordset of `res.partner`
        """
        # Whoever sets a mail off need not see employees or the company.
        contract_sudo = self.sudo()
        senders = contract_sudo.user_id.partner_id + contract_sudo.company_id.partner_id
        return (
            senders.filtered(lambda person: email_normalize(person.email or ""))[:1]
            or contract_sudo.company_id.partner_id
        )

    def _get_mail_sender(self, author):
        """Return the address from which mails of an author come: a working one.

        :param recordset author: the `res.partner`
        :rtype: str | bool
        """
        own = author if email_normalize(author.email or "") else self._get_mail_author()
        return own.email_formatted or self.env["ir.mail_server"]._get_default_from_address()

    def _message_compute_author(self, author_id=None, email_from=None):
        """Have whatever visitors without an account set off come from the company.

        The manager, who is told of it, is not the author: authors are not told.
        """
        author_id, email_from = super()._message_compute_author(author_id, email_from)
        if not self:
            return author_id, email_from
        # Whether an author is a visitor does not depend on who asks.
        contract_sudo = self[:1].sudo()
        author_sudo = contract_sudo.env["res.partner"].browse(author_id or ())
        users_sudo = author_sudo.with_context(active_test=False).user_ids
        if users_sudo and all(user._is_public() for user in users_sudo):
            author_sudo = contract_sudo.company_id.partner_id
            return author_sudo.id, contract_sudo._get_mail_sender(author_sudo)
        if not email_normalize(email_from or ""):
            email_from = contract_sudo._get_mail_sender(author_sudo)
        return author_id, email_from

    # === DELIVERY === #

    def _message_receive_bounce(self, email, partner):
        """Report that a mail came back."""
        super()._message_receive_bounce(email, partner)
        Report = self.env["customer.contract.delivery.report"]
        for contract_sudo in self.sudo():
            for participant_sudo in contract_sudo.participant_ids:
                person_sudo = participant_sudo.partner_id
                is_reached = person_sudo in partner or (
                    email_normalize(email or "") == email_normalize(participant_sudo._get_email())
                    and bool(email_normalize(email or ""))
                )
                if is_reached and not participant_sudo.is_retired:
                    Report._report(
                        contract_sudo,
                        "mail_bounced",
                        participant_sudo,
                        person_sudo,
                        {"address": email or ""},
                    )

    @api.model
    def _cron_join_deliveries(self):
        """Join what mail servers reported to the trails of the contracts.

        A contract on which somebody acts is left for the next time.
        """
        # Odoo has scheduled code queue its mails; the queue runs once an hour.
        self = self.with_context(mail_notify_force_send=True, active_test=False)
        # What waits belongs to the system.
        Pending_sudo = self.env["customer.contract.delivery.pending"].sudo()
        waiting = Pending_sudo._read_group([], ["contract_id"], ["id:min"], limit=1000)
        self.env["ir.cron"]._commit_progress(remaining=len(waiting))
        is_busy = False
        for contract_id, _first in sorted(waiting, key=lambda row: row[1]):
            contract = self.browse(contract_id).exists()
            taken = contract._try_lock_for_job(tries=1)
            pending_sudo = Pending_sudo.search([("contract_id", "=", contract_id)])
            if taken:
                taken._join_deliveries(pending_sudo.report_id)
            if taken or not contract:
                pending_sudo.unlink()
            is_busy |= bool(contract and not taken)
            if not self.env["ir.cron"]._commit_progress(1):
                break
        if is_busy:
            self.env.ref("customer_contract.ir_cron_join_deliveries")._trigger(
                fields.Datetime.now() + JOIN_AGAIN
            )

    def _join_deliveries(self, reports_sudo):
        """Append what was reported to the trail, and follow it up.

        The event bears the time of now, since a trail's time never runs backwards; when
        the mail was delivered stands in its payload.

        :param recordset reports_sudo: `customer.contract.delivery.report`, elevated
        """
        self.ensure_one()
        for report_sudo in reports_sudo.sorted("id"):
            if (
                report_sudo.sudo()
                .env["customer.contract.event"]
                .search_count([("delivery_report_id", "=", report_sudo.id)], limit=1)
            ):
                continue
            payload = {
                "actor": self._prepare_event_actor(None),
                "identified_by": "",
                **report_sudo._get_payload(),
            }
            self.env["customer.contract.event"]._append(
                self, report_sudo.event_type, payload, delivery_report_id=report_sudo.id
            )
            participant = self.participant_ids.filtered(
                lambda person, payload=payload: (
                    person.id == payload.get("participant", {}).get("id")
                )
            )
            participant._follow_delivery(
                report_sudo.event_type.removeprefix("mail_"), payload["details"].get("reason", "")
            )
        self._follow_copies()

    def _follow_copies(self):
        """Record that the signed contract was sent once servers took all of its mails."""
        self.ensure_one()
        message_sudo = self.sudo().copies_message_id
        if not message_sudo or self.participant_ids.filtered(lambda person: person._is_unreached()):
            return
        told_sudo = message_sudo.notification_ids.filtered(
            lambda one: one.notification_type == "email" and one.notification_status != "canceled"
        )
        if any(one.notification_status != "sent" for one in told_sudo):
            return
        people = message_sudo.notification_ids.res_partner_id
        self._log_event("copies_sent", details={"recipients": sorted(people.mapped("name"))})
        self._write_protected({"copies_message_id": False})

    def _try_lock_for_job(self, tries=PATIENT_TRIES):
        """Take a contract for a job, unless somebody acts on it all the time.

        Acts and other jobs take a moment. What they changed is seen in a transaction of
        its own only, so a job that waits begins one: it must have nothing to lose.

        :param int tries: how often it is tried
        :return: the contract, or none if it is taken, or has just been changed
        :rtype: recordset of `customer.contract`
        """
        for left in reversed(range(tries)):
            try:
                with self.env.cr.savepoint(flush=False):
                    if taken := self.try_lock_for_update():
                        return taken
            except SerializationFailure:
                _logger.info("Contract %s has just been changed", self.ids)
            if not self or not left:
                break
            time.sleep(PAUSE_SECONDS)
            self.env["ir.cron"]._commit_progress()
            self.env.invalidate_all()
        return self.browse()

    # === WHOM NO MAIL REACHES === #

    @api.depends(
        "state",
        "participant_ids.state",
        "participant_ids.role",
        "participant_ids.sequence",
        "participant_ids.is_retired",
        "participant_ids.delivery_state",
    )
    def _compute_has_unreached(self):
        for contract in self:
            contract.has_unreached = bool(contract._get_unreached())

    def _get_unreached(self):
        """Return the people whose mail did not arrive, and who need it.

        :rtype: recordset of `customer.contract.participant`
        """
        self.ensure_one()
        return self.participant_ids.filtered(
            lambda person: (
                person._is_unreached() and (self.state == "signed" or person._is_in_turn())
            )
        )

    @api.depends("has_unreached")
    def _compute_next_step(self):
        super()._compute_next_step()
        for contract in self.filtered("has_unreached"):
            contract.next_step = _(
                "The e-mail to %(people)s did not arrive: correct the address",
                people=", ".join(contract._get_unreached().mapped("partner_id.name")),
            )

    def action_send_again(self, participant_id, email=None, reason=None):
        """Send a person's mail again, to a corrected address if one is given.

        :param int participant_id: the participant
        :param str email: the corrected address; the person's own if left out
        :param str reason: why the address is another one; required with one
        :return: True
        :rtype: bool
        :raise UserError: if the person is not waited for, the address is none, or no reason
            is given for another one
        """
        check_one(self)
        self.check_access("write")
        self._lock_for_act()
        participant = self.participant_ids.filtered(lambda person: person.id == participant_id)
        if not participant or not participant._can_be_sent_again():
            raise UserError(_("Nothing is to be mailed to this person now."))
        if email and email != participant._get_email():
            participant._correct_address(email, reason)
        participant._notify_again()
        self.activity_feedback([UNDELIVERED], feedback=_("Sent again"))
        return True

    def action_open_send_again(self):
        """Open the dialog that sends a mail again that did not arrive.

        :return: an action
        :rtype: dict
        :raise UserError: if everybody was reached
        """
        check_one(self)
        unreached = self._get_unreached()[:1]
        if not unreached:
            raise UserError(_("Nothing is to be mailed to this person now."))
        return self._open_dialog(
            "customer.contract.send.again",
            _("Send Again"),
            {
                "default_contract_id": self.id,
                "default_participant_id": unreached.id,
                "default_email": unreached._get_email(),
            },
        )

    def action_revoke_links(self):
        """Make all personal links to contracts stop working, for example after one leaked.

        :return: True
        :rtype: bool
        """
        self.check_access("write")
        for contract in self:
            contract._revoke_links()
        return True
