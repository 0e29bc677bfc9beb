import re
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ContractPortalCommon

ADDRESS = re.compile(r"/contract/sign/([\w-]{20,})")


@tagged("post_install", "-at_install")
class TestSecretInMail(ContractPortalCommon):
    """What opens a contract stands in no mail that waits, or failed: only in those sent."""

    sends_mails = True

    def setUp(self):
        super().setUp()
        self.sent = []
        self.fails = False

        def send_email(server, message, *args, **kwargs):
            if self.fails:
                raise ConnectionRefusedError("no mail server")
            body = message.get_body(preferencelist=("html",)).get_content()
            plain = message.get_body(preferencelist=("plain",)).get_content()
            self.sent.append((message["To"], body, plain))
            return message["Message-Id"]

        server = self.registry["ir.mail_server"]
        self.startPatcher(patch.object(server, "send_email", send_email))
        self.startPatcher(patch.object(server, "_connect__", lambda *args, **kwargs: None))
        self.startPatcher(patch.object(server, "_disable_send", lambda server: False))
        # What was sent stays, to be looked at.
        self.startPatcher(patch.object(self.registry["mail.mail"], "unlink", lambda mails: True))
        self.contract = self._create_contract(
            requester_id=self.link_holder.id, identity_policy="code"
        )
        self._sign_as_manager(self.contract)

    def _get_stored(self):
        """Return all that is stored of mails, codes and links, as a thief of it reads it."""
        self.env.flush_all()
        texts = []
        for table in (
            "mail_mail",
            "mail_message",
            "mail_notification",
            "customer_contract_link",
            "customer_contract_code",
            "customer_contract_event",
        ):
            self.env.cr.execute(f"SELECT row_to_json(t)::text FROM {table} t")  # noqa: S608
            texts += [row[0] for row in self.env.cr.fetchall()]
        return "\n".join(texts)

    def _open_all(self):
        """Return which of the addresses in the database let a visitor in."""
        found = set(ADDRESS.findall(self._get_stored()))
        opened = set()
        for token in found:
            self._log_in()
            if self._get(f"/contract/sign/{token}").status_code == 303:
                opened.add(token)
        return opened

    def _get_mail(self, record):
        """Return the newest mail about a record."""
        about = [("model", "=", record._name), ("res_id", "=", record.id)]
        return self.env["mail.mail"].sudo().search(about, order="id desc", limit=1)

    def _send(self, mail):
        """Send a mail that waits, or again, as the queue does."""
        mail.mark_outgoing()
        mail.send()

    def _break_down(self):
        """Have the mail server refuse everything."""
        self.fails = True
        self.enterContext(mute_logger("odoo.addons.mail.models.mail_mail"))

    def _get_sent_token(self):
        return ADDRESS.search(self.sent[-1][1])[1]

    def test_mails_that_were_sent(self):
        self.contract.action_send()
        token = self._get_sent_token()
        self.assertNotIn("at-sending", "".join(self.sent[-1][1:]))
        self.assertNotIn(token, self._get_stored())
        self._log_in()
        self.assertEqual(self._get(f"/contract/sign/{token}").status_code, 303)
        self.assertFalse(self._open_all())

    def test_mails_that_failed(self):
        self._break_down()
        self.contract.action_send()
        mail = self._get_mail(self.contract)
        self._send(mail)
        self.assertEqual(mail.state, "exception")
        self.assertFalse(self._open_all())
        # Sent again, it has a link that works.
        self.fails = False
        self._send(mail)
        token = self._get_sent_token()
        self.assertNotIn(token, self._get_stored())
        self._log_in()
        self.assertEqual(self._get(f"/contract/sign/{token}").status_code, 303)

    def test_mails_that_wait(self):
        self.contract.with_context(mail_notify_force_send=False).action_send()
        self.assertFalse(self.sent)
        mail = self._get_mail(self.contract)
        self.assertEqual(mail.state, "outgoing")
        self.assertIn("at-sending", mail.body_html)
        self.assertFalse(self._open_all())
        self._send(mail)
        self._log_in()
        page = self._get(f"/contract/sign/{self._get_sent_token()}")
        self.assertEqual(page.status_code, 303)

    def test_codes(self):
        self.contract.action_send()
        participant = self._get_participant(self.contract, self.link_holder)
        self._break_down()
        participant._send_code()
        code = self.env["customer.contract.code"].sudo()
        stored = code.search([("participant_id", "=", participant.id)], limit=1)
        self.assertIn(stored.mail_reference, self._get_stored())
        # Half an hour later it is sent: its ten minutes begin then.
        self.fails = False
        mail = self._get_mail(participant)
        stored.expires_on = fields.Datetime.now() - timedelta(minutes=20)
        self._send(mail)
        sent = re.search(r"<strong[^>]*>\s*(\d{6})\s*<", self.sent[-1][1])[1]
        self.assertNotRegex(self._get_stored(), rf"\b{sent}\b")
        self.assertEqual(code._spend(participant, sent), "ok")

    def test_a_code_that_was_replaced_is_not_made(self):
        self.contract.action_send()
        participant = self._get_participant(self.contract, self.link_holder)
        self._break_down()
        participant._send_code()
        mail = self._get_mail(participant)
        self.env["customer.contract.code"].sudo().search([]).is_spent = True
        self.fails = False
        self._send(mail)
        self.assertNotRegex(self.sent[-1][1], r">\s*\d{6}\s*<")

    def test_a_copied_text_gives_nothing(self):
        """Whoever reads mails that wait cannot have their secrets sent to somebody else."""
        self._break_down()
        self.contract.action_send()
        original = self._get_mail(self.contract)
        self.fails = False
        thief = self.env["res.partner"].create({"name": "Thief", "email": "thief@example.com"})
        other = self._create_contract()
        for values in (
            {"email_to": "thief@example.com"},
            {"recipient_ids": [(6, 0, thief.ids)]},
            {"model": "customer.contract", "res_id": self.contract.id}
            | {"email_to": "thief@example.com"},
            {"model": "customer.contract", "res_id": self.contract.id}
            | {"recipient_ids": [(6, 0, thief.ids)]},
            {"model": "customer.contract", "res_id": other.id}
            | {"email_to": self.link_holder.email},
            {"model": "customer.contract", "res_id": self.contract.id}
            | {"email_to": self.link_holder.email, "email_cc": "thief@example.com"},
            {"model": "customer.contract", "res_id": self.contract.id}
            | {"email_to": f"{self.link_holder.email}, thief@example.com"},
        ):
            with self.subTest(values=values):
                mail = (
                    self.env["mail.mail"]
                    .sudo()
                    .create({"subject": "x", "body_html": original.body_html, **values})
                )
                mail.send()
                self.assertTrue(self.sent)
                for _to, body, plain in self.sent:
                    for token in ADDRESS.findall(body + plain):
                        self._log_in()
                        answer = self._get(f"/contract/sign/{token}")
                        self.assertEqual(answer.status_code, 404)
                self.sent.clear()
