from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import new_test_user, tagged

from ..common import make_pdf
from ..portal.common import ContractPortalCommon


@tagged("post_install", "-at_install")
class TestDisputeHttp(ContractPortalCommon):
    """Disputes on the contract's page."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls.env.ref("customer_contract.customer_contract_dispute_category_price")

    def _post_files(self, path, files=(), **values):
        """Send a form with files."""
        return self.url_open(
            path,
            data={"csrf_token": self._get_csrf_token(), **values},
            files=[("files", (name, content)) for name, content in files],
            allow_redirects=False,
        )

    def _dispute(self, contract, **values):
        answer = self._post_files(
            f"{contract.access_url}/dispute",
            **{
                "reason": "The price is wrong.",
                "category_id": self.category.id,
                "clause": "2",
                **values,
            },
        )
        contract.invalidate_recordset()
        return answer

    def test_whole_thread_on_the_page(self):
        contract = self._create_sent_contract()
        self._log_in(self.portal_user)
        page = self._get(contract.access_url).text
        self.assertIn("o_contract_dispute btn", page)
        self.assertIn("2. ", page)
        self.assertEqual(
            self._dispute(contract, files=[("offer.pdf", make_pdf("Offer"))]).status_code, 303
        )
        dispute = contract.sudo().dispute_ids
        self.assertEqual((contract.state, dispute.clause), ("disputed", "2. Price"))
        page = self._get(contract.access_url).text
        self.assertIn("The price is wrong.", page)
        self.assertIn("Withdraw my dispute", page)
        self.assertNotIn("o_contract_sign_button", page)
        self.assertNotIn("o_contract_settled", page)
        file = dispute._get_thread().attachment_ids
        answer = self._get(f"{contract.access_url}/dispute/{dispute.id}/file/{file.id}")
        self.assertEqual(answer.content, file.raw)
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertIn("sandbox", answer.headers["Content-Security-Policy"])

        self._log_in(self.manager)
        self.assertEqual(
            self._post_files(
                f"{contract.access_url}/dispute/reply", answer="It includes parts."
            ).status_code,
            303,
        )
        self.env.invalidate_all()
        self.assertEqual(dispute.state, "answered")
        self.assertEqual(dispute._get_thread()[-1].author_id, self.manager.partner_id)

        self._log_in(self.portal_user)
        page = self._get(contract.access_url).text
        self.assertIn("It includes parts.", page)
        self._post_files(f"{contract.access_url}/dispute/reply", answer="Good.")
        answer = self._post(f"{contract.access_url}/dispute/end", is_settled="1")
        self.assertEqual(answer.status_code, 303)
        self.env.invalidate_all()
        self.assertEqual((contract.state, dispute.outcome), ("sent", "explained"))
        self.assertIn("redirect_url", self._sign(contract))

    def test_refused_dispute_keeps_what_was_typed(self):
        contract = self._create_sent_contract()
        self._log_in(self.portal_user)
        answer = self._dispute(contract, files=[("offer.pdf", b"MZ" + b"\0" * 100)])
        self.assertEqual(answer.status_code, 422)
        self.assertIn("This is a program", answer.text)
        self.assertIn("The price is wrong.", answer.text)
        self.assertRegex(answer.text, rf'value="{self.category.id}"\s+selected')
        self.assertEqual(contract.state, "sent")
        self.assertFalse(contract.sudo().dispute_ids)

    def test_other_participants_do_not_read_the_thread(self):
        colleague = self._create_portal_user("colin", "Colin Colleague", self.customer_company)
        contract = self._create_contract()
        contract.participant_ids.create(
            {
                "contract_id": contract.id,
                "partner_id": colleague.partner_id.id,
                "party": "counterparty",
                "sequence": 20,
            }
        )
        self._sign_as_manager(contract)
        contract.action_send()
        self._log_in(self.portal_user)
        self._dispute(contract, files=[("offer.pdf", make_pdf("Offer"))])
        dispute = contract.sudo().dispute_ids
        file = dispute._get_thread().attachment_ids
        self._log_in(colleague)
        page = self._get(contract.access_url).text
        self.assertIn("This contract is disputed", page)
        self.assertNotIn("The price is wrong.", page)
        path = f"{contract.access_url}/dispute/{dispute.id}/file/{file.id}"
        self.assertEqual(self._get(path).status_code, 404)
        for path, values in (
            ("reply", {"answer": "Me too"}),
            ("end", {"is_settled": "1"}),
        ):
            answer = self._post(f"{contract.access_url}/dispute/{path}", **values)
            self.assertEqual(answer.status_code, 422)
        self.env.invalidate_all()
        self.assertEqual(contract.state, "disputed")
        self.assertEqual(len(dispute._get_thread()), 1)
        self.assertEqual(self._count_events(contract, "refused"), 2)
        self.assertEqual(self._get(f"/web/content/{file.id}").status_code, 404)

    def test_file_of_another_dispute_or_contract(self):
        first = self._create_sent_contract()
        second = self._create_sent_contract(requester_id=self.link_holder.id)
        self._log_in(self.portal_user)
        self._dispute(first, files=[("offer.pdf", make_pdf("Offer"))])
        dispute = first.sudo().dispute_ids
        file = dispute._get_thread().attachment_ids
        self._open_link(second, self.link_holder)
        for contract in (first, second):
            path = f"{contract.access_url}/dispute/{dispute.id}/file/{file.id}"
            self.assertNotEqual(self._get(path).status_code, 200)
        self.assertEqual(
            self._dispute(second, files=[("other.pdf", make_pdf("Other"))]).status_code, 303
        )
        own = second.sudo().dispute_ids
        for dispute_id, file_id in ((own.id, file.id), (dispute.id, file.id)):
            path = f"{second.access_url}/dispute/{dispute_id}/file/{file_id}"
            self.assertEqual(self._get(path).status_code, 404)

    def test_employee_without_rights_does_not_answer(self):
        contract = self._create_sent_contract()
        self._log_in(self.portal_user)
        self._dispute(contract)
        new_test_user(
            self.env, login="contract_agent", groups="customer_contract.group_contract_user"
        )
        self.authenticate("contract_agent", "contract_agent")
        answer = self._post(f"{contract.access_url}/dispute/reply", answer="It includes parts.")
        self.assertNotEqual(answer.headers.get("Location", "")[-8:], "#dispute")
        self.env.invalidate_all()
        self.assertEqual(len(contract.sudo().dispute_ids._get_thread()), 1)

    def test_script_in_the_thread_is_text(self):
        contract = self._create_sent_contract()
        self._log_in(self.portal_user)
        self._dispute(contract, reason="<script>alert(1)</script>\nsecond line")
        page = self._get(contract.access_url).text
        self.assertNotIn("<script>alert(1)", page)
        self.assertIn("&lt;script&gt;alert(1)", page)

    def test_link_that_expired_while_disputed_is_renewed(self):
        contract = self._create_sent_contract(
            requester_id=self.link_holder.id, sign_deadline=fields.Date.today() + timedelta(days=2)
        )
        self._open_link(contract, self.link_holder)
        self._dispute(contract)
        customer = self._get_participant(contract, self.link_holder)
        Link = self.env["customer.contract.link"].sudo()
        links = Link.search([("participant_id", "=", customer.id)])
        links.write({"expires_on": "2020-01-01"})
        self.assertEqual(self._get(contract.access_url).status_code, 410)
        with freeze_time(fields.Datetime.now() + timedelta(minutes=10)):
            self._post(f"{contract.access_url}/link")
        self.env.invalidate_all()
        fresh = Link.search([("participant_id", "=", customer.id)]) - links
        self.assertEqual(len(fresh), 1)
        self.assertGreater(fresh.expires_on, fields.Datetime.now() + timedelta(days=20))

    def test_decline_while_disputed(self):
        contract = self._create_sent_contract()
        self._log_in(self.portal_user)
        self._dispute(contract)
        self.assertIn("contract_decline", self._get(contract.access_url).text)
        answer = self._post(f"{contract.access_url}/decline", reason="")
        self.assertEqual(answer.status_code, 422)
        answer = self._post(f"{contract.access_url}/decline", reason="Never mind")
        self.assertEqual(answer.status_code, 303)
        contract.invalidate_recordset()
        self.assertEqual(contract.state, "declined")

    def test_new_version_shows_what_changed(self):
        contract = self._create_sent_contract()
        self._log_in(self.portal_user)
        self._get(contract.access_url)
        self._dispute(contract)
        contract.action_new_version()
        contract.section_ids[1].body = "<p>The price is negotiable.</p>"
        self._sign_as_manager(contract)
        contract.action_send()
        page = self._get(contract.access_url).text
        self.assertIn("What has changed since version", page)
        self.assertIn("<del>fixed.</del>", page)
        self.assertIn("<ins>negotiable.</ins>", page)
        self.assertIn("Your earlier dispute", page)

    def test_new_version_tells_nothing_to_whoever_did_not_read_the_old_one(self):
        contract = self._create_sent_contract()
        contract.action_new_version()
        contract.section_ids[1].body = "<p>The price is negotiable.</p>"
        self._sign_as_manager(contract)
        contract.action_send()
        self._log_in(self.portal_user)
        page = self._get(contract.access_url).text
        self.assertNotIn("What has changed", page)
        self.assertNotIn("fixed", page)
