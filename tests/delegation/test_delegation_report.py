import base64
import io
import json
import zipfile

from odoo import Command
from odoo.tests import new_test_user, tagged

from ...utils import Actor
from ..approval.common import ApprovalCommon
from ..contract.test_report import run_on_pdf


@tagged("post_install", "-at_install")
class TestDelegationReport(ApprovalCommon):
    """The signed contract tells who acted in whose place."""

    renders_reports = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls.env["res.partner"].create(
            {
                "name": "Conny Colleague",
                "email": "conny@aurora.example.com",
                "parent_id": cls.customer_company.id,
            }
        )
        cls._create_rule(cls._of_users(cls.ann, cls.bob), cls._of_users(cls.cem))
        second = new_test_user(
            cls.env,
            login="second",
            name="Sara Second",
            email="second@us.example.com",
            groups="customer_contract.group_contract_user,customer_contract.group_contract_esign",
        )
        cls._create_rule(cls._of_users(cls.director, second, role="signer"))

    def _read(self, attachment):
        """Return the text of a stored PDF in one line."""
        return " ".join(run_on_pdf(attachment.raw, "pdftotext", "-layout", "{}", "-").split())

    def test_signed_contract(self):
        contract = self._create_contract(type_id=self.contract_type.id)
        contract.action_submit()
        unsigned = self._read(contract.current_version_id.pdf_attachment_id)
        self.assertIn("Step 1: 1 of 2 sign", unsigned)
        self.assertIn("Sara Second", unsigned)
        contract.with_user(self.ann).action_approve()
        contract.with_user(self.cem).action_approve()
        contract.with_user(self.director).action_sign_as_manager(signature=self.signature)
        participant = self._get_participant(contract, self.customer)
        contract.sudo()._delegate(Actor(participant, "portal"), self.colleague, "On leave")
        self._sign_as_customer(contract, self.colleague, signed_by="Conny Colleague")
        self._finalize(contract)
        text = self._read(contract.signed_document_id)
        self.assertIn("On behalf of Carla Customer, by delegation", text)
        self.assertIn("On behalf of Carla Customer, by delegation: On leave", text)
        self.assertIn("conny@aurora.example.com", text)
        self.assertNotIn("NOT YET SIGNED", text)
        # whoever was not needed signs and approves nothing
        self.assertNotIn("Sara Second Place", text)
        self.assertNotIn("sign Place", text)
        bundle = zipfile.ZipFile(io.BytesIO(base64.b64decode(contract.get_evidence_bundle())))
        acts = [json.loads(line) for line in bundle.read("signatures.jsonl").splitlines()]
        self.assertEqual(acts[1]["delegated_by"], "Carla Customer")
        self.assertEqual(acts[1]["delegated_by_participant"], participant.id)
        self.assertNotIn("delegated_by", acts[0])
        self.assertTrue(contract.verify_integrity()["ok"])

    def test_approval_by_a_substitute(self):
        contract = self._create_contract(
            type_id=self.contract_type.id,
            participant_ids=[
                Command.create({"partner_id": self.customer.id, "party": "counterparty"})
            ],
        )
        contract.action_submit()
        contract.with_user(self.bob).action_approve()
        extra = new_test_user(
            self.env,
            login="extra",
            name="Erik Extra",
            email="extra@us.example.com",
            groups="customer_contract.group_contract_user",
        )
        contract.with_user(self.cem).action_delegate(extra.partner_id.id, "Busy")
        contract.with_user(extra).action_approve()
        report = self.env["report.customer_contract.report_customer_contract"]
        approvers = report._prepare_print(contract.sudo())["approvers"]
        self.assertEqual(
            [(one["person"]["name"], one["note"]) for one in approvers],
            [("Bob Legal", ""), ("Cem Legal", "approved by Erik Extra")],
        )
        self.assertTrue(all(one["approved_on"] for one in approvers))
