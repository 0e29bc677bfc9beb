from odoo.tests import tagged

from ..contract.test_report import run_on_pdf
from ..custom_field.common import ContractValueCommon


@tagged("post_install", "-at_install")
class TestValuesReport(ContractValueCommon):
    """The printed contract shows what was filled in, and its certificate by whom."""

    renders_reports = True

    def _read(self, attachment):
        """Return the text of a stored PDF in one line."""
        return " ".join(run_on_pdf(attachment.raw, "pdftotext", "-layout", "{}", "-").split())

    def test_signed_contract(self):
        contract = self._create_sent_delivery()
        unsigned = self._read(contract.current_version_id.pdf_attachment_id)
        self.assertIn("We deliver 2 ovens on March 1, 2027", unsigned)
        self.assertIn("Carrier Own van", unsigned, "What is not in the text stands above it.")
        self.assertNotIn("Ovens 2", unsigned)
        self.assertNotIn("Margin", unsigned)
        self._confirm(contract, carrier="post", ovens="3", weekend_service="true")
        contract.action_accept_values()
        renewed = self._read(contract.current_version_id.pdf_attachment_id)
        self.assertIn("We deliver 3 ovens", renewed)
        self.assertIn("2. Weekends", renewed)
        self._sign_as_customer(contract)
        self._sign_as_manager(contract)
        self._finalize(contract)
        signed = self._read(contract.signed_document_id)
        self.assertIn("What was filled in", signed)
        self.assertRegex(signed, "Ovens 2 ?→ ?3")
        self.assertRegex(signed, "Carrier Own van ?→ ?Post")
        self.assertIn("Accepted by", signed)
        self.assertIn("Details changed", signed)
        self.assertTrue(contract.verify_integrity()["ok"])
