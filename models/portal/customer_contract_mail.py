import logging

from odoo import _, fields, models
from odoo.tools import formatLang, html2plaintext

from ...const import MAIL_LAYOUT, OPEN_STATES
from ...utils import format_moment

_logger = logging.getLogger(__name__)


class CustomerContract(models.Model):
    """What is mailed about a contract, and the letter around each text."""

    _inherit = "customer.contract"

    # === SENDING === #

    def _send_template(self, xmlid, partners, attachments=None):
        """Send one of the contract's mails to some people, and post it.

        Whoever reads another language gets a message in it.

        :param str xmlid: the `mail.template`
        :param recordset partners: who gets it
        :param recordset attachments: files to send along
        :return: the messages that were posted, one for each language
        :rtype: recordset of `mail.message`, elevated
        """
        self.ensure_one()
        # Whoever acts in the portal makes mails go out that only employees may write.
        contract_sudo = self.sudo()
        author_sudo = contract_sudo._get_mail_author()
        values = {
            "author_id": author_sudo.id,
            "email_from": contract_sudo._get_mail_sender(author_sudo),
            "email_layout_xmlid": MAIL_LAYOUT,
            # The manager, who mails, may be one of the readers.
            "notify_author_mention": True,
        }
        if attachments:
            values["attachment_ids"] = attachments.ids
        contract_sudo = contract_sudo.with_context(mail_post_autofollow=False)
        messages_sudo = self.env["mail.message"].sudo()
        by_language = partners.sudo().grouped(
            lambda person: person.lang or contract_sudo.partner_id.lang
        )
        for language, people_sudo in by_language.items():
            messages_sudo |= contract_sudo._post_template(
                xmlid, language, {**values, "partner_ids": people_sudo.ids}
            )
        contract_sudo._log_mailed(messages_sudo, partners)
        return messages_sudo

    def _post_template(self, xmlid, language, values):
        """Post one of the contract's mails in one language.

        :param str xmlid: the `mail.template`
        :param str language: the code of the readers' language
        :param dict values: of the message
        :rtype: recordset of `mail.message`
        """
        template = self.env.ref(xmlid, raise_if_not_found=False)
        if template:
            return self.with_context(template_preview_lang=language).message_post_with_source(
                template, subtype_xmlid="mail.mt_comment", lang=language, **values
            )
        # Nothing that people do ends because a mail's words are gone.
        _logger.error("The mail template %s is missing: update the addon", xmlid)
        speaking = self.with_context(lang=language)
        return self.message_post(
            subject=speaking.display_name,
            body=speaking.env._(
                "There is news about %(contract)s from %(company)s. Please open it.",
                contract=speaking.display_name,
                company=speaking.company_id.name,
            ),
            subtype_xmlid="mail.mt_comment",
            **values,
        )

    def _send_receipt(self, xmlid, participant, reason="", **words):
        """Confirm to a person outside that a declaration of his was received.

        :param str xmlid: the `mail.template`
        :param recordset participant: whose declaration it is
        :param str reason: what the person wrote
        :param words: what else the template's text needs
        """
        self.ensure_one()
        participant_sudo = participant.sudo()
        if not participant_sudo._is_outside() or not participant_sudo._get_email():
            return
        person_sudo = participant_sudo.partner_id
        moment = format_moment(
            self.env,
            fields.Datetime.now(),
            self.sudo()._get_reader_zone(person_sudo),
            person_sudo.lang or self.sudo().partner_id.lang,
        )
        self.with_context(
            customer_contract_reason=reason, customer_contract_moment=moment, **words
        )._send_template(xmlid, person_sudo)

    def _log_mailed(self, message, partners):
        """Record to which participants a mail exists, and to whom none came to be.

        :param recordset message: the `mail.message` that were posted
        :param recordset partners: whom it was for
        :return: the participants who are told, by mail or in their inbox
        :rtype: recordset of `customer.contract.participant`
        """
        self.ensure_one()
        # Whoever acts in the portal does not read what employees are told.
        told_sudo = message.sudo().notification_ids
        mailed = told_sudo.filtered(lambda one: one.notification_type == "email").res_partner_id
        meant = self.participant_ids.filtered(
            lambda person: person.partner_id in partners and not person.is_retired
        )
        for participant in meant.filtered(lambda person: person.partner_id in mailed):
            self._log_event("mail_queued", participant=participant)
            participant._follow_delivery("queued")
        reached = meant.filtered(lambda person: person.partner_id in told_sudo.res_partner_id)
        (meant - reached)._log_unreached()
        return reached

    def _ensure_asked_are_mailed(self, partners):
        """Send the usual mail to whoever is asked and was left out of another one.

        :param recordset partners: the recipients of the mail that was written
        """
        self.ensure_one()
        self._get_next_participants().filtered(
            lambda participant: participant.partner_id not in partners
        )._notify_request()

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """Give each outside participant a mail of its own, for the personal link."""
        groups = super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals
        )
        if not self:
            return groups
        groups = [group for group in groups if group[0] != "portal_customer"]
        personal = [
            (
                f"contract_participant_{participant_sudo.id}",
                lambda data, partner=participant_sudo.partner_id: data["id"] == partner.id,
                {
                    "active": True,
                    "has_button_access": participant_sudo._has_door(),
                    "button_access": {"title": participant_sudo._get_call_to_action()},
                },
            )
            for participant_sudo in self.sudo().participant_ids
            if participant_sudo._is_outside()
        ]
        return personal + groups

    def _notify_get_recipients_classify(
        self, message, recipients_data, model_description, msg_vals=False
    ):
        """Make the personal links, for those only who get the mail."""
        groups = super()._notify_get_recipients_classify(
            message, recipients_data, model_description, msg_vals=msg_vals
        )
        Link = self.env["customer.contract.link"]
        for group in groups:
            prefix, _separator, participant_id = group["notification_group_name"].rpartition("_")
            if prefix == "contract_participant":
                participant_sudo = (
                    self.env["customer.contract.participant"].sudo().browse(int(participant_id))
                )
                group["participant"] = participant_sudo
                if group["has_button_access"]:
                    group["button_access"]["url"] = Link._issue_in_mail(participant_sudo)
        return groups

    # === THE LETTER AROUND THE TEXT === #

    def _notify_by_email_render_layout(
        self, message, recipients_group, msg_vals=False, render_values=None
    ):
        """Put the text into a letter that names its reader, its sender and what it is about."""
        render_values = render_values or {}
        speaking = (render_values.get("record") or self).sudo()
        participant = recipients_group.get("participant")
        if speaking and participant:
            # What employees write in the contract's conversation comes as a letter, too.
            msg_vals = {**(msg_vals or {}), "email_layout_xmlid": MAIL_LAYOUT}
        if speaking:
            letter = speaking._prepare_group_letter(recipients_group, message)
            render_values = {**render_values, "letter": letter}
        return super()._notify_by_email_render_layout(
            message, recipients_group, msg_vals=msg_vals, render_values=render_values
        )

    def _prepare_group_letter(self, recipients_group, message):
        """Prepare the letter around a message for those who get the same mail.

        :param dict recipients_group: who they are, as Odoo groups them
        :param recordset message: the `mail.message`
        :return: see :meth:`_prepare_letter`
        :rtype: dict
        """
        # Whoever sets a mail off need not see who gets it.
        partners_sudo = self.env["res.partner"].sudo().browse(recipients_group["recipients_ids"])
        return self._prepare_letter(
            partners_sudo, recipients_group.get("participant"), message.author_id, message.body
        )

    def _prepare_letter(self, partners, participant=None, author=None, text=""):
        """Prepare what a mail tells beside its text, in the language of the records.

        :param recordset partners: who gets the mail
        :param recordset participant: the reader's part, if it is one outside
        :param recordset author: who writes, of `res.partner`; the manager if left out
        :param str text: the text, as HTML: one that greets is not greeted twice
        :rtype: dict
        """
        self.ensure_one()
        return {
            "greeting": self._greet(partners, text),
            "facts": self._get_mail_facts(participant),
            "notes": self._get_mail_notes(participant) if participant else [],
            "sender": self._get_mail_signature(author),
        }

    def _greet(self, partners, text=""):
        """Return how a mail begins; nothing if its text begins so by itself.

        :param recordset partners: who gets it
        :param str text: its text, as HTML
        :rtype: str
        """
        begins = html2plaintext(text or "").strip().lower()
        if begins.startswith(_("Hello").lower()):
            return ""
        if len(partners) == 1 and partners.name:
            return _("Hello %(name)s,", name=partners.name)
        return _("Hello,")

    def _get_mail_facts(self, participant):
        """Return what the contract is, in lines of a label and a value.

        :param recordset participant: the reader's part; amounts are for the parties only
        :rtype: list[tuple[str, str]]
        """
        facts = [(_("Contract"), self.title or ""), (_("Reference"), self.name or "")]
        if participant and self.amount_total:
            amount = formatLang(self.env, self.amount_total, currency_obj=self.currency_id)
            facts.append((_("Amount"), amount))
        if self.sign_deadline_at and self.state in OPEN_STATES:
            facts.append((_("Deadline"), self.sign_deadline_text))
        return [(label, value) for label, value in facts if value]

    def _get_mail_notes(self, participant):
        """Return what stands below the button: what follows, and how to say no.

        :param recordset participant: the reader's part
        :rtype: list[str]
        """
        notes = []
        if participant._is_in_turn():
            notes.append(
                _("If you do nothing, the request ends at the deadline and binds nobody.")
                if self.sign_deadline_at
                else _("If you do nothing, nothing becomes binding for you.")
            )
            notes.append(
                _(
                    "If it should not be approved as it is, send it back on the same page and "
                    "say what has to change."
                )
                if participant.role == "approver"
                else _(
                    "If you do not agree, or are not the right person, you can say so on the "
                    "same page: ask, object or decline."
                )
            )
        if participant._has_door():
            notes.append(_("The button is your personal link: please do not pass this e-mail on."))
        return notes

    def _get_mail_signature(self, author=None):
        """Return who sends a mail: the person, the company, and how to reach them.

        :param recordset author: who writes, of `res.partner`; the manager if left out
        :rtype: list[str]
        """
        author_sudo = (author or self._get_mail_author()).sudo()
        company_sudo = self.company_id.sudo()
        if author_sudo == self.env.ref("base.partner_root"):
            author_sudo = company_sudo.partner_id
        own = any(not user.share for user in author_sudo.user_ids)
        house_sudo = company_sudo.partner_id if own else author_sudo.commercial_partner_id
        lines = [author_sudo.name, author_sudo.function]
        if house_sudo != author_sudo:
            lines.append(house_sudo.name)
        is_ours = own or author_sudo == company_sudo.partner_id
        if is_ours:
            lines += [author_sudo.phone or company_sudo.phone, author_sudo.email]
        return [line for line in lines if line]
