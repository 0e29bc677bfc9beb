import json

from odoo import Command
from odoo.tests import tagged

from ..portal.common import ContractPortalCommon
from .common import PaperCommon, make_pages, make_photo, make_raw_pdf, make_scan


@tagged("post_install", "-at_install")
class TestPaperHttp(PaperCommon, ContractPortalCommon):
    """Signing by hand over HTTP: what visitors get, send, and cannot do."""

    def setUp(self):
        super().setUp()
        self.url = f"/my/contracts/{self.contract.id}"
        self._log_in(self.portal_user)

    def _send(self, path="", files=(), contract=None, **values):
        """Send a form as the page's program does.

        :return: the status and the answer
        """
        contract = contract or self.contract
        self.env.flush_all()
        response = self.url_open(
            f"/my/contracts/{contract.id}/paper{path}",
            data={"csrf_token": self._get_csrf_token(), **values},
            files=[("files", (name, content)) for name, content in files] or None,
            headers={"Accept": "application/json"},
            allow_redirects=False,
        )
        self.env.invalidate_all()
        return response.status_code, json.loads(response.text or "{}")

    def _upload(self, *files, **values):
        return self._send(
            "", [(f"page{n}.jpg", content) for n, content in enumerate(files)], **values
        )

    def _finish(self, **values):
        return self._send(
            "/send", **{"name": "Carla Customer", "signed_date": "2026-01-15", **values}
        )

    def _get_paper(self):
        self.env.invalidate_all()
        return self.participant.sudo()._get_paper()

    # === THE WHOLE WAY === #

    def test_download_upload_send(self):
        answer = self._post(f"{self.url}/channel", channel="paper")
        self.assertEqual(answer.status_code, 303)
        page = self.url_open(self.url).text
        self.assertIn("customer_contract.paper_form", page)
        copy = self._get(f"{self.url}/paper")
        self.assertEqual(copy.status_code, 200)
        self.assertEqual(copy.headers["Content-Type"], "application/pdf")
        self.assertIn("attachment", copy.headers["Content-Disposition"])
        self.assertEqual(copy.headers["Cache-Control"], "no-store")
        self.assertTrue(copy.content.startswith(b"%PDF-"))
        self.assertEqual(self._get(f"{self.url}/paper").content, copy.content)
        self.assertEqual(self._count_events(self.contract, "paper_downloaded"), 2)
        codes = self._get_codes()
        status, answer = self._upload(make_photo(codes[1]), make_photo(codes[2], 180))
        self.assertEqual(status, 200)
        self.assertEqual([page["number"] for page in answer["state"]["pages"]], [2, 3])
        self.assertEqual(answer["state"]["problems"], ["Page 1 of the contract is missing."])
        picture = self._get(answer["state"]["pages"][0]["url"])
        self.assertEqual(picture.headers["Content-Type"], "image/jpeg")
        status, answer = self._finish()
        self.assertEqual(status, 422)
        self.assertIn("Page 1 of the contract is missing.", answer["error"])
        self.assertEqual(len(answer["state"]["pages"]), 2)
        self._upload(make_scan(codes[0]))
        status, answer = self._finish(capacity="Owner")
        self.assertEqual((status, answer["redirect_url"]), (200, self.url))
        page = self.url_open(self.url).text
        self.assertIn("Your signed contract has arrived", page)
        self.assertNotIn("customer_contract.paper_form", page)
        self.assertEqual(self._get(f"{self.url}/paper/scan").content[:5], b"%PDF-")
        paper = self._get_paper()
        self.assertEqual((paper.state, paper.check_state), ("submitted", "matched"))
        self.assertTrue(paper.ip_address)
        paper.with_user(self.manager).action_return("The stamp is missing.")
        self.env.flush_all()
        page = self.url_open(self.url).text
        self.assertIn("The stamp is missing.", page)
        self.assertIn("customer_contract.paper_form", page)
        self._finish()
        self._get_paper().with_user(self.manager).action_accept()
        self.env.flush_all()
        page = self.url_open(self.url).text
        self.assertIn("Signed on paper", page)
        self.assertIn("What you sent", page)

    def test_accepted_at_once(self):
        self.env.company.contract_paper_auto_accept = True
        self._upload(*map(make_photo, self._get_codes()))
        _status, answer = self._finish()
        self.assertEqual(answer["redirect_url"], f"{self.url}?message=signed")
        self.assertEqual(self.contract.state, "signed")
        self.assertIn("Thank you, you have signed", self.url_open(answer["redirect_url"]).text)

    def test_by_link_with_code(self):
        contract = self._create_sent_contract(
            requester_id=self.link_holder.id, identity_policy="code"
        )
        participant = self._get_participant(contract, self.link_holder)
        codes = self._get_codes(contract)
        self._open_link(contract, self.link_holder)
        status, answer = self._upload(*map(make_photo, codes), contract=contract)
        self.assertEqual((status, answer["refusals"]), (200, []))
        status, answer = self._send(
            "/send", contract=contract, name="Lina", signed_date="2026-01-15", code="1"
        )
        self.assertEqual(status, 422)
        self.assertEqual(len(answer["state"]["pages"]), 3)
        self.assertEqual(participant._get_paper().state, "draft")

    def test_form_without_a_program(self):
        self._post(f"{self.url}/channel", channel="paper")
        response = self.url_open(
            f"{self.url}/paper",
            data={"csrf_token": self._get_csrf_token()},
            files=[("files", ("p.jpg", make_photo(self._get_codes()[0])))],
            allow_redirects=False,
        )
        self.assertEqual(response.status_code, 303)
        self.assertEqual(len(self._get_paper().page_ids), 1)
        response = self.url_open(
            f"{self.url}/paper",
            data={"csrf_token": self._get_csrf_token()},
            files=[("files", ("p.jpg", b"MZ"))],
            allow_redirects=False,
        )
        self.assertEqual(response.status_code, 422)
        self.assertIn("This is a program, not a scan.", response.text)
        self.assertEqual(len(self._get_paper().page_ids), 1)

    # === WRONG FILES === #

    def test_each_wrong_file_gets_its_answer_and_nothing_is_lost(self):
        code = self._get_codes()[0]
        script = make_raw_pdf(b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>")
        _status, answer = self._upload(
            make_photo(code), b"MZ\x90", make_pages(200), script, make_scan(code)[:500]
        )
        self.assertEqual([page["number"] for page in answer["state"]["pages"]], [1])
        told = "\n".join(answer["refusals"])
        for words in ("a program", "200 pages", "something active (JS)", "cut off"):
            self.assertIn(words, told)
        self.assertIn("page1.jpg: ", told)

    def test_too_large_request_is_not_read(self):
        response = self.url_open(
            f"{self.url}/paper",
            data={"csrf_token": self._get_csrf_token()},
            files=[("files", ("p.pdf", b"%PDF-" + b"\0" * (22 * 1024 * 1024)))],
            headers={"Accept": "application/json"},
        )
        self.assertEqual(response.status_code, 413)
        self.assertFalse(self._get_paper())

    def test_file_names(self):
        self._send("", [("../../etc/<b>passwd</b>.exe", make_photo())])
        (file,) = self._get_paper().file_ids
        self.assertRegex(file.name, r"^[\w .()-]+\.jpg$")
        self.assertNotIn("/", file.name)

    # === ARRANGING === #

    def test_arrange(self):
        codes = self._get_codes()
        _status, answer = self._upload(*map(make_photo, codes))
        first, second, third = (page["id"] for page in answer["state"]["pages"])
        _status, answer = self._send(
            "/pages", do="order", order=f"{third},{first},{second},x,999999999"
        )
        self.assertEqual([page["number"] for page in answer["state"]["pages"]], [3, 1, 2])
        _status, answer = self._send("/pages", do="turn", page_id=third)
        self.assertEqual(answer["state"]["pages"][0]["turn"], 90)
        _status, answer = self._send("/pages", do="remove", page_id=third)
        self.assertEqual([page["number"] for page in answer["state"]["pages"]], [1, 2])
        _status, answer = self._send("/pages", do="clear")
        self.assertEqual(answer["state"]["pages"], [])

    # === ATTACKS === #

    def test_nobody_else_gets_near(self):
        self._upload(make_photo(self._get_codes()[0]))
        page = self._get_paper().page_ids
        stranger = self._create_portal_user("stranger", "Stefan Stranger")
        colleague = self._create_portal_user("colleague", "Cora", self.customer_company)
        observer = self._create_portal_user("watcher", "Walt", self.customer_company)
        self.contract.sudo()._as_system().participant_ids = [
            Command.create({"partner_id": observer.partner_id.id, "role": "observer"})
        ]
        for user in (stranger, colleague, observer, None):
            self._log_in(user)
            with self.subTest(user.login if user else "nobody"):
                self.assertNotEqual(
                    self._get(f"{self.url}/paper").headers.get("Content-Type"), "application/pdf"
                )
                for path in ("/paper/scan", f"/paper/page/{page.id}"):
                    response = self._get(self.url + path)
                    self.assertNotIn(response.headers.get("Content-Type"), ("image/jpeg",))
                    self.assertNotEqual(response.status_code, 200)
                status, _answer = self._upload(make_photo())
                self.assertIn(status, (403, 422))
                self.assertIn(self._finish(confirm="1")[0], (403, 422))
        self.assertEqual(self._get_paper().page_ids, page)

    def test_preview_gets_nothing(self):
        self._log_in(self.manager)
        self.assertEqual(self._get(f"{self.url}/paper").status_code, 422)
        self.assertEqual(self._upload(make_photo())[0], 422)
        self.assertEqual(self._finish(confirm="1")[0], 422)
        self.assertFalse(self._count_events(self.contract, "paper_downloaded"))

    def test_pages_of_other_contracts(self):
        other = self._create_sent_contract()
        mine = self._get_participant(other, self.customer)
        page = self._collect(make_photo(), participant=mine).page_ids
        self._upload(make_photo())
        _status, answer = self._send("/pages", do="remove", page_id=page.id)
        self.assertEqual(len(answer["state"]["pages"]), 1)
        self._send("/pages", do="turn", page_id=page.id)
        self._send("/pages", do="order", order=str(page.id))
        self.assertTrue(page.exists())
        self.assertFalse(page.turn)
        self.assertEqual(self._get(f"{self.url}/paper/page/{page.id}").status_code, 404)

    def test_out_of_turn(self):
        contract = self._create_contract()
        contract.action_send()
        status, answer = self._upload(make_photo(), contract=contract)
        self.assertEqual(status, 422)
        self.assertIn("Mona Manager comes first", answer["error"])
        self.assertEqual(self._count_events(contract, "refused"), 1)

    def test_again_and_in_two_tabs(self):
        self._upload(*map(make_photo, self._get_codes()))
        self.assertEqual(self._finish()[0], 200)
        for again in (self._finish, lambda: self._upload(make_photo())):
            status, answer = again()
            self.assertEqual(status, 422)
            self.assertIn("already sent", answer["error"])
        self.assertEqual(self._count_events(self.contract, "paper_submitted"), 1)
        self.assertIn("on paper", self._sign(self.contract)["error"])

    def test_new_version_meanwhile(self):
        self._upload(*map(make_photo, self._get_codes()))
        self.contract.action_new_version()
        status, answer = self._finish()
        self.assertIn(status, (403, 422))
        self.assertFalse(self.participant.signature_ids)
        self._sign_as_manager(self.contract)
        self.contract.action_send()
        status, answer = self._finish(confirm="1")
        self.assertEqual(status, 422)
        self.assertIn("add the signed pages", answer["error"])

    def test_forged_form(self):
        response = self.url_open(
            f"{self.url}/paper/send",
            data={"name": "x", "signed_date": "2026-01-15"},
            headers={"Accept": "application/json"},
        )
        self.assertEqual(response.status_code, 400)
        _status, answer = self._upload(make_photo())
        self._finish(confirm="1", identified_by="portal_2fa", state="accepted", participant_id="1")
        paper = self._get_paper()
        self.assertEqual((paper.state, paper.identified_by), ("submitted", "paper_portal"))
