import contextlib
import io
import json
from datetime import timedelta
from unittest.mock import patch

import requests
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import OdooPdfFileReader

from ...exceptions import SealPendingError
from ...models.seal.customer_contract import _timestamp_pauses
from ...tools.pdf import seal as pdf_seal
from .common import SEAL, SealCommon, make_pkcs12, make_rsa_key


@tagged("post_install", "-at_install")
class TestSeal(SealCommon):
    """When a contract is sealed, when not, and what it says then."""

    def _store(self, contract):
        """Take the step of the scheduled action, which reports what fails."""
        with mute_logger(SEAL):
            contract._finalize_or_report()

    def _assert_pending(self, contract):
        self.assertEqual(contract.seal_state, "pending")
        self.assertFalse(contract.signed_document_id)
        self.assertFalse(contract.copies_sent_on)
        self.assertEqual(self._count_events(contract, "seal_pending"), 1)
        self.assertEqual(self._count_events(contract, "document_stored"), 0)
        self.assertFalse(
            self.env["ir.attachment"].search(
                [
                    ("res_model", "=", contract._name),
                    ("res_id", "=", contract.id),
                    ("name", "like", "%signed.pdf"),
                ]
            )
        )

    def _assert_stored_once(self, contract, state="sealed"):
        self.assertEqual(contract.seal_state, state)
        self.assertTrue(contract.copies_sent_on)
        self.assertEqual(self._count_events(contract, "document_stored"), 1)
        stored = self.env["ir.attachment"].search(
            [
                ("res_model", "=", contract._name),
                ("res_id", "=", contract.id),
                ("name", "like", "%signed.pdf"),
            ]
        )
        self.assertEqual(stored, contract.signed_document_id)
        self.assertTrue(contract.verify_integrity()["ok"], contract.verify_integrity())

    # === SEALED OR NOT === #

    def test_without_certificate(self):
        contract = self._create_completed_contract()
        self._store(contract)
        self._assert_stored_once(contract, "not_sealed")
        self.assertFalse(contract.seal_level or contract.seal_serial or contract.seal_timestamp)
        self.assertIsNone(self._get_check(contract, "seal"))
        self.assertTrue(self._get_check(contract, "attached evidence")["ok"])
        self.assertEqual(
            pdf_seal.read_seal(contract.signed_document_id.raw, fields.Datetime.now()).problem,
            "missing",
        )

    def test_sealed(self):
        certificate = self._create_certificate()
        contract = self._create_completed_contract()
        self._store(contract)
        self._assert_stored_once(contract)
        self.assertEqual(contract.seal_level, "b_b")
        self.assertEqual(contract.seal_certificate_id, certificate)
        self.assertEqual(contract.seal_serial, certificate.serial_number)
        self.assertFalse(contract.seal_timestamp)
        self.assertTrue(self._get_check(contract, "seal")["ok"])
        seal = pdf_seal.read_seal(
            contract.signed_document_id.raw, fields.Datetime.now(), certificate._get_chain()
        )
        self.assertEqual(
            (seal.problem, seal.certificate_digest, seal.timestamp),
            (None, certificate.digest, None),
        )
        event = contract.event_ids.filtered(lambda event: event.event_type == "sealed")
        details = event._get_payload()["details"]
        self.assertEqual(details["level"], "PAdES B-B")
        self.assertEqual(details["certificate_sha256"], certificate.digest)

    def test_rsa_and_elliptic_curve_seal(self):
        for key in (None, make_rsa_key()):
            with self.subTest(key=key):
                certificate = self.Certificate._import_pkcs12(
                    self.company, make_pkcs12(key=key), "secret"
                )
                contract = self._create_completed_contract()
                self._store(contract)
                self._assert_stored_once(contract)
                self.assertEqual(contract.seal_certificate_id, certificate)

    def test_fields_cannot_be_written(self):
        certificate = self._create_certificate()
        contract = self._create_signed_contract()
        for values in (
            {"seal_state": "sealed"},
            {"seal_level": "b_t"},
            {"seal_certificate_id": certificate.id},
            {"seal_timestamp": "2020-01-01 00:00:00"},
        ):
            for user in (self.manager, self.admin):
                with self.assertRaises(AccessError):
                    contract.with_user(user).write(values)
            with self.assertRaises(AccessError):
                contract.sudo().write(values)

    def test_several_companies(self):
        """The other company's certificate seals nothing of ours."""
        other = self.env["res.company"].create({"name": "Other Company"})
        self._create_certificate(other)
        contract = self._create_completed_contract()
        self._store(contract)
        self._assert_stored_once(contract, "not_sealed")

    def test_scheduled_action_uses_the_certificate_in_use(self):
        """The scheduled action also reads what is archived, but not to seal with it."""
        self._create_certificate()
        second = self._create_certificate()
        contract = self._create_completed_contract()
        self.env["customer.contract"]._cron_finalize()
        self._assert_stored_once(contract)
        self.assertEqual(contract.seal_certificate_id, second)
        second.action_archive()
        contract = self._create_completed_contract()
        self.env["customer.contract"]._cron_finalize()
        self._assert_stored_once(contract, "not_sealed")

    # === PENDING === #

    def test_missing_or_wrong_passphrase(self):
        self._create_certificate()
        for passphrase in ("", "short", "quite another passphrase than before"):
            contract = self._create_completed_contract()
            with self.subTest(passphrase), self._without_passphrase(passphrase):
                self._store(contract)
                self._store(contract)
                self._assert_pending(contract)
                self.assertEqual(self._count_events(contract, "job_failed"), 0)
            self._store(contract)
            self._assert_stored_once(contract)

    def test_damaged_key(self):
        certificate = self._create_certificate()
        contract = self._create_completed_contract()
        other = self._create_certificate(self.env["res.company"].create({"name": "Other"}))
        good = certificate.sudo().private_key_pem
        for damaged in (good.replace("M", "N", 1), "", other.sudo().private_key_pem):
            certificate.sudo()._write_protected({"private_key_pem": damaged or " "})
            self._store(contract)
            self._assert_pending(contract)
        certificate.sudo()._write_protected({"private_key_pem": good})
        self._store(contract)
        self._assert_stored_once(contract)

    def test_expired_certificate_seals_nothing(self):
        self._create_certificate()
        contract = self._create_completed_contract()
        with freeze_time(fields.Datetime.now() + timedelta(days=4 * 366)):
            self._store(contract)
            self._assert_pending(contract)
            self._create_certificate()
            self._store(contract)
            self._assert_stored_once(contract)

    def test_seal_that_does_not_hold_is_not_stored(self):
        self._create_certificate()
        contract = self._create_completed_contract()
        finish = pdf_seal.finish_file
        with patch.object(
            pdf_seal, "finish_file", lambda *args, **kwargs: finish(*args, **kwargs) + b"\n%"
        ):
            self._store(contract)
        self._assert_pending(contract)
        with patch.object(pdf_seal, "finish_file", lambda pdf, *args, **kwargs: pdf):
            self._store(contract)
        self._assert_pending(contract)
        with patch.object(pdf_seal, "finish_file", side_effect=ValueError("broken")):
            self._store(contract)
        self._assert_pending(contract)
        self._store(contract)
        self._assert_stored_once(contract)

    def test_manager_is_told_once(self):
        self._create_certificate()
        contract = self._create_completed_contract()
        with self._without_passphrase():
            for _try in range(3):
                self._store(contract)
        told = contract.message_ids.filtered(lambda message: "waits for its seal" in message.body)
        self.assertEqual(len(told), 1)
        self.assertNotIn("battery", told.body)

    def test_killed_between_steps(self):
        """Whenever the job dies, it starts again and stores one file."""
        self._create_certificate()
        contract = self._create_completed_contract()
        Contract = self.registry["customer.contract"]
        for target, name in (
            (Contract, "_render_contract_pdf"),
            (Contract, "_finish_document"),
            (pdf_seal, "finish_file"),
            (Contract, "_store_evidence_file"),
            (Contract, "_read_seal"),
            (Contract, "_send_copies"),
        ):
            with self.subTest(name), patch.object(target, name, side_effect=KeyboardInterrupt):
                # assertRaises would roll back what the first steps have committed
                with contextlib.suppress(KeyboardInterrupt):
                    contract._finalize_or_report()
                    self.fail("The job was not killed.")
                contract.invalidate_recordset()
                self.assertEqual(bool(contract.signed_document_id), name == "_send_copies")
                self.assertFalse(contract.copies_sent_on)
        self._store(contract)
        self._assert_stored_once(contract)

    # === TIMESTAMPS === #

    def test_timestamp(self):
        self._create_certificate()
        contract = self._create_completed_contract()
        with self._timestamp_authority() as (url, requests):
            self.company.contract_timestamp_url = url
            self._store(contract)
        self.assertEqual(len(requests), 2)
        self._assert_stored_once(contract)
        self.assertEqual(contract.seal_level, "b_t")
        age = fields.Datetime.now() - contract.seal_timestamp
        self.assertLess(abs(age.total_seconds()), 60)

    def test_timestamp_is_not_the_local_clock(self):
        self._create_certificate()
        contract = self._create_completed_contract()
        before = fields.Datetime.now()
        with self._timestamp_authority() as (url, _requests):
            self.company.contract_timestamp_url = url
            with patch.object(fields.Datetime, "now", lambda *args: before + timedelta(days=30)):
                self._store(contract)
        self.assertLess(contract.seal_timestamp, before + timedelta(hours=1))

    def test_authority_is_down(self):
        self._create_certificate()
        contract = self._create_completed_contract()
        with self._timestamp_authority() as (url, requests):
            self.company.contract_timestamp_url = url
        self._store(contract)
        self._store(contract)
        self._assert_pending(contract)
        event = contract.event_ids.filtered(lambda event: event.event_type == "seal_pending")
        self.assertIn("127.0.0.1", event.description)
        self.assertFalse(requests)
        with self._timestamp_authority() as (url, _requests):
            self.company.contract_timestamp_url = url
            self._store(contract)
        self._assert_stored_once(contract)
        self.assertEqual(contract.seal_level, "b_t")

    def test_authority_goes_down_while_sealing(self):
        self._create_certificate()
        contract = self._create_completed_contract()
        with self._timestamp_authority() as (url, _requests):
            self.company.contract_timestamp_url = url
            post, answers = requests.post, []

            def answer_once(*args, **kwargs):
                if answers:
                    raise OSError("down")
                answers.append(post(*args, **kwargs))
                return answers[0]

            with patch("requests.post", answer_once):
                self._store(contract)
            self.assertEqual(len(answers), 1)
            self._assert_pending(contract)
            self._store(contract)
        self._assert_stored_once(contract)

    def test_one_outage_is_asked_for_once(self):
        self._create_certificate()
        self.company.contract_timestamp_url = "http://user:secret@tsa.example.com/x"
        contracts = [self._create_completed_contract() for _number in range(3)]
        with patch.object(
            pdf_seal, "ask_timestamp_authority", side_effect=OSError("down")
        ) as asked:
            for contract in contracts:
                self._store(contract)
        self.assertEqual(asked.call_count, 1)
        for contract in contracts:
            self._assert_pending(contract)
            self.assertNotIn("secret", contract.event_ids[0].payload)
            self.assertIn("tsa.example.com", contract.event_ids[0].payload)

    def test_answers_that_are_no_timestamps(self):
        self._create_certificate()
        contract = self._create_completed_contract()
        with self._timestamp_authority() as (url, _requests):
            self.company.contract_timestamp_url = url
            with patch("requests.post") as post:
                post.return_value.headers = {"Content-Type": "text/html"}
                self._store(contract)
                self._assert_pending(contract)
                _timestamp_pauses.clear()
                post.return_value.headers = {"Content-Type": "application/timestamp-reply"}
                post.return_value.content = b"<html>"
                self._store(contract)
                self._assert_pending(contract)

    def test_address_of_authority(self):
        for url in ("ftp://tsa.example.com", "javascript:alert(1)", "tsa.example.com", "https://"):
            with self.assertRaises(ValidationError):
                self.company.contract_timestamp_url = url
        self.company.contract_timestamp_url = "https://user:pass@tsa.example.com/tsr"
        with self.assertRaises(AccessError):
            self.company.with_user(self.manager).read(["contract_timestamp_url"])

    # === EVIDENCE INSIDE === #

    def test_attached_evidence(self):
        contract = self._create_completed_contract()
        contract.write({"note": "<p>Margin is low</p>"})
        with self._timestamp_authority():
            self._store(contract)
        document = contract.signed_document_id.raw
        attached = dict(OdooPdfFileReader(io.BytesIO(document), strict=False).getAttachments())
        self.assertEqual(list(attached), ["evidence.json"])
        evidence = json.loads(attached["evidence.json"])
        serialize = self.env["customer.contract.event"]._serialize
        self.assertEqual(attached["evidence.json"].decode(), serialize(evidence))
        version = contract.current_version_id
        self.assertEqual(evidence["versions"][0]["content"], version._get_content())
        self.assertEqual(evidence["versions"][0]["content_digest"], version.content_digest)
        self.assertEqual(
            evidence["signatures"],
            [signature._export() for signature in contract.signature_ids.sorted("id")],
        )
        length = evidence["trail"]["length"]
        events = contract.event_ids.sorted("sequence")[:length]
        self.assertEqual(evidence["trail"]["head"], events[-1].hash)
        self.assertEqual(
            [(event["sequence"], event["hash"]) for event in evidence["events"]],
            [(event.sequence, event.hash) for event in events],
        )
        self.assertEqual(
            evidence["consents"][0]["text"],
            contract.signature_ids.filtered("consent_text").consent_text,
        )

    def test_evidence_keeps_inside_what_is_internal(self):
        contract = self._create_contract(amount_total=777777)
        contract.write({"amount_total": 1200})
        self._sign_as_manager(contract)
        contract.action_new_version()
        contract.write({"title": "Kinder Title"})
        self._sign_as_manager(contract)
        contract.action_send()
        self._sign_as_customer(contract)
        self._finalize(contract)
        text = pdf_seal.read_attachment(contract.signed_document_id.raw, "evidence.json").decode()
        self.assertNotIn("777777", text)
        evidence = json.loads(text)
        first, second = evidence["versions"]
        oldest = contract.version_ids.sorted("number")[0]
        # the first was never sent to anybody outside
        self.assertIsNone(first["content"])
        self.assertEqual(first["content_digest"], oldest.content_digest)
        self.assertEqual(second["content"]["title"], "Kinder Title")
        kinds = {event["event_type"]: event["payload"] for event in evidence["events"]}
        self.assertIsNone(kinds["changed"])
        self.assertIsNotNone(kinds["signed"])
        self.assertTrue(self._get_check(contract.sudo(), "attached evidence")["ok"])

    def test_pending_error_is_for_people(self):
        self._create_certificate()
        contract = self._create_completed_contract()
        with self._without_passphrase(), self.assertRaises(SealPendingError) as caught:
            contract._store_signed_document()
        self.assertIn("CUSTOMER_CONTRACT_SEAL_PASSPHRASE", str(caught.exception))
        self.assertIn("customer_contract_seal_passphrase", str(caught.exception))
