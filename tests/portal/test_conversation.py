# What people write to each other is not translated.
# pylint: disable=translation-required
import json

from odoo.tests import new_test_user, tagged
from odoo.tests.common import JsonRpcException
from odoo.tools import mute_logger

from ...utils import Actor
from .common import ContractPortalCommon

MAIL = """Return-Path: <{sender}>
To: {to}
From: {name} <{sender}>
Subject: Re: {subject}
Message-ID: <{number}@mail.example.com>
In-Reply-To: {reference}
References: {reference}
Date: Mon, 02 Feb 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

{body}
"""


@tagged("post_install", "-at_install")
class TestConversation(ContractPortalCommon):
    """Messages about a contract: who writes, who reads, what never leaves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={"tracking_disable": False, "mail_notrack": False})
        cls.stranger = cls._create_portal_user("talk_stranger", "Stan Stranger")
        cls.observer = cls._create_portal_user(
            "talk_observer", "Olga Observer", cls.customer_company
        )
        cls.colleague = cls._create_portal_user("talk_reader", "Rita Reader", cls.customer_company)
        cls.legal, cls.accounting = [
            new_test_user(
                cls.env,
                login=login,
                email=f"{login}@company.example.com",
                groups="customer_contract.group_contract_user_all",
            )
            for login in ("talk_legal", "talk_accounting")
        ]

    def setUp(self):
        super().setUp()
        contract = self._create_sent_contract()
        self.contract = contract.with_env(self.env)
        self.env["customer.contract.participant"].create(
            {
                "contract_id": contract.id,
                "partner_id": self.observer.partner_id.id,
                "role": "observer",
            }
        )
        self.contract.portal_published = True
        self.contract.with_user(self.manager).message_post(
            body="SECRET margin of 40%", subtype_xmlid="mail.mt_note"
        )
        self.contract.with_user(self.manager).message_post(
            body="Welcome aboard", subtype_xmlid="mail.mt_comment", message_type="comment"
        )
        self.env.flush_all()

    def _call(self, route, **params):
        return self.make_jsonrpc_request(route, params)

    def _fetch(self):
        return self._call(
            "/mail/chatter_fetch",
            thread_model="customer.contract",
            thread_id=self.contract.id,
            fetch_params={"limit": 100},
        )

    def _write(self, body="A question", **values):
        return self._call(
            "/mail/message/post",
            thread_model="customer.contract",
            thread_id=self.contract.id,
            post_data={
                "body": body,
                "message_type": "comment",
                "subtype_xmlid": "mail.mt_comment",
                **values,
            },
        )

    def _find(self, body):
        self.env.invalidate_all()
        return self.env["mail.message"].search(
            [
                ("model", "=", "customer.contract"),
                ("res_id", "=", self.contract.id),
                ("body", "ilike", body),
            ]
        )

    # === PORTAL === #

    def test_internal_notes_never_leave(self):
        for user in (self.portal_user, self.observer):
            self._log_in(user)
            answers = [
                self._fetch(),
                self._call(
                    "/mail/thread/messages",
                    thread_model="customer.contract",
                    thread_id=self.contract.id,
                ),
                self._call(
                    "/portal/chatter_init",
                    thread_model="customer.contract",
                    thread_id=self.contract.id,
                ),
                self._get(f"/my/contracts/{self.contract.id}").text,
            ]
            for answer in answers:
                self.assertNotIn("SECRET", json.dumps(answer, default=str))
            self.assertIn("Welcome aboard", json.dumps(answers[0], default=str))
        page = self._open_link(self.contract, self.customer).text
        self.assertNotIn("SECRET", page)
        self.assertIn("Welcome aboard", page)
        note = self._find("SECRET")
        self.assertNotIn(self.customer, note.notified_partner_ids)
        self.assertFalse(
            self.env["mail.mail"]
            .search([("mail_message_id", "=", note.id)])
            .filtered(lambda mail: self.customer in mail.recipient_ids)
        )

    def test_search_finds_no_notes(self):
        self._log_in(self.portal_user)
        answer = self._call(
            "/mail/chatter_fetch",
            thread_model="customer.contract",
            thread_id=self.contract.id,
            fetch_params={"search_term": "SECRET"},
        )
        self.assertFalse(answer["messages"])

    def test_strangers_read_and_write_nothing(self):
        for user in (self.stranger, None):
            self._log_in(user)
            with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
                self._write("I was here")
            answer = json.dumps(self._fetch(), default=str)
            self.assertNotIn("Welcome", answer)
        self.assertFalse(self._find("I was here"))

    def test_participants_and_requester_write(self):
        for user in (self.portal_user, self.observer):
            self._log_in(user)
            self._write(f"Written by {user.login}")
            message = self._find(f"Written by {user.login}")
            self.assertEqual(message.author_id, user.partner_id)
            self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))

    def test_readers_do_not_write(self):
        """Colleagues whom the company lets read each other's contracts only read."""
        contract = self.contract.with_user(self.colleague)
        operations = contract._mail_get_operation_for_mail_message_operation("create")
        self.assertEqual(operations[contract], "write")
        own = self.contract.with_user(self.observer)
        operations = own._mail_get_operation_for_mail_message_operation("create")
        self.assertEqual(operations[own], "read")
        self._log_in(self.colleague)
        with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
            self._write("I only read")
        self.assertFalse(self._find("I only read"))

    def test_customers_cannot_write_notes_or_address_others(self):
        self._log_in(self.portal_user)
        self._write("Psst", subtype_xmlid="mail.mt_note", partner_ids=[self.stranger.partner_id.id])
        message = self._find("Psst")
        self.assertNotIn(self.stranger.partner_id, message.partner_ids)
        self.assertNotIn(self.stranger.partner_id, message.notified_partner_ids)
        self.assertNotIn(
            self.stranger.partner_id, self.contract.sudo().message_follower_ids.partner_id
        )

    def test_customers_cannot_look_up_people(self):
        self._log_in(self.portal_user)
        for route, params in (
            ("/mail/thread/recipients", {"thread_model": "customer.contract"}),
            (
                "/mail/partner/from_email",
                {"thread_model": "customer.contract", "emails": [self.legal.email]},
            ),
        ):
            try:
                with mute_logger("odoo.http"):
                    answer = self._call(route, thread_id=self.contract.id, **params)
            except JsonRpcException:
                continue
            self.assertNotIn(self.legal.name, json.dumps(answer, default=str))
        try:
            with mute_logger("odoo.http"):
                answer = self._call(
                    "/web/dataset/call_kw/res.partner/get_mention_suggestions",
                    model="res.partner",
                    method="get_mention_suggestions",
                    args=["talk_"],
                    kwargs={},
                )
        except JsonRpcException:
            answer = None
        for user in (self.legal, self.stranger, self.manager):
            self.assertNotIn(user.email, json.dumps(answer, default=str))
            self.assertNotIn(user.name, json.dumps(answer, default=str))

    def test_mentions_notify_employees(self):
        self._log_in(self.manager)
        self._write(
            "Please look @legal",
            subtype_xmlid="mail.mt_note",
            partner_ids=[self.legal.partner_id.id],
        )
        message = self._find("Please look")
        self.assertIn(self.legal.partner_id, message.notified_partner_ids)
        self.assertTrue(message.subtype_id.internal)
        self.assertNotIn(self.customer, message.notified_partner_ids)

    def test_talking_in_the_browser(self):
        self.start_tour(
            f"/my/contracts/{self.contract.id}",
            "customer_contract_portal_chatter",
            login=self.portal_user.login,
        )
        message = self._find("When do you start?")
        self.assertEqual(message.author_id, self.customer)

    # === MAIL === #

    def _receive(self, name, sender, body, number="1", reference=None):
        """Have the gateway take in an answer to what was sent."""
        request = self.contract.message_ids.filtered(
            lambda message: self.customer in message.partner_ids
        )[-1:]
        mail = MAIL.format(
            sender=sender,
            name=name,
            to="catchall@company.example.com",
            subject=request.subject or "Contract",
            reference=reference or request.message_id,
            number=number,
            body=body,
        )
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].sudo().message_process(False, mail)
        return self._find(body)

    def test_answer_of_the_customer_lands_on_the_contract(self):
        message = self._receive("Carla", self.customer.email, "I have one more wish")
        self.assertEqual(len(message), 1)
        self.assertEqual(message.author_id, self.customer)
        self.assertEqual(message.message_type, "email")
        self.assertFalse(message.subtype_id.internal)
        self.assertEqual(self.contract.state, "sent")
        self._log_in(self.portal_user)
        self.assertIn("one more wish", json.dumps(self._fetch(), default=str))

    def test_answer_of_an_employee(self):
        message = self._receive("Mona", self.manager.email, "We can do that")
        self.assertEqual(message.author_id, self.manager.partner_id)

    def test_stranger_with_the_thread_reference(self):
        """A forwarded mail's reference gives nobody a voice in front of the parties."""
        message = self._receive("Carla Customer", "mallory@evil.example.com", "Pay to IBAN XX")
        self.assertEqual(len(message), 1)
        self.assertNotEqual(message.author_id, self.customer)
        self.assertIn("mallory@evil.example.com", message.email_from)
        self.assertTrue(message.subtype_id.internal)
        self.assertIn(self.manager.partner_id, message.notified_partner_ids)
        self.assertNotIn(self.customer, message.notified_partner_ids)
        for user in (self.portal_user, self.observer):
            self._log_in(user)
            self.assertNotIn("IBAN", json.dumps(self._fetch(), default=str))
        self.assertNotIn("IBAN", self._open_link(self.contract, self.customer).text)

    def test_known_contact_of_another_company(self):
        message = self._receive("Stan", self.stranger.email, "Hello there")
        self.assertEqual(message.author_id, self.stranger.partner_id)
        self.assertTrue(message.subtype_id.internal)

    # === DEPARTMENTS === #

    def _follow(self, record, user, *names):
        subtypes = self.env["mail.message.subtype"].browse(
            [self.env.ref(f"customer_contract.{name}").id for name in names]
        )
        record.sudo().message_subscribe(user.partner_id.ids, subtypes.ids)

    def _run_tracking(self):
        self.env.flush_all()
        self.env.cr.precommit.run()

    def _get_notified(self, contract, name):
        messages = contract.sudo().message_ids.filtered(
            lambda message: message.subtype_id == self.env.ref(f"customer_contract.{name}")
        )
        return messages.notified_partner_ids

    def test_departments_get_theirs_only(self):
        self._run_tracking()
        self._follow(self.contract, self.legal, "mt_disputed")
        self._follow(self.contract, self.accounting, "mt_signed")
        contract = self.contract.sudo()
        contract._dispute(Actor(self._get_participant(contract, self.customer), "portal"), "No")
        self._run_tracking()
        self.assertEqual(self._get_notified(contract, "mt_disputed"), self.legal.partner_id)
        contract._change_state("signed")
        self._run_tracking()
        self.assertEqual(self._get_notified(contract, "mt_signed"), self.accounting.partner_id)
        for name in ("mt_disputed", "mt_signed"):
            self.assertNotIn(self.customer, self._get_notified(contract, name))

    def test_paper(self):
        self._follow(self.contract, self.legal, "mt_paper")
        contract = self.contract.sudo()
        contract._log_event(
            "consent_withdrawn", participant=self._get_participant(contract, self.customer)
        )
        self.assertEqual(self._get_notified(contract, "mt_paper"), self.legal.partner_id)

    def test_following_the_team(self):
        team = self.env["crm.team"].create({"name": "North"})
        self._follow(team, self.legal, "mt_signed_team")
        contract = self._create_contract(team_id=team.id).with_env(self.env).sudo()
        follower = contract.message_follower_ids.filtered(
            lambda one: one.partner_id == self.legal.partner_id
        )
        self.assertEqual(follower.subtype_ids, self.env.ref("customer_contract.mt_signed"))
        self.env["crm.team.member"].create({"crm_team_id": team.id, "user_id": self.manager.id})
        proposed = self._create_contract().with_env(self.env).sudo()
        self.assertEqual(proposed.team_id, team)
        self.assertIn(self.legal.partner_id, proposed.message_follower_ids.partner_id)
