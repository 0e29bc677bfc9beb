from odoo.tests import tagged

from ..common import ContractCommon, run_on_pdf


@tagged("post_install", "-at_install")
class TestInterimDocument(ContractCommon):
    """Whoever downloads a contract that one side has signed gets it with that signature."""

    renders_reports = True

    def _read(self, attachment):
        return " ".join(run_on_pdf(attachment.raw, "pdftotext", "{}", "-").split())

    def test_download_shows_the_signatures_so_far(self):
        contract = self._create_contract()
        self.assertFalse(contract._get_shown_pdf())
        self._sign_as_manager(contract)
        contract.action_send()
        version = contract.sudo().current_version_id
        frozen = version.pdf_attachment_id.raw
        shown = contract.with_user(self.portal_user)._get_shown_pdf()
        text = self._read(shown)
        signature = contract.sudo().current_signature_ids
        self.assertIn("Signed on", text)
        self.assertIn(signature.content_digest[:4], text)
        self.assertIn("NOT YET SIGNED BY ALL", text)
        self.assertNotIn("Signed on", self._read(version.pdf_attachment_id))
        images = run_on_pdf(shown.raw, "pdfimages", "-list", "{}")
        self.assertGreater(
            images.count("image"), run_on_pdf(frozen, "pdfimages", "-list", "{}").count("image")
        )
        self.assertEqual(contract._get_shown_pdf(), shown, "made once")
        self.assertEqual(version.pdf_attachment_id.raw, frozen, "what was frozen stays")
        action = contract.action_view_documents()
        self.assertIn(f"/web/content/{shown.id}?", action["url"])
        self.assertTrue(contract.verify_integrity()["ok"])

        self._sign_as_customer(contract)
        self.assertFalse(contract._get_shown_pdf(), "the signed contract is being prepared")
        self._finalize(contract)
        self.assertEqual(contract._get_shown_pdf(), contract.sudo().signed_document_id)

    def test_new_version_starts_without_signatures(self):
        contract = self._create_sent_contract()
        old = contract._get_shown_pdf()
        contract.action_new_version()
        self._sign_as_manager(contract)
        self.assertNotEqual(contract._get_shown_pdf(), old)

    def test_asked_without_a_signature_gets_what_was_frozen(self):
        self.company.contract_signing_order = "counterparty_first"
        contract = self._create_contract()
        contract.action_send()
        self.assertEqual(
            contract._get_shown_pdf(), contract.sudo().current_version_id.pdf_attachment_id
        )
