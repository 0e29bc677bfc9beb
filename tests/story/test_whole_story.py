import subprocess
import tempfile
from pathlib import Path

from odoo.tests import tagged

from ..portal.common import ContractPortalCommon


class WholeStoryCase(ContractPortalCommon):
    """From the manager's first word to the file that both sides keep, as it is."""

    renders_reports = True

    def _assert_both_keep_the_same_file(self, contract, customer_name, manager_name):
        """Download the signed contract as both sides do, and read what it says."""
        contract.invalidate_recordset()
        self.assertEqual(contract.state, "signed")
        self._finalize(contract)
        self.env.flush_all()
        address = f"/my/contracts/{contract.id}?report_type=pdf&download=true"
        downloaded = self.url_open(address)
        self.assertEqual(downloaded.headers["Content-Type"], "application/pdf")
        self._log_in(self.manager)
        kept = self.url_open(f"/web/content/{contract.signed_document_id.id}?download=true")
        self.assertEqual(downloaded.content, kept.content)
        self.assertEqual(self.url_open(address).content, kept.content)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "signed.pdf"
            path.write_bytes(downloaded.content)
            text = self._run("pdftotext", "-layout", path, "-")
            pictures = self._run("pdfimages", "-list", path).splitlines()[2:]
        for expected in (contract.name, contract.title, customer_name, manager_name):
            self.assertIn(expected, text)
        self.assertNotIn("NOT YET SIGNED", text)
        # pictures of the first page only: the certificate repeats them, with a code
        first_page = [row for row in pictures if row.split()[:1] == ["1"]]
        self.assertGreaterEqual(len(first_page), 2)
        self.assertTrue(contract.verify_integrity()["ok"])

    def _run(self, *command):
        result = subprocess.run(command, capture_output=True, text=True, check=True)
        return result.stdout


@tagged("post_install", "-at_install")
class TestWholeStory(WholeStoryCase):
    def test_manager_then_customer(self):
        # the company's only contact is proposed as the signer
        self.link_holder.parent_id = False
        self.start_tour("/odoo/contracts", "customer_contract_manager", login=self.manager.login)
        contract = self.env["customer.contract"].search([("title", "=", "Maintenance of Ovens")])
        self.assertEqual(contract.state, "sent")
        self._assert_sent_as_written(contract)
        self.start_tour(
            f"/my/contracts/{contract.id}",
            "customer_contract_keyboard_sign",
            login=self.portal_user.login,
        )
        self._assert_both_keep_the_same_file(contract, "Carla Customer", "Mona M. Manager")

    def _assert_sent_as_written(self, contract):
        """Check what the manager wrote, signed and sent in the back office."""
        self.assertEqual(contract.user_id, self.manager)
        content = contract.current_version_id._get_content()
        self.assertEqual([section["title"] for section in content["sections"]], ["Scope", "Price"])
        self.assertIn("We maintain the ovens.", content["sections"][0]["body"])
        self.assertIn("The price is fixed for a year.", content["sections"][1]["body"])
        signature = contract.current_signature_ids
        self.assertEqual(signature.signed_by, "Mona M. Manager")
        self.assertEqual(signature.identified_by, "backend")
        self.assertEqual(self._get_participant(contract, self.customer).state, "requested")
        mail = contract.message_ids.filtered(lambda message: self.customer in message.partner_ids)
        self.assertEqual(len(mail), 1)
        self.assertIn("Dear Carla, please sign.", mail.body)


@tagged("post_install", "-at_install")
class TestWholeStoryPhone(WholeStoryCase):
    browser_size = "360x740"
    touch_enabled = True

    def test_customer_with_account(self):
        contract = self._create_sent_contract()
        self._log_in(self.portal_user)
        self._sign(contract)
        self._assert_both_keep_the_same_file(contract, "Carla Customer", "Mona Manager")

    def test_customer_without_account(self):
        contract = self._create_sent_contract(requester_id=self.link_holder.id)
        self.start_tour(
            self._issue_link(contract, self.link_holder), "customer_contract_phone_sign"
        )
        signature = contract.sudo().signature_ids.sorted("id")[-1]
        self.assertEqual((signature.identified_by, signature.signed_by), ("link", "Lina Link"))
        self._open_link(contract, self.link_holder)
        self._assert_both_keep_the_same_file(contract, "Lina Link", "Mona Manager")
