import base64
import io
import zipfile
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ...models.integrity.customer_contract_bundle_check import MOST_FILES, MOST_UNPACKED
from .common import BundleCommon, IntegrityCommon

CHECK = "odoo.addons.customer_contract.models.integrity.customer_contract_bundle_check"


def encode(content):
    return base64.b64encode(content).decode()


@tagged("post_install", "-at_install")
class TestEvidenceCheck(BundleCommon, IntegrityCommon):
    """Whether a file that somebody brings is the one that is kept here."""

    def setUp(self):
        super().setUp()
        self.contract = self._create_signed_contract()
        self.bundle = base64.b64decode(self.contract.with_user(self.manager).get_evidence_bundle())
        self.Contract = self.env["customer.contract"].with_user(self.manager)

    def _check(self, content):
        return self.Contract.check_evidence_file(encode(content))

    def _get_different(self, answer):
        return {check["name"] for check in answer["checks"] if check["is_kept"] is False}

    def test_what_is_kept_was_changed(self):
        """The bundle is genuine, and what the server keeps is not any more."""
        self.assertTrue(self._check(self.bundle)["ok"])
        for statement, check in (
            ("UPDATE customer_contract_version SET content = content || ' '", "versions"),
            ("UPDATE customer_contract_event SET payload = '{}'", "trail"),
            ("UPDATE customer_contract_signature SET signed_by = 'X'", "signatures"),
            ("UPDATE customer_contract_signature SET consent_text = 'X'", "consents"),
        ):
            with self.env.cr.savepoint() as savepoint:
                self._without_triggers(f"{statement} WHERE contract_id = %s", self.contract.id)
                answer = self._check(self.bundle)
                savepoint.rollback()
            self.env.invalidate_all()
            with self.subTest(statement):
                self.assertFalse(answer["ok"])
                self.assertIn(check, self._get_different(answer))
                self.assertTrue(all(one["ok"] for one in answer["checks"]))

    def test_pdf(self):
        contract_sudo = self.contract.sudo()
        signed = contract_sudo.signed_document_id.raw
        answer = self._check(signed)
        self.assertEqual((answer["ok"], answer["contract_id"]), (True, self.contract.id))
        frozen = self._check(contract_sudo.current_version_id.pdf_attachment_id.raw)
        self.assertEqual((frozen["ok"], frozen["contract_id"]), (False, self.contract.id))
        self.assertIn("version 1", frozen["checks"][0]["difference"])
        other = self._check(signed + b"\n")
        self.assertEqual((other["ok"], other["contract_id"]), (False, False))

    def test_before_it_was_signed(self):
        """An earlier bundle is intact, however far the contract has gone since."""
        contract = self._create_sent_contract()
        bundle = base64.b64decode(contract.with_user(self.manager).get_evidence_bundle())
        self._sign_as_customer(contract)
        answer = self._check(bundle)
        self.assertTrue(answer["ok"], answer)

    def test_who_may(self):
        agent = new_test_user(
            self.env, login="agent", groups="customer_contract.group_contract_user"
        )
        answer = self.Contract.with_user(agent).check_evidence_file(encode(self.bundle))
        self.assertFalse(answer["contract_id"], "of a contract that the agent may not read")
        for user in (self.portal_user, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                self.Contract.with_user(user).check_evidence_file(encode(self.bundle))

    def test_limits(self):
        for content in (None, "", 5, ["a"], "no base64!", encode(b""), encode(b"PK\x05\x06")):
            with self.subTest(content), self.assertRaises(UserError):
                self.Contract.check_evidence_file(content)
        with patch(f"{CHECK}.MOST_BYTES", 1000), self.assertRaises(UserError):
            self.Contract.check_evidence_file(encode(self.bundle))
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(5):
                archive.writestr(f"annexes/{number}", bytes(MOST_UNPACKED // 4))
        self.assertLess(len(bomb.getvalue()), 2 * 1024**2)
        with self.assertRaisesRegex(UserError, "larger"):
            self._check(bomb.getvalue())
        many = io.BytesIO()
        with zipfile.ZipFile(many, "w") as archive:
            for number in range(MOST_FILES + 1):
                archive.writestr(str(number), b"")
        with self.assertRaisesRegex(UserError, "larger"):
            self._check(many.getvalue())

    def test_anything_in_its_place(self):
        """A bundle whose files have another form is compared all the same."""
        files = self._export(self.contract)
        for name in ("chain.json", "events.jsonl", "signatures.jsonl", "versions/01/content.json"):
            for content in (b"", b"[]\n", b"{}\n", b"null", b"\xff", b'{"contract": true}', b"1\n"):
                changed = self._forge_manifest({**files, name: content})
                answer = self._check(self._pack(changed).read_bytes())
                with self.subTest(name, content=content):
                    self.assertFalse(answer["ok"])

    def test_dialog(self):
        Dialog = self.env["customer.contract.evidence.check"].with_user(self.manager)
        dialog = Dialog.create({"file": encode(self.bundle), "file_name": "evidence.zip"})
        self.assertEqual((dialog.result, dialog.contract_id), ("kept", self.contract))
        self.assertEqual(set(dialog.line_ids.mapped("in_itself")), {"intact"})
        self.assertEqual(dialog.action_check()["res_id"], dialog.id)
        self.assertEqual(dialog.action_open_contract()["res_id"], self.contract.id)
        with self.assertRaises(UserError):
            dialog.write({"result": "kept"})
        files = self._export(self.contract)
        files["signed.pdf"] += b"\n"
        other = Dialog.create({"file": encode(self._pack(files).read_bytes())})
        self.assertEqual(other.result, "different")
        unknown = Dialog.create({"file": encode(b"%PDF-1.4 of somebody else")})
        self.assertEqual((unknown.result, unknown.contract_id.id), ("unknown", False))
