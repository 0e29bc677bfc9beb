import base64
import io
import time
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from PIL import Image

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ...exceptions import VersionChangedError
from ...utils import Actor
from ..common import ContractCommon, make_signature_picture

COMPLETION = "odoo.addons.customer_contract.models.signature.customer_contract_completion"


def encode(content):
    return base64.b64encode(content).decode()


@tagged("post_install", "-at_install")
class TestSigning(ContractCommon):
    def test_signature_row_tells_the_act(self):
        contract = self._create_sent_contract()
        row = self._sign_as_customer(contract)
        self.assertEqual(row.signed_by, "Carla Customer")
        self.assertEqual(row.capacity, "Owner")
        self.assertEqual(row.account, "contract_customer")
        self.assertEqual(row.identified_by, "portal")
        self.assertEqual(row.content_digest, contract.current_version_id.content_digest)
        self.assertIn(contract.name, row.intent_text)
        self.assertIn("electronically", row.consent_text)
        self.assertEqual(row.consent_digest, row._digest(row.consent_text))
        picture = base64.b64decode(row.image)
        self.assertEqual(row.image_digest, row._digest(picture))

    def test_only_png_with_ink_is_a_signature(self):
        contract = self._create_sent_contract()
        svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
        bad_pictures = {
            "nothing": "",
            "none": None,
            "number": 12,
            "no base64": "%%%",
            "SVG": encode(svg),
            "SVG data address": "data:image/svg+xml;base64," + encode(svg),
            "HTML": encode(b"<html><body>signed</body></html>"),
            "GIF": encode(b"GIF89a" + b"\0" * 100),
            "header only": encode(b"\x89PNG\r\n\x1a\n"),
            "truncated": self.signature[: len(self.signature) // 2],
            "1x1": make_signature_picture(size=(1, 1), line=None),
            "blank": make_signature_picture(line=None),
            "dot": make_signature_picture(line=((20, 20), (24, 24))),
            "too wide": make_signature_picture(size=(4001, 20)),
            "huge file": encode(b"\x89PNG\r\n\x1a\n" + b"\0" * (3 * 1024 * 1024)),
        }
        for name, picture in bad_pictures.items():
            with self.subTest(name), self.assertRaises(UserError):
                self._sign_as_customer(contract, signature=picture)
        self.assertEqual(contract.state, "sent")
        self.assertFalse(contract.current_signature_ids.filtered(lambda s: s.signed_by[0] == "C"))

    def test_white_ink_on_white_is_blank(self):
        picture = Image.new("RGB", (300, 100), "white")
        output = io.BytesIO()
        picture.save(output, format="PNG")
        with self.assertRaises(UserError):
            self.env["customer.contract.signature"]._prepare_image(encode(output.getvalue()))

    def test_picture_is_encoded_again(self):
        trailing = base64.b64decode(self.signature) + b"<script>alert(1)</script>"
        clean = self.env["customer.contract.signature"]._prepare_image(encode(trailing))
        self.assertNotIn(b"script", clean)
        self.assertTrue(clean.startswith(b"\x89PNG"))
        self.assertLess(len(clean), 20000)

    def test_names(self):
        contract = self._create_sent_contract()
        for name in ("", "   ", None, 5, ["x"], "x" * 121):
            with self.subTest(name), self.assertRaises(ValidationError):
                self._sign_as_customer(contract, signed_by=name)
        row = self._sign_as_customer(contract, signed_by=" Ümit\nŞahin <b>محمد</b> ")
        self.assertEqual(row.signed_by, "Ümit Şahin <b>محمد</b>")

    def test_stale_digest_records_nothing(self):
        contract = self._create_sent_contract()
        old_digest = contract.current_version_id.content_digest
        contract.action_new_version()
        contract.title = "Other"
        self._sign_as_manager(contract)
        contract.action_send()
        count = len(contract.signature_ids)
        for digest in (old_digest, "", None, "0" * 64, 5):
            with self.subTest(digest), self.assertRaises(VersionChangedError):
                self._sign_as_customer(contract, digest=digest)
        self.assertEqual(len(contract.signature_ids), count)
        self._sign_as_customer(contract)
        self.assertEqual(contract.state, "signed")

    def test_signing_twice(self):
        contract = self._create_sent_contract()
        self._sign_as_customer(contract)
        with self.assertRaisesRegex(UserError, "already signed"):
            self._sign_as_customer(contract)

    def test_signing_out_of_turn(self):
        contract = self._create_contract()
        contract.action_send()
        self.assertEqual(contract.state, "sent")
        with self.assertRaisesRegex(UserError, "not your turn"):
            self._sign_as_customer(contract)
        self._sign_as_manager(contract)
        self._sign_as_customer(contract)
        self.assertEqual(contract.state, "signed")

    def test_participant_of_another_contract(self):
        contract = self._create_sent_contract()
        other = self._create_sent_contract()
        foreign = self._get_participant(other, self.customer)
        with self.assertRaises(UserError):
            contract.sudo()._sign(
                Actor(foreign, "link"),
                signature=self.signature,
                signed_by="Carla",
                digest=contract.current_version_id.content_digest,
            )

    def test_only_the_manager_in_turn_signs_for_the_company(self):
        contract = self._create_contract()
        clerk = new_test_user(
            self.env, login="clerk", groups="customer_contract.group_contract_user_all"
        )
        director = new_test_user(
            self.env,
            login="director",
            groups="customer_contract.group_contract_manager,"
            "customer_contract.group_contract_esign",
        )
        with self.assertRaises(AccessError):
            contract.with_user(clerk).action_sign_as_manager(self.signature)
        with self.assertRaises(UserError):
            contract.with_user(director).action_sign_as_manager(self.signature)
        with self.assertRaises(AccessError):
            contract.with_user(self.portal_user).action_sign_as_manager(self.signature)
        self.assertFalse(contract.signature_ids)
        contract.user_id = director
        self.assertTrue(contract.with_user(director).can_sign)
        contract.with_user(director).action_sign_as_manager(self.signature)
        self.assertEqual(contract.signature_ids.signed_by, director.name)

    def test_manager_signs_a_complete_draft_only(self):
        contract = self._create_contract(section_ids=[])
        with self.assertRaisesRegex(UserError, "no section"):
            self._sign_as_manager(contract)
        self.assertFalse(contract.version_ids)

    def test_counterparty_first(self):
        self.company.contract_signing_order = "counterparty_first"
        contract = self._create_contract()
        with self.assertRaisesRegex(UserError, "not your turn"):
            self._sign_as_manager(contract)
        contract.action_send()
        self._sign_as_customer(contract)
        self.assertEqual(contract.state, "sent")
        self.assertEqual(contract.activity_ids.user_id, self.manager)
        self._sign_as_manager(contract)
        self.assertEqual(contract.state, "signed")

    def test_dialog_signs_and_remembers(self):
        contract = self._create_contract()
        action = contract.with_user(self.manager).action_open_sign()
        dialog = Form(
            self.env[action["res_model"]].with_user(self.manager).with_context(**action["context"])
        )
        self.assertEqual(dialog.signed_by, "Mona Manager")
        dialog.signature = self.signature
        dialog.remember = True
        dialog.save().action_sign()
        self.assertEqual(contract.signature_ids.signed_by, "Mona Manager")
        again = self.env["customer.contract.sign"].with_user(self.manager).new()
        self.assertTrue(again.signature)
        other = new_test_user(
            self.env,
            login="other_signer",
            groups="customer_contract.group_contract_esign",
        )
        with self.assertRaises(AccessError):
            self.manager.with_user(other).read(["contract_signature"])
        with self.assertRaises(AccessError):
            self.manager.with_user(self.env.ref("base.user_admin")).contract_signature = False

    def test_dialog_asks_for_the_password_when_demanded(self):
        self.company.contract_confirm_identity = True
        contract = self._create_contract()
        dialog = (
            self.env["customer.contract.sign"]
            .with_user(self.manager)
            .create({"contract_id": contract.id, "signature": self.signature})
        )
        with self.assertRaisesRegex(UserError, "over HTTP|confirm your identity"):
            dialog.action_sign()
        with self.assertRaisesRegex(UserError, "confirm your identity"):
            self._sign_as_manager(contract)

        with self._within_request() as request:
            action = dialog.action_sign()
            self.assertEqual(action["res_model"], "res.users.identitycheck")
            self.assertFalse(contract.signature_ids)
            request.session["identity-check-last"] = time.time() - 3600
            self.assertEqual(dialog.action_sign()["res_model"], "res.users.identitycheck")
            request.session["identity-check-last"] = time.time()
            dialog.action_sign()
        self.assertEqual(contract.signature_ids.identified_by, "identity_check")
        self.assertEqual(contract.signature_ids.ip_address, "203.0.113.9")


@tagged("post_install", "-at_install")
class TestCompletion(ContractCommon):
    def test_failing_step_is_reported_once_and_repeated(self):
        contract = self._create_sent_contract()
        self._sign_as_customer(contract)
        Contract = self.registry["customer.contract"]
        commits = self.startPatcher(
            patch.object(self.registry["ir.cron"], "_commit_progress", return_value=100)
        )
        with (
            patch.object(Contract, "_render_signed_document", side_effect=OSError("disk full")),
            self.assertLogs("odoo.addons.customer_contract", "ERROR"),
        ):
            contract.sudo()._finalize_or_report()
            contract.sudo()._finalize_or_report()
        self.assertFalse(contract.signed_document_id)
        failures = contract.event_ids.filtered(lambda e: e.event_type == "job_failed")
        self.assertEqual(len(failures), 1)
        with (
            patch.object(Contract, "_send_copies", side_effect=OSError("no mail")),
            self.assertLogs("odoo.addons.customer_contract", "ERROR"),
        ):
            contract.sudo()._finalize_or_report()
        document = contract.signed_document_id
        self.assertTrue(document)
        contract.sudo()._finalize_or_report()
        self.assertEqual(contract.signed_document_id, document)
        self.assertTrue(contract.copies_sent_on)
        self.assertTrue(commits.called)
        self.assertTrue(contract.verify_integrity()["ok"])

    def test_cron_takes_what_is_due(self):
        contract = self._create_sent_contract()
        self._sign_as_customer(contract)
        commits = self.startPatcher(
            patch.object(self.registry["ir.cron"], "_commit_progress", return_value=100)
        )
        self.env["customer.contract"]._cron_finalize()
        self.assertTrue(contract.signed_document_id)
        self.assertTrue(contract.copies_sent_on)
        self.assertTrue(commits.called)

    def test_what_fails_stands_in_nobodys_way(self):
        """A job that is cut tries first what has not failed yet."""
        self.startPatcher(
            patch.object(self.registry["ir.cron"], "_commit_progress", return_value=100)
        )
        broken, right = (self._create_sent_contract() for _number in range(2))
        for contract in (broken, right):
            self._sign_as_customer(contract)
        store, tried = self.registry["customer.contract"]._store_signed_document, []

        def fail_for_one(contract):
            tried.append(contract)
            if contract == broken:
                raise OSError("disk full")
            return store(contract)

        self.startPatcher(
            patch.object(self.registry["customer.contract"], "_store_signed_document", fail_for_one)
        )
        with mute_logger(COMPLETION):
            self.env["customer.contract"]._cron_finalize()
            self.env["customer.contract"]._cron_finalize()
        self.assertEqual(tried, [broken, right])
        self.assertTrue(right.copies_sent_on)
        with freeze_time(fields.Datetime.now() + timedelta(minutes=16)), mute_logger(COMPLETION):
            self.env["customer.contract"]._cron_finalize()
        self.assertEqual(tried, [broken, right, broken], "and is tried again")

    def test_filestore_that_refuses_to_write(self):
        Attachment = self.registry["ir.attachment"]
        contract = self._create_contract()
        with (
            patch.object(Attachment, "_file_write", side_effect=OSError("read-only")),
            self.assertRaisesRegex(UserError, "could not be stored"),
            self.env.cr.savepoint(),
        ):
            self._sign_as_manager(contract)
        self.env.invalidate_all()
        self.assertFalse(contract.version_ids | contract.current_version_id)
        self.assertFalse(contract.signature_ids)
        self._sign_as_manager(contract)
        contract.action_send()
        self._sign_as_customer(contract)
        self.startPatcher(
            patch.object(self.registry["ir.cron"], "_commit_progress", return_value=100)
        )
        for read in (lambda *args, **kwargs: b"", lambda *args, **kwargs: b"%PDF-cut"):
            with (
                patch.object(Attachment, "_file_read", read),
                self.assertLogs("odoo.addons.customer_contract", "ERROR"),
            ):
                contract.sudo()._finalize_or_report()
            self.assertEqual(contract.state, "signed")
            self.assertFalse(contract.signed_document_id)
            self.assertFalse(contract.copies_sent_on)
        contract.sudo()._finalize_or_report()
        self.assertTrue(contract.signed_document_id)
        self.assertTrue(contract.verify_integrity()["ok"])
