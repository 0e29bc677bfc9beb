import os
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ...demo.customer_contract_demo import STORIES
from ...models.seal.customer_contract_certificate_key import PASSPHRASE_VARIABLE
from ..common import make_pdf
from .common import DemoCommon

STATES = {
    "draft": 3,
    "approval": 1,
    "sent": 8,
    "signed": 7,
    "disputed": 1,
    "declined": 1,
    "cancelled": 1,
    "expired": 1,
}
LIFECYCLES = {
    "upcoming": 2,
    "running": 2,
    "expiring": 1,
    "ended": 1,
    "terminated": 1,
}


@tagged("post_install", "-at_install")
class TestDemo(DemoCommon):
    """The demo data tells every story that the addon knows, with real evidence."""

    def test_every_state_is_shown(self):
        self.assertEqual(self._count("state"), STATES)
        self.assertEqual(self._count("lifecycle"), LIFECYCLES)
        locks, festival = self._get("locks"), self._get("festival")
        self.assertEqual(locks.state, "draft")
        self.assertTrue(locks.current_signature_ids, "signed by us, not sent")
        self.assertEqual(
            self._get("secrecy")._get_next_participants().party, "company", "waits for us"
        )
        self.assertEqual(festival.signature_count, 2, "partly signed, in parallel")
        self.assertEqual(festival.signer_count, 3)
        self.assertEqual(self._get("reseller").current_version_id.number, 2)

    def test_evidence_is_intact_and_complete(self):
        for contract in self.contracts:
            with self.subTest(contract=contract.title):
                result = contract.verify_integrity()
                self.assertTrue(result["ok"], result["checks"])
                if contract.state == "signed":
                    self.assertTrue(contract.signed_document_id.raw.startswith(b"%PDF-"))
                    self.assertTrue(contract.copies_sent_on)

    def test_no_mail_leaves(self):
        self.assertFalse(self.mails_of_demo)
        self.assertFalse(self.env["mail.mail"].search([]) - self.mails_before)

    def test_portal_shows_work_and_history(self):
        customer = self.env.ref("base.demo_user0")
        Contract = self.env["customer.contract"].with_user(customer).sudo()
        waiting = Contract.search(Contract._get_portal_to_do_domain())
        self.assertEqual(waiting, self._get("fleet") | self._get("trailer") | self._get("rental"))
        self.assertEqual(len(Contract.search(Contract._get_portal_domain())), 10)
        observer = self.env.ref("customer_contract.user_observer")
        Contract = self.env["customer.contract"].with_user(observer).sudo()
        self.assertFalse(Contract.search(Contract._get_portal_to_do_domain()))
        self.assertEqual(
            Contract.search(Contract._get_portal_domain()),
            self._get("fleet") | self._get("training") | self._get("workshop"),
        )
        colleague = self.env.ref("customer_contract.user_colleague")
        Contract = self.env["customer.contract"].with_user(colleague).sudo()
        self.assertEqual(Contract.search(Contract._get_portal_domain()), self._get("festival"))

    def test_people_around_contracts(self):
        framework, workshop = self._get("framework"), self._get("workshop")
        lawyer = self.env.ref("customer_contract.partner_judith_sommer")
        self.assertEqual(framework._get_next_participants().partner_id, lawyer)
        company_signers = framework.participant_ids.filtered(
            lambda person: person.role == "signer" and person.party == "company"
        )
        self.assertEqual(company_signers.partner_id, self.env.ref("base.partner_admin"))
        Authority = self.env["customer.contract.authority"]
        for name, doubt in (("priya_raman", ""), ("tom_ellery", "amount")):
            person = self.env.ref(f"customer_contract.partner_{name}")
            self.assertEqual(Authority._find_doubt(framework, person)[0], doubt)
        self.assertEqual(workshop.state, "draft")
        self.assertTrue(workshop.portal_published)
        agent = self.env.ref("customer_contract.user_agent")
        boat = self._get("boat").with_user(agent)
        self.assertNotIn("note", boat.fields_get())
        with self.assertRaises(AccessError):
            boat.write({"tag_ids": [Command.clear()]})
        substitute = self.env["customer.contract.substitute"]._find_for(agent, boat.company_id)
        self.assertEqual(substitute, self.env.ref("base.user_demo"))

    def test_paper_waits_to_be_checked(self):
        guarantee = self._get("guarantee")
        paper = guarantee.paper_to_check_id
        self.assertEqual(paper.state, "submitted")
        self.assertIn(paper.check_state, ("matched", "unchecked"))
        self.assertTrue(paper._has_intact_scan())
        content = guarantee.current_version_id._get_content()
        self.assertEqual((content["language"], content["type"]), ("fr_FR", "Garantie"))
        self.assertFalse(guarantee.allow_esign or guarantee.allow_dispute)

    def test_dispute_has_a_thread(self):
        dispute = self._get("electric")._get_open_dispute()
        self.assertEqual(dispute.clause, "2. Monthly rate")
        self.assertTrue(dispute.category_id and dispute.answered_on)
        replies = dispute.message_ids.filtered(lambda message: message.message_type == "comment")
        self.assertEqual(len(replies), 3)

    def test_signatures_differ_between_people(self):
        demo = self.env["customer.contract.demo"]
        pictures = [demo._draw_signature(name) for name in ("Joel Willis", "Priya Raman")]
        self.assertNotEqual(*pictures)
        for picture in pictures:
            self.env["customer.contract.signature"]._prepare_image(picture)

    def test_playing_again_changes_nothing(self):
        trails = self.contracts.mapped("trail_length")
        self.env["customer.contract.demo"]._play_stories()
        self.env.invalidate_all()
        self.assertEqual(self.contracts.mapped("trail_length"), trails)

    def test_seal_needs_a_passphrase(self):
        Certificate = self.env["customer.contract.certificate"]
        demo, company = self.env["customer.contract.demo"], self.env.ref("base.main_company")
        domain = [("company_id", "=", company.id)]
        before = Certificate.search_count(domain)
        with patch.dict(os.environ, {PASSPHRASE_VARIABLE: ""}):
            demo._install_seal()
        self.assertEqual(Certificate.search_count(domain), before)
        with patch.dict(os.environ, {PASSPHRASE_VARIABLE: "a passphrase for this test only"}):
            demo._install_seal()
            demo._install_seal()
        self.assertEqual(Certificate.search_count(domain), 1)

    def test_contracts_remain_drafts_where_no_pdf_can_be_made(self):
        states, versions = self.unplayed
        self.assertEqual(states, ["draft"] * sum(STATES.values()))
        self.assertFalse(versions)

    def test_failing_document_is_left_to_the_scheduled_action(self):
        def fail(contract, content, signatures=None, **kwargs):
            if signatures:
                raise UserError("no PDF")  # pylint: disable=translation-required
            return make_pdf()

        contract = self._get("training").copy()
        with patch.object(self.registry["customer.contract"], "_render_contract_pdf", fail):
            self.env["customer.contract.demo"]._play(contract, STORIES["contract_training"])
        self.assertEqual(contract.state, "signed")
        self.assertFalse(contract.signed_document_id)
        self.assertFalse(contract.copies_sent_on)
        self._finalize(contract)
        self.assertTrue(contract.signed_document_id)
