import logging
import re
import threading
import time
from datetime import timedelta
from functools import cache

from lxml import html

from odoo import SUPERUSER_ID, api, fields, models, modules
from odoo.modules.registry import Registry
from odoo.sql_db import PoolError
from odoo.tools import html2plaintext
from odoo.tools.mail import email_normalize_all

from .customer_contract_link import AT_SENDING

_logger = logging.getLogger(__name__)
# Who waits for a mail server holds a connection to the database beside the request's
# own: many people who act at once must leave some for others.
_DELIVERING = threading.BoundedSemaphore(8)

# How long Odoo's queue leaves mails alone that are being sent.
SPARED = timedelta(minutes=10)
MOST_TRIES = 40
LINK_IN_MAIL = re.compile(rf"https?://[^\s\"'<>]*/contract/sign/{AT_SENDING}([\w-]+)", re.ASCII)
PAUSE_SECONDS = 0.25
# The mark of the layout of contracts' mails
LETTER = "o_contract_letter"


def make_text_alternative(body):
    """Return what whoever reads no HTML reads: each link stands where its words are.

    :param str body: a mail, as HTML
    :rtype: str
    """
    root = html.document_fromstring(body or "<p></p>")
    for node in root.xpath("//head | //style"):
        node.drop_tree()
    for node in root.xpath("//img"):
        node.tail = f"{node.get('alt') or ''}{node.tail or ''}"
    for node in root.xpath("//a[@href]"):
        address, words = node.get("href"), node.text_content().strip()
        if words and words != address and not address.startswith("mailto:"):
            node.tail = f": {address}{node.tail or ''}"
        node.drop_tag()
    for node in root.xpath("//strong | //b | //em | //i"):
        node.drop_tag()
    text = html2plaintext(html.tostring(root, encoding="unicode"), include_references=False)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _open_cursor(database):
    """Open a cursor, once the acts at the same time have given back a connection.

    :param str database: the database's name
    :rtype: odoo.sql_db.Cursor
    :raise PoolError: if there is none after some seconds
    """
    for left in reversed(range(MOST_TRIES)):
        try:
            return Registry(database).cursor()
        except PoolError:
            if not left:
                raise
            time.sleep(PAUSE_SECONDS)


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """Put in what a mail may hold on its way only, and never in the database."""
        prepared = super()._prepare_outgoing_list(
            mail_server=mail_server, doc_to_followers=doc_to_followers
        )
        for values in prepared:
            body = str(values["body"] or "")
            complete = self._put_in_secrets(body, values)
            if complete != body or LETTER in complete:
                values.update(body=complete, body_alternative=make_text_alternative(complete))
        return prepared

    def _put_in_secrets(self, body, values):
        """Replace what stands for secrets in a mail's text by new ones.

        Features whose mails hold others extend this.

        :param str body: the text, as HTML
        :param dict values: who gets it, as Odoo prepared it
        :return: the text that is sent
        :rtype: str
        """

        @cache  # the same link may stand in a mail twice
        def complete(whole, reference):
            # Nobody has rights on links; the person's own mail asks for this one.
            link_sudo = (
                self.env["customer.contract.link"]
                .sudo()
                .search([("mail_reference", "=", reference)], limit=1)
            )
            if not link_sudo or not self._is_mail_of(link_sudo.participant_id, values):
                return whole
            return link_sudo._make_address()

        return LINK_IN_MAIL.sub(lambda match: complete(match[0], match[1]), body)

    def _is_mail_of(self, participant_sudo, values):
        """Tell whether a mail is about a participant's contract and goes to that one alone.

        Whoever copies another mail's text into an own one gets nothing by it.

        :param recordset participant_sudo: the participant, elevated
        :param dict values: who gets it, as Odoo prepared it
        """
        self.ensure_one()
        about_sudo = self.env["customer.contract.delivery.report"]._find_contract(self)
        if not about_sudo or about_sudo != participant_sudo.contract_id or values["email_cc"]:
            return False
        # Mails to a contact go on to the address to which the request is bound.
        if values["partner_id"]:
            return values["partner_id"] == participant_sudo.partner_id
        own = email_normalize_all(participant_sudo._get_email() or "")
        return bool(own) and set(values["email_to_normalized"]) <= set(own)

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Report what became of contracts' mails, for their trails."""
        # The mails may be deleted by what follows. Odoo hands over records as ids.
        partners = self.env["res.partner"].browse(
            partner if isinstance(partner, int) else partner.id for partner in success_pids
        )
        for mail in self:
            reason = str(failure_reason or mail.failure_reason or failure_type)
            self.env["customer.contract.delivery.report"]._report_mails(
                mail, partners, reason if failure_type else ""
            )
        return super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )

    def send_after_commit(self):
        """Have nothing that happens to contracts' mails come back to whoever acted.

        What was done is done when they are sent: an error would tell otherwise. Each mail
        is a transaction of its own, so that none is sent again because of another; the
        queue sends what is left, later.
        """
        ours = self.filtered(lambda mail: (mail.model or "").startswith("customer.contract"))
        # Odoo would open a connection for none, too.
        others = self if modules.module.current_test else self - ours
        if others:
            super(MailMail, others).send_after_commit()
        if not ours or others == self:
            return
        # The queue, should it run at this moment, would send them as well.
        ours.write({"scheduled_date": fields.Datetime.now() + SPARED})
        mail_ids, database, context = ours.ids, self.env.cr.dbname, self.env.context

        @self.env.cr.postcommit.add
        def deliver():
            try:
                with _DELIVERING, _open_cursor(database) as cr:
                    env = api.Environment(cr, SUPERUSER_ID, context)
                    env["mail.mail"].browse(mail_ids).exists().send(auto_commit=True)
            except Exception:
                # They are stored as outgoing: Odoo's queue sends them.
                _logger.warning("Mails %s wait for the queue", mail_ids, exc_info=True)
