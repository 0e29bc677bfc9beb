import logging
from datetime import timedelta

import requests

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tests.common import TransactionCase

from ...controllers.link import LinkLogFilter
from .common import ContractPortalCommon


@tagged("post_install", "-at_install")
class TestPortalLink(ContractPortalCommon):
    """Personal links: they work for one person, for a while, and can be replaced."""

    def setUp(self):
        super().setUp()
        self.contract = self._create_sent_contract(requester_id=self.link_holder.id)
        self.participant = self._get_participant(self.contract, self.link_holder)
        self.url = f"/my/contracts/{self.contract.id}"

    def _get_links(self):
        links = self.env["customer.contract.link"].sudo()
        return links.search([("participant_id", "=", self.participant.id)])

    def test_token_leaves_the_address(self):
        self._log_in()
        path = self._issue_link(self.contract, self.link_holder)
        response = self._get(path)
        self.assertEqual(response.status_code, 303)
        self.assertTrue(response.headers["Location"].endswith(self.url))
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        page = self.url_open(path)
        self.assertTrue(page.url.endswith(self.url))
        self.assertNotIn(path.rpartition("/")[2], page.text)
        self.assertEqual(self._count_events(self.contract, "link_opened"), 2)

    def test_machines_leave_no_trace(self):
        self._log_in()
        path = self._issue_link(self.contract, self.link_holder)
        self.url_open(path, method="HEAD", allow_redirects=False)
        self.url_open(path, headers={"Odoo-Link-Preview": "True"})
        self.assertFalse(self._count_events(self.contract, "link_opened"))
        self.assertFalse(self._count_events(self.contract, "viewed"))
        self.assertEqual(self.participant.state, "requested")

    def test_addressee_who_is_logged_in_needs_no_link(self):
        contract = self._create_sent_contract()
        path = self._issue_link(contract, self.customer)
        self._log_in(self.portal_user)
        page = self.url_open(path)
        self.assertTrue(page.url.endswith(f"/my/contracts/{contract.id}"))
        self.assertIn("redirect_url", self._sign(contract))
        self.assertEqual(contract.signature_ids[-1].identified_by, "portal")

    def test_whoever_knew_the_session_before_loses_it(self):
        """A session that somebody has planted in the browser does not get in with the link."""
        self._log_in()
        self.url_open("/contract/verify")
        planted = self.opener.cookies["session_id"]
        path = self._issue_link(self.contract, self.link_holder)
        self.url_open(path)
        own = self.opener.cookies["session_id"]
        self.assertNotEqual(own, planted)
        self.assertIn("redirect_url", self._sign(self.contract, name="Lina Link"))
        stranger = requests.Session()
        stranger.cookies["session_id"] = planted
        answer = stranger.get(self.base_url() + self.url, allow_redirects=False, timeout=30)
        self.assertNotIn("We maintain the ovens.", answer.text)
        # A reminder's link keeps what is open in other tabs.
        self.url_open(self._issue_link(self.contract, self.link_holder))
        self.assertEqual(self.opener.cookies["session_id"], own)

    def test_page_of_one_is_no_act_of_another(self):
        """Two people's links in one browser: each page acts for whom it was made only."""
        other = self.env["res.partner"].create(
            {
                "name": "Olaf Other",
                "email": "olaf@aurora.example.com",
                "parent_id": self.customer_company.id,
            }
        )
        contract = self._create_contract(
            participant_ids=[
                Command.create({"partner_id": person.id, "party": "counterparty", "sequence": 10})
                for person in (self.link_holder, other)
            ]
        )
        contract.action_send()
        self._log_in()
        first = self.url_open(self._issue_link(contract, self.link_holder))
        own = self._get_participant(contract, self.link_holder)
        self.assertIn(f'data-reader="{own.id}"', first.text)
        self.url_open(self._issue_link(contract, other))
        answer = self._sign(contract, name="Lina Link", reader=str(own.id))
        self.assertEqual(answer["reason"], "other_reader")
        self.assertFalse(contract.signature_ids)
        refused = self._post(
            f"/my/contracts/{contract.id}/decline", reason="No", reader=str(own.id)
        )
        self.assertIn("opened for somebody else", refused.text)
        self.assertEqual(contract.state, "sent")
        theirs = self._get_participant(contract, other)
        answer = self._sign(contract, name="Olaf Other", reader=str(theirs.id))
        self.assertIn("redirect_url", answer)
        self.assertEqual(contract.signature_ids.participant_id, theirs)

    def test_unknown_token(self):
        self._log_in()
        for token in ("nonsense", "a" * 43, "%00", "é"):
            with self.subTest(token=token):
                response = self._get(f"/contract/sign/{token}")
                self.assertEqual(response.status_code, 404)
                self.assertIn("does not lead to a contract", response.text)

    def test_expired_link_and_new_one(self):
        self._log_in()
        path = self._issue_link(self.contract, self.link_holder)
        before = self._get_links()
        self._make_old(before)
        response = self.url_open(path)
        self.assertEqual(response.status_code, 410)
        self.assertIn("This link has expired", response.text)
        self.assertNotIn("We maintain the ovens.", response.text)
        answer = self._post(f"{self.url}/link")
        self.assertIn("Please look into your mailbox", answer.text)
        self.assertEqual(len(self._get_links()), len(before) + 1)
        # asking again at once sends nothing, and looks the same
        again = self._post(f"{self.url}/link")
        self.assertEqual(again.status_code, answer.status_code)
        self.assertIn("Please look into your mailbox", again.text)
        self.assertEqual(len(self._get_links()), len(before) + 1)

    def _make_old(self, links):
        """Have links expire, long after they were made."""
        links.expires_on = fields.Datetime.now() - timedelta(minutes=1)
        links.flush_recordset()
        self.env.cr.execute(
            "UPDATE customer_contract_link SET create_date = %s WHERE id IN %s",
            [fields.Datetime.now() - timedelta(days=40), tuple(links.ids)],
        )
        links.invalidate_recordset()

    def test_new_link_for_whoever_has_acted_asks_for_nothing(self):
        self._log_in()
        path = self._issue_link(self.contract, self.link_holder)
        links = self._get_links()
        self._make_old(links)
        self.url_open(path)
        self.participant._write_protected({"state": "done"})
        self.env.flush_all()
        answer = self._post(f"{self.url}/link")
        self.assertIn("Please look into your mailbox", answer.text)
        self.assertEqual(len(self._get_links()), len(links) + 1)
        self.assertIn("You asked for a new link", self.contract.message_ids[0].body)

    def test_new_link_is_not_for_whoever_is_out(self):
        self._log_in()
        path = self._issue_link(self.contract, self.link_holder)
        links = self._get_links()
        self._make_old(links)
        self.url_open(path)
        self.participant._write_protected({"is_retired": True})
        self.env.flush_all()
        self._post(f"{self.url}/link")
        self.assertEqual(self._get_links(), links)

    def test_new_link_needs_an_old_one(self):
        self._log_in()
        before = self._get_links()
        answer = self._post(f"{self.url}/link")
        self.assertIn("Please look into your mailbox", answer.text)
        self.assertEqual(self._get_links(), before)

    def test_reminder_leaves_a_signing_in_progress_alone(self):
        self._log_in()
        path = self._issue_link(self.contract, self.link_holder)
        self.url_open(path)
        self.contract.action_remind()
        self.assertIn("redirect_url", self._sign(self.contract))

    def test_link_that_was_revoked_by_hand(self):
        self._log_in()
        path = self._issue_link(self.contract, self.link_holder)
        self.contract.action_revoke_links()
        response = self.url_open(path)
        self.assertEqual(response.status_code, 410)
        self.assertIn("This link was withdrawn", response.text)

    def test_contract_under_revision_and_new_version(self):
        self._log_in()
        path = self._issue_link(self.contract, self.link_holder)
        self.contract.action_new_version()
        response = self.url_open(path)
        self.assertEqual(response.status_code, 410)
        self.assertIn("being revised", response.text)
        self._sign_as_manager(self.contract)
        self.contract.action_send()
        response = self.url_open(path)
        self.assertEqual(response.status_code, 410)
        self.assertIn("replaced by version 2", " ".join(response.text.split()))

    def test_cancelled_contract(self):
        self._log_in()
        path = self._issue_link(self.contract, self.link_holder)
        self.contract.action_cancel("typing error")
        response = self.url_open(path)
        self.assertEqual(response.status_code, 410)
        self.assertIn("This contract was cancelled", response.text)

    def test_deadline_passed(self):
        self._log_in()
        path = self._issue_link(self.contract, self.link_holder)
        self.contract._close("expired", "expired")
        self.contract._revoke_links()
        self.env.flush_all()
        response = self.url_open(path)
        self.assertEqual(response.status_code, 410)
        self.assertIn("The deadline to sign has passed", response.text)

    def test_language_of_the_addressee(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.link_holder.lang = "fr_FR"
        self._log_in()
        path = self._issue_link(self.contract, self.link_holder)
        page = self.url_open(path)
        self.assertTrue(page.url.endswith(f"/fr/my/contracts/{self.contract.id}"))


@tagged("post_install", "-at_install")
class TestLinkLogFilter(TransactionCase):
    """Tokens do not reach the server's log."""

    def _log(self, message, *arguments):
        record = logging.LogRecord("werkzeug", logging.INFO, "", 0, message, arguments, None)
        self.assertTrue(LinkLogFilter().filter(record))
        return record.getMessage()

    def test_masks_tokens(self):
        for written, expected in (
            ("GET /contract/sign/abc-DEF_123 HTTP/1.1", "GET /contract/sign/*** HTTP/1.1"),
            ("GET /fr/contract/sign/abc?x=1 HTTP/1.1", "GET /fr/contract/sign/***?x=1 HTTP/1.1"),
            (
                "GET /web/session/logout?redirect=%2Fcontract%2Fsign%2Fabc HTTP/1.1",
                "GET /web/session/logout?redirect=%2Fcontract%2Fsign%2F*** HTTP/1.1",
            ),
        ):
            self.assertEqual(self._log('"%s" %s %s', written, 200, 1), f'"{expected}" 200 1')

    def test_leaves_the_rest(self):
        text = "GET /my/contracts/1/sign HTTP/1.1"
        self.assertEqual(self._log("%s", text), text)

    def test_is_installed(self):
        filters = logging.getLogger("werkzeug").filters
        self.assertTrue(any(isinstance(item, LinkLogFilter) for item in filters))
