from odoo import Command
from odoo.tests import new_test_user, tagged

from ..portal.common import ContractPortalCommon
from .test_document import DocumentCommon, make_picture


@tagged("post_install", "-at_install")
class TestDocumentPortal(DocumentCommon, ContractPortalCommon):
    """Every kind of visitor and every file, to show and to keep."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.observer = cls._create_portal_user(
            "document_observer", "Olga Observer", cls.customer_company
        )
        cls.colleague = cls._create_portal_user(
            "document_colleague", "Colin Colleague", cls.customer_company
        )
        cls.stranger = cls._create_portal_user("document_stranger", "Stan Stranger")
        cls.clerk = new_test_user(cls.env, login="document_clerk", name="Clara Clerk")

    def setUp(self):
        super().setUp()
        self.contract = self._create_contract(
            participant_ids=[
                Command.create({"partner_id": partner.id, "role": role, "sequence": order})
                for partner, role, order in (
                    (self.manager.partner_id, "signer", 10),
                    (self.customer, "signer", 20),
                    (self.link_holder, "signer", 20),
                    (self.observer.partner_id, "observer", 20),
                )
            ],
        )
        self.plan = self._create_document(
            self.contract, name="plan.pdf", folder="Drawings/Cellar", portal_visible=True
        )
        self.picture = self._create_document(
            self.contract, name="oven.jpg", raw=make_picture(), portal_visible=True
        )
        self.hidden = self._create_document(
            self.contract, name="margin.jpg", raw=make_picture(), folder="Internal"
        )
        self._sign_as_manager(self.contract)
        self.contract.action_send()
        self.env.flush_all()
        self.url = f"/my/contracts/{self.contract.id}"

    def _get_url(self, document, query=""):
        return f"{self.url}/document/{document.id}{query}"

    def _assert_opens(self, identified_by, person):
        """Check that the visitor gets what is visible, nothing else, and is logged."""
        page = self._get(self.url).text
        for text in ("plan.pdf", "oven.jpg", "Drawings / Cellar"):
            self.assertIn(text, page)
        for text in ("margin.jpg", "Internal", f"document/{self.hidden.id}"):
            self.assertNotIn(text, page)
        for query in ("", "?download=1", "?thumbnail=1"):
            with self.subTest(query=query):
                self.assertEqual(self._get(self._get_url(self.hidden, query)).status_code, 404)
                self.assertEqual(self._get(self._get_url(self.picture, query)).status_code, 200)
        shown = self._get(self._get_url(self.plan))
        self.assertEqual(shown.content, self.plan.raw)
        self.assertEqual(shown.headers["Content-Type"], "application/pdf")
        self.assertTrue(shown.headers["Content-Disposition"].startswith("inline"))
        self.assertFalse(self._get_log(self.hidden))
        acts = {line.act: line for line in self._get_log(self.picture)}
        self.assertEqual(set(acts), {"opened", "downloaded", "thumbnail"})
        for line in acts.values():
            self.assertEqual(line.identified_by, identified_by)
            self.assertEqual(line.person, person)
            self.assertEqual(line.ip_address, "127.0.0.1")

    def _assert_opens_nothing(self, status=303):
        for document in (self.plan, self.picture, self.hidden):
            for query in ("", "?download=1", "?thumbnail=1"):
                response = self._get(self._get_url(document, query))
                self.assertEqual(response.status_code, status)
                self.assertNotEqual(response.content, document.raw)
            response = self._get(f"/contract/document/{document.id}")
            self.assertIn(response.status_code, (303, 404))
            self.assertFalse(self._get_log(document))

    # === WHO === #

    def test_signer(self):
        self._log_in(self.portal_user)
        self._assert_opens("portal", "Carla Customer")

    def test_observer(self):
        self._log_in(self.observer)
        self._assert_opens("portal", "Olga Observer")

    def test_link_holder(self):
        self._open_link(self.contract, self.link_holder)
        self._assert_opens("link", "Lina Link")
        line = self._get_log(self.picture)[0]
        self.assertEqual(line.address, "lina@aurora.example.com")

    def test_revoked_link(self):
        self._open_link(self.contract, self.link_holder)
        self.contract._revoke_links()
        self._assert_opens_nothing(410)

    def test_nobody_and_others(self):
        for user in (None, self.colleague, self.stranger, self.clerk):
            with self.subTest(user=user and user.login):
                self._log_in(user)
                self._assert_opens_nothing()

    def test_bad_link(self):
        self._log_in()
        self.assertEqual(self._get("/contract/sign/no-such-token").status_code, 404)
        self._assert_opens_nothing()

    def test_manager_in_preview(self):
        self._log_in(self.manager)
        contract = self._create_contract(
            participant_ids=[
                Command.create({"partner_id": self.customer.id, "role": "signer"}),
            ]
        )
        document = self._create_document(contract, portal_visible=True)
        self.env.flush_all()
        self.assertEqual(
            self._get(f"/my/contracts/{contract.id}/document/{document.id}").status_code, 200
        )
        line = self._get_log(document)
        self.assertEqual((line.person, line.identified_by), ("Mona Manager", "preview"))
        self.assertFalse(self._count_events(contract, "downloaded"))

    # === HOW === #

    def test_what_cannot_be_shown_is_saved(self):
        self._log_in(self.portal_user)
        for name, raw, mimetype in (
            ("page.html", b"<script>attack()</script>", "text/html"),
            ("page.pdf", b"<script>attack()</script>", "application/pdf"),
            ("image.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
            ("image.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png"),
        ):
            with self.subTest(name=name):
                document = self._create_document(
                    self.contract, name=name, raw=raw, mimetype=mimetype, portal_visible=True
                )
                self.env.flush_all()
                response = self._get(self._get_url(document))
                self.assertTrue(response.headers["Content-Disposition"].startswith("attachment"))
                self.assertIn("sandbox", response.headers["Content-Security-Policy"])
                self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
                self.assertEqual(self._get_log(document).act, "downloaded")
                self.assertEqual(
                    self._get(self._get_url(document, "?thumbnail=1")).status_code, 404
                )

    def test_headers(self):
        self._log_in(self.portal_user)
        for document, query in (
            (self.plan, ""),
            (self.picture, ""),
            (self.picture, "?thumbnail=1"),
        ):
            headers = self._get(self._get_url(document, query)).headers
            self.assertIn("frame-ancestors 'self'", headers["Content-Security-Policy"])
            self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
            self.assertEqual(headers["X-Frame-Options"], "SAMEORIGIN")
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(headers["Cache-Control"], "no-store")
        small = self._get(self._get_url(self.picture, "?thumbnail=1"))
        self.assertEqual(small.headers["Content-Type"], "image/png")
        self.assertTrue(small.content.startswith(b"\x89PNG"))
        saved = self._get(self._get_url(self.plan, "?download=1"))
        self.assertTrue(saved.headers["Content-Disposition"].startswith("attachment"))

    def test_parts_of_a_file_are_one_access(self):
        self._log_in(self.portal_user)
        for start in (0, 100, 200):
            response = self._get(
                self._get_url(self.plan, "?download=1"),
                headers={"Range": f"bytes={start}-{start + 99}"},
            )
            self.assertEqual(response.status_code, 206)
        self.url_open(self._get_url(self.plan), method="HEAD")
        self.assertEqual(self._get_log(self.plan).mapped("act"), ["downloaded"])
        self.assertEqual(self._count_events(self.contract, "downloaded"), 1)

    def test_shown_and_hidden_at_once(self):
        self._log_in(self.portal_user)
        self.hidden.action_show()
        self.plan.action_hide()
        self.env.flush_all()
        page = self._get(self.url).text
        self.assertIn("margin.jpg", page)
        self.assertNotIn("plan.pdf", page)
        self.assertEqual(self._get(self._get_url(self.hidden)).status_code, 200)
        self.assertEqual(self._get(self._get_url(self.plan)).status_code, 404)

    def test_query_count_does_not_grow_with_documents(self):
        self._log_in(self.portal_user)
        counts = []
        for number in (1, 8):
            for position in range(number):
                self._create_document(
                    self.contract,
                    name=f"{position}.jpg",
                    raw=make_picture(),
                    folder=f"F{position}",
                    portal_visible=True,
                )
            self.env.flush_all()
            for _warm_up in range(2):
                self.env.invalidate_all()
                start = self.cr.sql_log_count
                self.assertEqual(self._get(self.url).status_code, 200)
            counts.append(self.cr.sql_log_count - start)
        self.assertEqual(*counts)

    # === BACK OFFICE === #

    def test_back_office(self):
        self._log_in(self.manager)
        url = f"/contract/document/{self.hidden.id}"
        response = self._get(url)
        self.assertEqual(response.content, self.hidden.raw)
        self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
        saved = self._get(f"{url}?download=true")
        self.assertTrue(saved.headers["Content-Disposition"].startswith("attachment"))
        log = self._get_log(self.hidden)
        self.assertEqual(log.mapped("act"), ["opened", "downloaded"])
        self.assertEqual(set(log.mapped("identified_by")), {"backend"})
        self.assertEqual(set(log.mapped("person")), {"Mona Manager"})
        self.assertEqual(self._get("/contract/document/99999999").status_code, 404)

    def test_odoos_own_addresses_are_logged_too(self):
        self._log_in(self.manager)
        attachment = self.hidden.ir_attachment_id
        for address in (
            f"/web/content/customer.contract.document/{self.hidden.id}/raw?download=true",
            f"/web/content/{attachment.id}?download=true",
            f"/web/image/{attachment.id}?download=true",
        ):
            with self.subTest(address=address):
                before = len(self._get_log(self.hidden))
                self.assertEqual(self._get(address).content, attachment.raw)
                self.assertEqual(len(self._get_log(self.hidden)), before + 1)

    def test_other_agents(self):
        agent = new_test_user(
            self.env, "document_agent", groups="customer_contract.group_contract_user"
        )
        self._log_in(agent)
        self.assertEqual(self._get(f"/contract/document/{self.hidden.id}").status_code, 404)
        self.assertFalse(self._get_log(self.hidden))
