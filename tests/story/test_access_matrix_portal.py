import re
import threading
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import (
    ALL,
    BY_PORTAL,
    PREVIEWERS,
    SECRET,
    TO_DO,
    AccessMatrixCommon,
)


@tagged("post_install", "-at_install")
class TestAccessMatrixPortal(AccessMatrixCommon):
    """Everybody who could have to do with a contract, at every page and route."""

    def test_list_and_counters(self):
        names = ["contract_count", "contract_to_sign_count"]
        for role, expected in BY_PORTAL.items():
            self._log_in(self.users[role])
            answer = self.make_jsonrpc_request("/my/counters", {"counters": names})
            page = self.url_open("/my/contracts?search=Matrix").text
            found = {
                name
                for name, contract in self.contracts.items()
                if f'"/my/contracts/{contract.id}"' in page
            }
            with self.subTest(role=role):
                self.assertEqual(found, expected or set())
                self.assertEqual(answer["contract_count"], len(expected or set()))
                self.assertEqual(answer["contract_to_sign_count"], len(TO_DO.get(role, ())))

    def _get_status_of(self, path):
        """Return whether a page is shown, and check that it shows nothing otherwise."""
        response = self._get(path)
        if response.status_code != 200:
            self.assertNotIn(SECRET, response.text)
            self.assertNotIn("list of ovens", response.text)
        return response.status_code == 200

    def _get_shown(self, suffix=""):
        """Return on which contracts' pages the visitor is let in."""
        return {
            name
            for name, contract in self.contracts.items()
            if self._get_status_of(f"/my/contracts/{contract.id}{suffix}")
        }

    def test_pages(self):
        for role, expected in BY_PORTAL.items():
            self._log_in(self.users[role])
            with self.subTest(role=role):
                shown = ALL if role in PREVIEWERS else expected
                self.assertEqual(self._get_shown(), shown)
                self.assertEqual(self._get_shown("?report_type=html"), shown)
                # there is no file of what was never frozen
                files = shown - {"draft", "shared"}
                self.assertEqual(self._get_shown("?report_type=pdf"), files)

    def test_documents(self):
        for role, expected in BY_PORTAL.items():
            self._log_in(self.users[role])
            shown = ALL if role in PREVIEWERS else expected
            for name in ("draft", "shared", "sent", "hidden"):
                for document in self.contracts[name].document_ids:
                    path = f"/my/contracts/{self.contracts[name].id}/document/{document.id}"
                    is_open = name in shown and document.portal_visible
                    with self.subTest(role=role, file=document.name):
                        self.assertEqual(self._get_status_of(path), is_open)
        self._log_in(self.users["observer"])
        elsewhere = self.contracts["hidden"].document_ids.filtered("portal_visible")
        path = f"/my/contracts/{self.contracts['sent'].id}/document/{elsewhere.id}"
        self.assertFalse(self._get_status_of(path), "a document of another contract")

    def test_colleague_reads_and_does_nothing_else(self):
        self.customer_company.contract_colleague_access = True
        self._log_in(self.users["colleague"])
        self.assertEqual(self._get_shown(), {"sent", "signed"})
        page = self._get(f"/my/contracts/{self.contracts['sent'].id}").text
        self.assertIn("shown sent.pdf", page)
        self.assertNotIn("kept sent.pdf", page)
        self.assertNotIn("customer_contract.sign_form", page)
        self.assertIn('data-allow_composer="0"', page, "colleagues read messages only")

    def test_observers_are_not_told_to_wait_for_their_turn(self):
        self._log_in(self.users["observer"])
        page = self._get(f"/my/contracts/{self.contracts['sent'].id}").text
        self.assertNotIn("It is not your turn yet", page)
        self.assertIn('data-allow_composer="1"', page)

    def test_evidence(self):
        for role, user in self.users.items():
            self._log_in(user)
            for kind in ("evidence", "trail"):
                response = self._get(f"/contract/{self.contracts['sent'].id}/{kind}")
                with self.subTest(role=role, kind=kind):
                    expected = 200 if role in PREVIEWERS else 404
                    self.assertEqual(response.status_code, expected)

    def _get_routes(self):
        """Return the addresses of everything that a contract's page leads to."""
        # the map is made for the database that the thread serves
        threading.current_thread().dbname = self.env.cr.dbname
        found = []
        for rule in self.env["ir.http"].routing_map().iter_rules():
            if "<int:contract_id>" in rule.rule and "/preview/" not in rule.rule:
                methods = (rule.endpoint.routing.get("methods") or ["GET"])[0]
                found.append((rule.rule, rule.endpoint.routing["type"], methods))
        return sorted(set(found))

    def _fill_in(self, rule, contract):
        document = contract.document_ids.filtered("portal_visible")[:1]
        values = {"contract_id": contract.id, "document_id": document.id}
        return re.sub(
            r"<(?:\w+:)?(\w+)>", lambda match: str(values.get(match[1], document.id)), rule
        )

    def test_no_route_serves_or_does_anything_for_others(self):
        """Try every route there is, also those that somebody adds later."""
        contract = self.contracts["sent"]
        routes = self._get_routes()
        self.assertGreater(len(routes), 10)
        before = contract.trail_length
        states = contract.sudo().participant_ids.mapped("state")
        for role in ("stranger", "colleague", "former_observer", "other_agent", None):
            self._log_in(self.users[role] if role else None)
            token = self._get_csrf_token()
            for rule, kind, method in routes:
                path = self._fill_in(rule, contract)
                with self.subTest(role=role, method=method, path=rule):
                    if kind == "jsonrpc":
                        answer = self.make_jsonrpc_request(path, {"name": "X", "consent": True})
                        self.assertIn("error", answer)
                        continue
                    values = {"csrf_token": token, "reason": "No", "question": "Why?"}
                    response = (
                        self._get(path)
                        if method == "GET"
                        else self.url_open(path, data=values, allow_redirects=False)
                    )
                    if rule.endswith("/link"):  # answers the same to everybody
                        continue
                    self.assertNotEqual(response.status_code, 200)
                    for text in (SECRET, "list of ovens", "Aurora"):
                        self.assertNotIn(text, response.text)
        self._assert_untouched(contract, before, states)

    def _assert_untouched(self, contract, trail_length, states):
        contract.invalidate_recordset()
        contract.participant_ids.invalidate_recordset()
        self.assertEqual(contract.state, "sent")
        self.assertEqual(contract.trail_length, trail_length)
        self.assertEqual(contract.sudo().participant_ids.mapped("state"), states)

    def test_readers_and_others_in_turn_cannot_act(self):
        contract = self.contracts["sent"]
        self.customer_company.contract_colleague_access = True
        states = contract.sudo().participant_ids.mapped("state")
        acts = ("approve", "decline", "dispute", "delegate", "channel")
        for role in ("requester", "observer", "colleague", "administrator", "own_contracts"):
            self._log_in(self.users[role])
            token = self._get_csrf_token()
            for act in acts:
                values = {
                    "csrf_token": token,
                    "reason": "No",
                    "name": "Nora",
                    "email": "nora@aurora.example.com",
                    "channel": "paper",
                    "digest": contract.current_version_id.content_digest,
                }
                path = f"/my/contracts/{contract.id}/{act}"
                response = self.url_open(path, data=values, allow_redirects=False)
                with self.subTest(role=role, act=act):
                    self.assertEqual(response.status_code, 422)
            with self.subTest(role=role, act="sign"):
                self.assertIn("error", self._sign(contract))
        contract.invalidate_recordset()
        self.assertEqual(contract.state, "sent")
        self.assertEqual(contract.sudo().participant_ids.mapped("state"), states)

    def _issue(self, name, partner, **values):
        """Return the path of a new link, and the link."""
        participant = self._get_participant(self.contracts[name], partner)
        Link = self.env["customer.contract.link"]
        address = Link._issue(participant)
        link = Link._find(address.rpartition("/")[2])
        link.write(values)
        return f"/contract/sign/{address.rpartition('/')[2]}"

    def test_links(self):
        past = fields.Datetime.now() - timedelta(minutes=1)
        lost = "/contract/sign/nonsense"
        observer = self.users["observer"].partner_id
        for kind, path, expected in (
            ("none", None, set()),
            ("bad", lost, set()),
            ("expired", self._issue("sent", self.link_holder, expires_on=past), set()),
            ("revoked", self._issue("sent", self.link_holder, is_revoked=True), set()),
            ("valid", self._issue("sent", self.link_holder), {"sent"}),
            ("hidden, acts", self._issue("hidden", self.link_holder), {"hidden"}),
            ("signed", self._issue("signed", self.link_holder), {"signed"}),
            ("draft, acts", self._issue("shared", self.link_holder), set()),
            ("shared draft, observes", self._issue("shared", observer), {"shared"}),
            ("in approval, observes", self._issue("approval", observer), {"approval"}),
            ("not shared, observes", self._issue("draft", observer), set()),
            ("hidden, observes", self._issue("hidden", observer), set()),
            ("sent, observes", self._issue("sent", observer), {"sent"}),
        ):
            with self.subTest(link=kind):
                self._log_in()
                if path:
                    self._get(path)
                self.assertEqual(self._get_shown(), expected)

    def test_links_of_observers_end(self):
        observer = self.users["observer"].partner_id
        contract = self.contracts["sent"]
        path = self._issue("sent", observer)
        self._log_in()
        self._get(path)
        url = f"/my/contracts/{contract.id}"
        self.assertTrue(self._get_status_of(url))
        contract.action_unshare()
        self.assertFalse(self._get_status_of(url))
        self.assertIn("no longer shared with you", self._get(url).text)

    def _count_queries(self, path):
        """Return how often the database is asked for a page that was asked for before."""
        self._get(path)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(self._get(path).status_code, 200)
        return self.env.cr.sql_log_count - before

    def test_number_of_queries_is_constant(self):
        self.customer_company.contract_colleague_access = True
        pages = ("/my/contracts", f"/my/contracts/{self.contracts['sent'].id}")
        counts = {}
        for role in ("requester", "observer", "colleague"):
            self._log_in(self.users[role])
            counts[role] = [self._count_queries(page) for page in pages]
        for _number in range(8):
            contract = self.contracts["sent"].copy(
                {"requester_id": self.contracts["sent"].requester_id.id}
            )
            contract.with_user(self.manager).action_sign_as_manager(self.signature)
            contract.action_send()
        for role, before in counts.items():
            self._log_in(self.users[role])
            for page, few in zip(pages, before, strict=True):
                with self.subTest(role=role, page=page):
                    self.assertLessEqual(self._count_queries(page), few + 3)
