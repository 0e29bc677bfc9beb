import re
from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import html2plaintext, plaintext2html

from ...const import MAIL_LAYOUT
from ...utils import check_one, sha256_of

SECONDS_A_DAY = 24 * 60 * 60
MOST_FILES = 5
MOST_BYTES = 10 * 1024 * 1024
MOST_PAGES = 60
MOST_NAME = 80
EXTENSIONS = {"pdf": "pdf", "jpeg": "jpg", "png": "jpg"}


class CustomerContractDispute(models.Model):
    """What a signer disagrees with, from the first word to its end.

    The thread belongs to that signer and to the contract's managers; other
    participants only know that the contract waits. Disputes are written by the acts on
    the contract, and kept: causes and times are counted from them.
    """

    _name = "customer.contract.dispute"
    _inherit = [
        "mail.thread",
        "customer.contract.component.mixin",
        "customer.contract.protection.mixin",
    ]
    _description = "Contract Dispute"
    _order = "opened_on desc, id desc"
    _mail_post_access = "read"
    # Mails carry the signer's personal link: nobody else is named in them.
    _CUSTOMER_HEADERS_LIMIT_COUNT = 0

    contract_id = fields.Many2one(
        "customer.contract", required=True, readonly=True, index=True, ondelete="cascade"
    )
    participant_id = fields.Many2one(
        "customer.contract.participant",
        "Signer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one(
        related="participant_id.partner_id", string="Disputed By", store=True, index=True
    )
    commercial_partner_id = fields.Many2one(
        related="contract_id.commercial_partner_id", string="Counterparty", store=True
    )
    type_id = fields.Many2one(related="contract_id.type_id", store=True)
    user_id = fields.Many2one(
        related="contract_id.user_id", string="Contract Manager", store=True, index=True
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    version_id = fields.Many2one(
        "customer.contract.version",
        readonly=True,
        ondelete="restrict",
        help="The version that was disputed.",
    )
    category_id = fields.Many2one(
        "customer.contract.dispute.category", index="btree_not_null", ondelete="restrict"
    )
    clause = fields.Char(readonly=True, help="The section that was disputed, as it was frozen.")
    text = fields.Text("What Is Disputed", required=True, readonly=True)
    opened_on = fields.Datetime(required=True, readonly=True, index=True)
    answered_on = fields.Datetime("First Answer On", readonly=True)
    closed_on = fields.Datetime(readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("answered", "Answered"), ("closed", "Closed")],
        compute="_compute_state",
        store=True,
        index=True,
    )
    outcome = fields.Selection(
        [
            ("explained", "Explained"),
            ("new_version", "New Version"),
            ("withdrawn", "Withdrawn"),
            ("ended", "Contract Ended"),
        ],
        readonly=True,
        index=True,
    )
    answer_days = fields.Float(
        "Days to First Answer",
        compute="_compute_days",
        store=True,
        aggregator="avg",
        digits=(16, 1),
    )
    duration_days = fields.Float(
        "Days Disputed", compute="_compute_days", store=True, aggregator="avg", digits=(16, 1)
    )
    deadline_before = fields.Date("Deadline When Disputed", readonly=True)
    deadline_after = fields.Date(
        "Deadline Extended To",
        readonly=True,
        help="The deadline to sign is put off by the days that the contract was disputed.",
    )
    _one_open = models.UniqueIndex(
        "(contract_id) WHERE closed_on IS NULL", "A contract has one open dispute at a time."
    )

    @api.depends("contract_id.name", "category_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for dispute in self:
            dispute.display_name = " · ".join(
                filter(None, (dispute.contract_id.name, dispute.category_id.name or _("Dispute")))
            )

    @api.depends("answered_on", "closed_on")
    def _compute_state(self):
        for dispute in self:
            if dispute.closed_on:
                dispute.state = "closed"
            else:
                dispute.state = "answered" if dispute.answered_on else "open"

    @api.depends("opened_on", "answered_on", "closed_on")
    def _compute_days(self):
        for dispute in self:
            dispute.answer_days = dispute._count_days(dispute.answered_on)
            dispute.duration_days = dispute._count_days(dispute.closed_on)

    def _count_days(self, moment):
        """Return how many days passed from its beginning to some moment, with fractions."""
        if not moment or not self.opened_on:
            return False
        return (moment - self.opened_on).total_seconds() / SECONDS_A_DAY

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_system_write():
            raise AccessError(_("Disputes are opened by those who sign, on the contract's page."))
        return super().create(vals_list)

    def write(self, vals):
        self._check_protected_fields(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise AccessError(_("Disputes are kept with their contract."))

    def _get_protected_fields(self):
        return super()._get_protected_fields() | {
            "contract_id",
            "participant_id",
            "version_id",
            "clause",
            "text",
            "opened_on",
            "answered_on",
            "closed_on",
            "state",
            "outcome",
            "answer_days",
            "duration_days",
            "deadline_before",
            "deadline_after",
        }

    @api.model
    def _open(self, participant, text, category=None, clause=None, files=()):
        """Open a dispute and its thread.

        :param recordset participant: the signer who disputes
        :param str text: with what
        :param recordset category: the `customer.contract.dispute.category`
        :param str clause: number and title of the section meant
        :param list files: pairs of a name and the content, which were checked
        :return: the dispute, elevated
        :rtype: recordset of `customer.contract.dispute`
        """
        contract = participant.contract_id
        # Whoever disputes has no rights on disputes: the act itself writes them, and
        # without the caller's context, whose defaults must not reach them.
        # pylint: disable=context-overridden
        dispute_sudo = (
            self.sudo()
            .with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
            ._as_system()
            .create(
                {
                    "contract_id": contract.id,
                    "participant_id": participant.id,
                    "version_id": contract.current_version_id.id,
                    "category_id": category.id if category else False,
                    "clause": clause or False,
                    "text": text,
                    "opened_on": fields.Datetime.now(),
                    "deadline_before": contract.sign_deadline,
                }
            )
        )
        dispute_sudo = self.sudo().browse(dispute_sudo.id)
        dispute_sudo.message_subscribe((participant.partner_id | contract.user_id.partner_id).ids)
        dispute_sudo.with_context(customer_contract_dispute_opening=True)._post_reply(
            participant.partner_id, text, files
        )
        return dispute_sudo

    def _post_reply(self, author, text, files=()):
        """Add to the thread, and tell the other side by mail.

        :param recordset author: the person who writes
        :param str text: what was written
        :param list files: pairs of a name and the content, which were checked
        :return: the message
        :rtype: recordset of `mail.message`
        """
        self.ensure_one()
        return self.with_context(
            mail_post_autofollow=False, mail_create_nosubscribe=True
        ).message_post(
            body=plaintext2html(text),
            author_id=author.id,
            email_from=author.email_formatted,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            email_layout_xmlid=MAIL_LAYOUT,
            attachments=list(files),
        )

    def _message_compute_author(self, author_id=None, email_from=None):
        """Have what visitors set off come from us, as the contract's messages do."""
        if not self:
            return super()._message_compute_author(author_id, email_from)
        # Whoever writes in the thread need not see the contract's manager.
        return self.sudo().contract_id._message_compute_author(author_id, email_from)

    def _message_post_after_hook(self, message, msg_vals):
        """Record in the trail what both sides wrote, whichever way it came."""
        result = super()._message_post_after_hook(message, msg_vals)
        if self.env.context.get("customer_contract_dispute_opening") or not self._is_public(
            message
        ):
            return result
        # Whoever writes needs no rights on evidence.
        dispute_sudo = self.sudo()
        author = message.author_id
        is_answer = author != dispute_sudo.partner_id
        if (
            is_answer
            and not dispute_sudo.answered_on
            and dispute_sudo.outcome in (False, "explained")
        ):
            dispute_sudo._write_protected({"answered_on": fields.Datetime.now()})
        dispute_sudo.contract_id._log_event(
            "dispute_message",
            details={
                "from": author.name or message.email_from or "",
                "text": html2plaintext(message.body or "").strip()[:2000],
                **self._prepare_file_details(
                    [(file.name, file.raw) for file in message.sudo().attachment_ids]
                ),
            },
        )
        return result

    @api.model
    def _prepare_file_details(self, files):
        """Prepare what the trail keeps about files.

        :param list files: pairs of a name and the content
        :rtype: dict
        """
        if not files:
            return {}
        return {"files": [f"{name} (SHA-256 {sha256_of(content)})" for name, content in files]}

    def _is_public(self, message):
        """Tell whether both sides read a message of the thread."""
        return (
            message.message_type in ("comment", "email")
            and message.subtype_id == self.env.ref("mail.mt_comment")
            and not message.is_internal
        )

    def _get_thread(self):
        """Return what both sides wrote, oldest first.

        :rtype: recordset of `mail.message`, elevated
        """
        self.ensure_one()
        # The thread is shown to those who were checked to belong to it.
        return self.sudo().message_ids.filtered(self._is_public).sorted("id")

    def _is_for(self, participant):
        """Tell whether a participant is the one who disputes; nobody is to no dispute."""
        return bool(participant) and self.participant_id == participant

    def _end(self, outcome):
        """Close open disputes, and give back the days until the deadline.

        :param str outcome: how they ended
        """
        for dispute in self.filtered(lambda dispute: not dispute.closed_on):
            dispute._write_protected({"outcome": outcome, "closed_on": fields.Datetime.now()})
            if outcome != "ended":
                dispute._extend_deadline()

    def _extend_deadline(self):
        """Put off the deadline by the days that the contract was disputed.

        A deadline that the manager has changed in the meantime stands.
        """
        self.ensure_one()
        contract = self.contract_id
        deadline = self.deadline_before
        company = contract.company_id
        days = (company._get_contract_today() - company._get_contract_day(self.opened_on)).days
        if not deadline or contract.sign_deadline != deadline or days <= 0:
            return
        extended = deadline + timedelta(days=days)
        self._write_protected({"deadline_after": extended})
        contract._write_protected({"sign_deadline": extended})
        contract._log_event(
            "deadline_extended",
            details={
                "from": fields.Date.to_string(deadline),
                "to": fields.Date.to_string(extended),
                "days": days,
            },
        )

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """Give the signer a mail with the personal link."""
        groups = super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals
        )
        # The signer's mail is prepared whoever writes.
        participant_sudo = self.sudo().participant_id
        if not participant_sudo or not participant_sudo._is_outside():
            return groups
        personal = (
            "contract_dispute_signer",
            lambda data, partner=participant_sudo.partner_id: data["id"] == partner.id,
            {
                "active": True,
                "has_button_access": True,
                "button_access": {"title": _("Read and Answer")},
            },
        )
        return [personal, *groups]

    def _notify_get_recipients_classify(
        self, message, recipients_data, model_description, msg_vals=False
    ):
        """Make the personal link, if the signer gets the mail."""
        groups = super()._notify_get_recipients_classify(
            message, recipients_data, model_description, msg_vals=msg_vals
        )
        for group in groups:
            if group["notification_group_name"] == "contract_dispute_signer":
                group["participant"] = self.sudo().participant_id
                group["button_access"]["url"] = self.env["customer.contract.link"]._issue_in_mail(
                    self.sudo().participant_id
                )
        return groups

    def _notify_by_email_render_layout(
        self, message, recipients_group, msg_vals=False, render_values=None
    ):
        """Put what is written into the letter of the contract's mails."""
        render_values = render_values or {}
        speaking = (render_values.get("record") or self).sudo()
        letter = speaking.contract_id._prepare_group_letter(recipients_group, message)
        return super()._notify_by_email_render_layout(
            message,
            recipients_group,
            msg_vals=msg_vals,
            render_values={**render_values, "letter": letter},
        )

    def action_open_answer(self):
        """Open the dialog in which the dispute is answered.

        :return: an action
        :rtype: dict
        :raise UserError: if it is closed
        """
        check_one(self)
        contract = self.contract_id
        contract.check_access("write")
        if self.closed_on:
            raise UserError(_("This dispute has ended."))
        return contract.with_context(
            customer_contract_purpose=self.env.context.get(
                "customer_contract_purpose", "answer_dispute"
            )
        ).action_open_reason()

    def action_view_contract(self):
        """Open the contract.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        return self.contract_id._get_records_action()

    # === FILES === #

    @api.model
    def _prepare_files(self, files):
        """Check files from outside, and have them stored as what they are.

        What a file is, its bytes tell, not its name. Pictures are made anew; what is
        active or damaged is refused.

        :param list files: pairs of a name and the content
        :return: the same, with safe names and contents
        :rtype: list[tuple[str, bytes]]
        :raise UserError: telling which file is not accepted, and why
        """
        if len(files) > MOST_FILES:
            raise UserError(_("Please send at most %(count)s files at a time.", count=MOST_FILES))
        return [self._prepare_file(name, content) for name, content in files]

    @api.model
    def _prepare_file(self, name, content):
        """Check one file.

        :param str name: what the sender called it
        :param bytes content: the file
        :return: a safe name and the content
        :rtype: tuple[str, bytes]
        :raise UserError: telling why it is not accepted
        """
        stem = self._clean_file_stem(name)
        if len(content) > MOST_BYTES:
            raise UserError(
                _(
                    "%(file)s is too large: %(most)s MB are allowed.",
                    file=stem,
                    most=MOST_BYTES // 1024 // 1024,
                )
            )
        try:
            self.env["customer.contract.file.scanner"]._check(content)
            inspected = self.env["customer.contract.file.check"]._inspect(content, MOST_PAGES)
        except UserError as error:
            raise UserError(_("%(file)s: %(problem)s", file=stem, problem=str(error))) from error
        return f"{stem}.{EXTENSIONS[inspected['kind']]}", inspected["content"]

    @api.model
    def _clean_file_stem(self, name):
        """Return a file's name without folders, extension and whatever is no plain text.

        :param str name: what the sender called it
        :rtype: str
        """
        plain = re.split(r"[\\/]", name or "")[-1]
        stem = plain.rpartition(".")[0] or plain
        return re.sub(r"[^\w\s.,()+-]+", "_", stem).strip(" .")[:MOST_NAME] or _("File")
