# What people write to each other is not translated.
# pylint: disable=translation-required
from odoo import Command, fields
from odoo.tests import tagged

from .common import ContractPortalCommon


@tagged("post_install", "-at_install")
class TestPortalPage(ContractPortalCommon):
    """The contract's page, its report, its files, and what else happens there."""

    def _page(self, contract, query=""):
        """Return a contract's page as text, with single spaces."""
        response = self.url_open(f"/my/contracts/{contract.id}{query}")
        self.assertEqual(response.status_code, 200)
        return " ".join(response.text.split())

    # === WHAT IT SAYS === #

    def test_shows_the_frozen_version(self):
        contract = self._create_sent_contract(sign_deadline="2099-06-30")
        self.customer_company.name = "Renamed Bakery"
        self.manager.partner_id.name = "Renamed Manager"
        self._log_in(self.portal_user)
        page = self._page(contract)
        for text in (
            "Maintenance Agreement",
            contract.name,
            "We maintain the ovens.",
            "Aurora Bakery",
            "$ 1,200.00",
            "06/30/2099, 11:59",
            "Your signature is needed",
            "Mona Manager",
            "Head of Sales",
            "Not signed yet",
            "Sent for signature",
            f"I sign contract {contract.name}",
        ):
            self.assertIn(text, page)
        self.assertIn('src="data:image/png;base64,', page)

    def test_states(self):
        self._log_in(self.portal_user)
        waiting = self._create_contract()
        waiting.action_send()
        self.assertIn("It is not your turn yet", self._page(waiting))
        self.assertIn("Mona Manager comes first", self._page(waiting))

        signed = self._create_sent_contract()
        self._sign_as_customer(signed)
        self.env.flush_all()
        page = self._page(signed)
        self.assertIn("Signed by everyone", page)
        self.assertIn("The signed contract is being prepared", page)

        for act, title in (
            (lambda contract: contract.action_cancel("no"), "This contract was cancelled"),
            (lambda contract: contract._close("expired", "expired"), "The deadline to sign"),
        ):
            contract = self._create_sent_contract()
            act(contract)
            self.env.flush_all()
            page = self._page(contract)
            self.assertIn(title, page)
            self.assertNotIn("customer_contract.sign_form", page)

    def test_overdue_before_the_job_ran(self):
        contract = self._create_sent_contract(sign_deadline=fields.Date.today())
        contract._write_protected({"sign_deadline": "2020-01-01"})
        self._log_in(self.portal_user)
        page = self._page(contract)
        self.assertIn("The deadline to sign has passed", page)
        self.assertNotIn("customer_contract.sign_form", page)
        self.assertIn("deadline", self._sign(contract)["error"])

    def test_signed_by_you_but_not_by_everybody(self):
        contract = self._create_contract(
            participant_ids=[
                Command.create({"partner_id": self.customer.id, "sequence": 10}),
                Command.create({"partner_id": self.manager.partner_id.id, "sequence": 20}),
            ]
        )
        contract.action_send()
        self._log_in(self.portal_user)
        answer = self._sign(contract)
        page = " ".join(self.url_open(answer["redirect_url"]).text.split())
        self.assertIn("Thank you, you have signed", page)
        self.assertIn("waiting for Mona Manager", page)
        self.assertNotIn("customer_contract.sign_form", page)
        self.assertIn("You have signed this contract", self._page(contract))

    def test_signed_contract(self):
        contract = self._create_signed_contract()
        self._log_in(self.portal_user)
        page = self._page(contract)
        code = contract.sudo().verification_code
        self.assertIn(" ".join(code[start : start + 4] for start in range(0, 24, 4)), page)
        self.assertIn("Download the signed contract", page)
        self.assertEqual(page.count('src="data:image/png;base64,'), 2)

    def test_section_cannot_run_scripts(self):
        contract = self._create_sent_contract(
            title="<script>title()</script>",
            section_ids=[
                Command.create(
                    {
                        "title": "<script>heading()</script>",
                        "body": "<p onclick='attack()'>Text</p><script>attack()</script>",
                    }
                )
            ],
        )
        self._log_in(self.portal_user)
        page = self._page(contract)
        self.assertNotIn("attack()", page)
        self.assertNotIn("<script>title", page)
        self.assertNotIn("<script>heading", page)

    def test_neighbours(self):
        contracts = [self._create_sent_contract() for _number in range(3)]
        self._log_in(self.portal_user)
        self.assertNotIn("record_pager", self._page(contracts[1]))
        self.url_open("/my/contracts")
        page = self._page(contracts[1])
        self.assertIn(f'href="/my/contracts/{contracts[2].id}"', page)
        self.assertIn(f'href="/my/contracts/{contracts[0].id}"', page)

    def test_headers(self):
        contract = self._create_signed_contract()
        document = self._create_document(contract, portal_visible=True)
        self._log_in(self.portal_user)
        url = f"/my/contracts/{contract.id}"
        for address in (
            url,
            f"{url}?report_type=html",
            f"{url}?report_type=pdf",
            f"{url}/document/{document.id}",
            "/my/contracts",
        ):
            with self.subTest(address=address):
                headers = self._get(address).headers
                self.assertEqual(headers["Referrer-Policy"], "no-referrer")
                self.assertEqual(headers["X-Frame-Options"], "DENY")
                self.assertIn("frame-ancestors 'none'", headers["Content-Security-Policy"])
                self.assertEqual(headers["Cache-Control"], "no-store")

    def test_query_count_does_not_grow_with_contracts(self):
        contract = self._create_sent_contract()
        self._log_in(self.portal_user)
        self._page(contract)
        counts = []
        for _number in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self._page(contract)
            counts.append(self.cr.sql_log_count - start)
            for _other in range(5):
                self._create_sent_contract()
        self.assertEqual(counts[0], counts[1])

    # === REPORT AND FILES === #

    def test_pdf_is_what_is_stored(self):
        contract = self._create_sent_contract()
        self._log_in(self.portal_user)
        url = f"/my/contracts/{contract.id}?report_type=pdf"
        shown = self._get(url)
        version = contract.sudo().current_version_id
        interim = contract.sudo().interim_document_id
        self.assertEqual(shown.content, interim.raw)
        self.assertNotEqual(interim, version.pdf_attachment_id)
        self.assertEqual(shown.headers["Content-Type"], "application/pdf")
        self.assertTrue(shown.headers["Content-Disposition"].startswith("inline"))
        saved = self._get(f"{url}&download=true")
        self.assertTrue(saved.headers["Content-Disposition"].startswith("attachment"))
        self.assertEqual(self._count_events(contract, "downloaded"), 2)

        self._sign_as_customer(contract)
        self.env.flush_all()
        pending = self._get(url)
        self.assertEqual(pending.status_code, 202)
        self.assertIn("Retry-After", pending.headers)
        self.assertIn("being prepared", pending.text)
        self.assertEqual(self.url_open(url, method="HEAD").status_code, 202)

        self._finalize(contract)
        self.env.flush_all()
        before = self._count_events(contract, "downloaded")
        self.assertEqual(self.url_open(url, method="HEAD").status_code, 200)
        self.assertEqual(self._count_events(contract, "downloaded"), before)
        done = self._get(url)
        self.assertEqual(done.content, contract.sudo().signed_document_id.raw)

    def test_report_as_page(self):
        contract = self._create_sent_contract()
        self._log_in(self.portal_user)
        response = self._get(f"/my/contracts/{contract.id}?report_type=html")
        self.assertTrue(response.headers["Content-Type"].startswith("text/html"))
        self.assertIn("We maintain the ovens.", response.text)
        self.assertIn("window.print()", response.text)

    def test_other_report_types_give_the_page(self):
        contract = self._create_sent_contract()
        self._log_in(self.portal_user)
        self.assertIn("customer_contract.sign_form", self._page(contract, "?report_type=text"))

    def _create_document(self, contract, **values):
        return self.env["customer.contract.document"].create(
            {
                "contract_id": contract.id,
                "name": "ovens.txt",
                "raw": b"list of ovens",
                "mimetype": "text/plain",
                **values,
            }
        )

    def test_documents(self):
        contract = self._create_sent_contract()
        visible = self._create_document(contract, name="open.txt", portal_visible=True)
        hidden = self._create_document(contract, name="internal.txt")
        other = self._create_document(
            self._create_contract(), name="other.txt", portal_visible=True
        )
        page = self._create_document(
            contract,
            name="page.html",
            raw=b"<script>attack()</script>",
            mimetype="text/html",
            portal_visible=True,
        )
        self._log_in(self.portal_user)
        text = self._page(contract)
        self.assertIn("open.txt", text)
        self.assertNotIn("internal.txt", text)
        url = f"/my/contracts/{contract.id}/document"
        response = self._get(f"{url}/{visible.id}")
        self.assertEqual(response.content, b"list of ovens")
        self.assertIn("open.txt", response.headers["Content-Disposition"])
        for document in (hidden, other):
            self.assertEqual(self._get(f"{url}/{document.id}").status_code, 404)
        self.assertEqual(self._get(f"{url}/99999999").status_code, 404)
        response = self._get(f"{url}/{page.id}")
        self.assertTrue(response.headers["Content-Disposition"].startswith("attachment"))
        self.assertIn("sandbox", response.headers["Content-Security-Policy"])
        self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(self._count_events(contract, "downloaded"), 2)

    def test_files_are_reached_through_the_contract_only(self):
        contract = self._create_signed_contract()
        hidden = self._create_document(contract)
        files = (
            hidden.ir_attachment_id
            | contract.sudo().signed_document_id
            | contract.sudo().current_version_id.pdf_attachment_id
        )
        for user in (self.portal_user, None):
            self._log_in(user)
            for attachment in files:
                for address in ("content", "image"):
                    response = self._get(f"/web/{address}/{attachment.id}")
                    self.assertNotEqual(response.content, attachment.raw)
        for path in (
            f"/web/content/customer.contract.document/{hidden.id}/raw",
            f"/web/content/customer.contract.version/{contract.sudo().current_version_id.id}/content",
        ):
            self.assertEqual(self._get(path).status_code, 404)

    # === EVIDENCE === #

    def test_view_is_recorded_once(self):
        contract = self._create_sent_contract()
        participant = self._get_participant(contract, self.customer)
        self._log_in(self.portal_user)
        self.url_open(f"/my/contracts/{contract.id}", headers={"Odoo-Link-Preview": "True"})
        self.assertEqual(participant.state, "requested")
        self._page(contract)
        self.assertEqual(participant.state, "requested", "a browser has to confirm it")
        self._confirm_view(contract)
        self._confirm_view(contract)
        self.assertEqual(self._count_events(contract, "viewed"), 1)
        self.assertEqual(participant.state, "viewed")
        self._log_in(self.portal_user)
        self._confirm_view(contract)
        self.assertEqual(self._count_events(contract, "viewed"), 2)

    def test_timeline_tells_no_internals(self):
        contract = self._create_sent_contract()
        self._log_in(self.portal_user)
        self._page(contract)
        page = self._page(contract)
        history = page[page.index("contract_history") : page.index("contract_discussion")]
        self.assertIn("Sent for signature", history)
        self.assertIn("Mona Manager", history)
        for internal in ("Created", "E-mail queued", "Viewed", "127.0.0.1"):
            self.assertNotIn(internal, history)

    # === MESSAGES === #

    def test_messages_of_a_link_holder(self):
        contract = self._create_sent_contract(requester_id=self.link_holder.id)
        contract.message_post(body="internal thoughts", message_type="comment")
        contract.message_post(
            body="public answer", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self._open_link(contract, self.link_holder)
        page = self._page(contract)
        self.assertIn("public answer", page)
        self.assertNotIn("internal thoughts", page)
        url = f"/my/contracts/{contract.id}/message"
        refused = self._post(url, question="  ")
        self.assertEqual(refused.status_code, 422)
        self.assertIn("Please type your question.", refused.text)
        answer = self._post(url, question="May I <b>pay</b> later?")
        self.assertEqual(answer.status_code, 303)
        contract.invalidate_recordset()
        message = contract.sudo().message_ids[0]
        self.assertEqual(message.author_id, self.link_holder)
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))
        self.assertIn("May I &lt;b&gt;pay&lt;/b&gt; later?", message.body)
        self.assertIn(self.manager.partner_id, message.partner_ids)
        self.assertIn("later?", self._page(contract))

    def test_link_does_not_open_the_internal_discussion(self):
        contract = self._create_sent_contract(requester_id=self.link_holder.id)
        contract.message_post(body="internal thoughts", message_type="comment")
        self._open_link(contract, self.link_holder)
        arguments = {"thread_model": "customer.contract", "thread_id": contract.id}
        for route in ("/mail/chatter_fetch", "/portal/chatter_init"):
            answer = self.url_open(route, json={"jsonrpc": "2.0", "id": 0, "params": arguments})
            self.assertNotIn("internal thoughts", answer.text)
        self.url_open(
            "/mail/message/post",
            json={
                "jsonrpc": "2.0",
                "id": 0,
                "params": {**arguments, "post_data": {"body": "forged"}},
            },
        )
        contract.invalidate_recordset()
        self.assertNotIn("forged", str(contract.sudo().message_ids.mapped("body")))

    def test_messages_of_a_portal_user(self):
        contract = self._create_sent_contract()
        contract.message_post(body="internal thoughts", message_type="comment")
        contract.message_post(
            body="public answer", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self._log_in(self.portal_user)
        self.assertIn("o_portal_chatter", self._page(contract))
        arguments = {"thread_model": "customer.contract", "thread_id": contract.id}
        answer = str(self.make_jsonrpc_request("/mail/chatter_fetch", arguments))
        self.assertIn("public answer", answer)
        self.assertNotIn("internal thoughts", answer)
        self.make_jsonrpc_request(
            "/mail/message/post", {**arguments, "post_data": {"body": "my question"}}
        )
        contract.invalidate_recordset()
        self.assertEqual(contract.sudo().message_ids[0].author_id, self.customer)
