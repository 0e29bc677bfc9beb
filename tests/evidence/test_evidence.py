from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import ContractCommon


@tagged("post_install", "-at_install")
class TestEvidence(ContractCommon):
    """Attacks on what proves a contract: each is refused, or found out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.env.ref("base.user_admin")

    def setUp(self):
        super().setUp()
        self.contract = self._create_signed_contract()

    def _without_triggers(self, statement, *values):
        """Do what only somebody with the database in his hands can do."""
        cr = self.env.cr
        self.env.flush_all()
        tables = (
            "customer_contract",
            "customer_contract_event",
            "customer_contract_version",
            "customer_contract_signature",
            "ir_attachment",
        )
        for table in tables:
            cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cr.execute(statement, values)
        for table in tables:
            cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        self.env.invalidate_all()

    def _assert_found_out(self, check=None):
        result = self.contract.verify_integrity()
        self.assertFalse(result["ok"], result)
        failed = [item["name"] for item in result["checks"] if not item["ok"]]
        if check:
            self.assertIn(check, failed)

    def test_untouched_contract_is_intact(self):
        result = self.contract.with_user(self.manager).verify_integrity()
        self.assertTrue(result["ok"], result)
        names = [check["name"] for check in result["checks"]]
        self.assertIn("trail", names)
        self.assertIn("version 1", names)
        self.assertIn("signed contract", names)
        with self.assertRaises(AccessError):
            self.contract.with_user(self.portal_user).verify_integrity()
        with self.assertRaises(AccessError):
            self.contract.with_user(self.portal_user).get_audit_trail()

    def test_orm_refuses_everybody(self):
        rows = (
            self.contract.version_ids[0],
            self.contract.signature_ids[0],
            self.contract.event_ids[0],
        )
        for row in rows:
            for records in (row, row.with_user(self.admin), row.sudo()):
                field = next(name for name in ("number", "signed_by", "event_type") if name in row)
                with self.subTest(row._name), self.assertRaises(AccessError):
                    records.write({field: records[field]})
                with self.subTest(row._name), self.assertRaises(AccessError):
                    records.unlink()
                with self.subTest(row._name), self.assertRaises(AccessError):
                    records.copy()

    def test_nobody_enters_a_signature(self):
        contract = self._create_sent_contract()
        values = {
            "contract_id": contract.id,
            "participant_id": self._get_participant(contract, self.customer).id,
            "version_id": contract.current_version_id.id,
            "content_digest": contract.current_version_id.content_digest,
            "signed_by": "Carla Customer",
            "signed_on": fields.Datetime.now(),
            "image": self.signature,
            "image_digest": "0" * 64,
            "intent_text": "I sign",
            "identified_by": "portal",
        }
        Signature = self.env["customer.contract.signature"]
        for model in (
            Signature.with_user(self.manager),
            Signature.with_user(self.admin),
            Signature.sudo(),
            Signature.sudo().with_context(customer_contract_pass=True),
            Signature.sudo().with_context(customer_contract_pass="object"),
        ):
            with self.assertRaises(AccessError):
                model.create(values)
            loaded = model.load(list(values), [[str(value) for value in values.values()]])
            self.assertFalse(loaded["ids"])
        with self.assertRaises(UserError):
            contract.sudo().write({"signature_ids": [Command.create(values)]})
        customer = self._get_participant(contract, self.customer)
        with self.assertRaises(UserError):
            customer.write({"signature_ids": [Command.create(values)]})
        self.assertEqual(contract.state, "sent")
        self.assertEqual(len(contract.signature_ids), 1)

    @mute_logger("odoo.sql_db")
    def test_database_refuses_what_goes_around_the_orm(self):
        attachment = self.contract.signed_document_id.id
        statements = (
            "UPDATE customer_contract_event SET event_type = 'signed'",
            "DELETE FROM customer_contract_event",
            "TRUNCATE customer_contract_event",
            "UPDATE customer_contract_signature SET signed_by = 'Somebody'",
            "DELETE FROM customer_contract_signature",
            "UPDATE customer_contract_version SET content = '{}'",
            "DELETE FROM customer_contract_version",
            f"DELETE FROM customer_contract WHERE id = {self.contract.id}",
            f"UPDATE ir_attachment SET checksum = 'x' WHERE id = {attachment}",
            f"UPDATE ir_attachment SET contract_evidence = false WHERE id = {attachment}",
            f"DELETE FROM ir_attachment WHERE id = {attachment}",
        )
        for statement in statements:
            with (
                self.subTest(statement),
                self.assertRaises(psycopg2.Error),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement)

    def test_files_cannot_be_touched(self):
        for attachment in (
            self.contract.signed_document_id,
            self.contract.current_version_id.pdf_attachment_id,
        ):
            for records in (attachment.with_user(self.admin), attachment.sudo()):
                for values in (
                    {"raw": b"%PDF"},
                    {"name": "x"},
                    {"res_id": 1},
                    {"public": True},
                ):
                    with self.assertRaises(AccessError):
                        records.write(values)
                with self.assertRaises(AccessError):
                    records.write({"contract_evidence": False})
                with self.assertRaises(AccessError):
                    records.unlink()

    def test_flipped_byte_in_filestore(self):
        Attachment = self.registry["ir.attachment"]
        read = Attachment._file_read
        for attachment, check in (
            (self.contract.signed_document_id, "signed contract"),
            (self.contract.current_version_id.pdf_attachment_id, "version 1"),
        ):

            def flipped(records, name, *args, target=attachment.store_fname, **kwargs):
                content = read(records, name, *args, **kwargs)
                if name == target:
                    content = content[:50] + bytes([content[50] ^ 1]) + content[51:]
                return content

            with patch.object(Attachment, "_file_read", flipped):
                self._assert_found_out(check)
            with patch.object(Attachment, "_file_read", lambda *args, **kwargs: b""):
                self._assert_found_out(check)

    def test_changed_content(self):
        self._without_triggers(
            "UPDATE customer_contract_version SET content = replace(content, 'fixed', 'free')"
            " WHERE contract_id = %s",
            self.contract.id,
        )
        self._assert_found_out("version 1")

    def test_changed_content_with_its_digest(self):
        version = self.contract.current_version_id
        content = version.content.replace("fixed", "free")
        self._without_triggers(
            "UPDATE customer_contract_version SET content = %s, content_digest = %s WHERE id = %s",
            content,
            version._digest(content),
            version.id,
        )
        self._assert_found_out("version 1")

    def test_swapped_file_with_its_digest(self):
        other = self._create_signed_contract()
        self._without_triggers(
            "UPDATE customer_contract SET signed_document_id = %s, signed_document_digest = %s"
            " WHERE id = %s",
            other.signed_document_id.id,
            other.signed_document_digest,
            self.contract.id,
        )
        self._assert_found_out("signed contract")

    def test_changed_signature(self):
        for column, value in (
            ("signed_by", "Somebody Else"),
            ("signed_on", fields.Datetime.now() - timedelta(days=1)),
            ("content_digest", "0" * 64),
            ("ip_address", "203.0.113.1"),
            ("consent_text", "I never agreed"),
            ("identified_by", "passkey"),
        ):
            signature = self.contract.signature_ids.sorted("id")[-1]
            savepoint = self.env.cr.savepoint()
            self._without_triggers(
                f"UPDATE customer_contract_signature SET {column} = %s WHERE id = %s",
                value,
                signature.id,
            )
            with self.subTest(column):
                self._assert_found_out()
            savepoint.close(rollback=True)
            self.env.invalidate_all()
        self.assertTrue(self.contract.verify_integrity()["ok"])

    def test_events_dropped_inserted_reordered_truncated(self):
        last = max(self.contract.event_ids.mapped("sequence"))
        table = "customer_contract_event"
        where = f"WHERE contract_id = {self.contract.id}"
        attacks = {
            "dropped": f"DELETE FROM {table} {where} AND sequence = 3",
            "dropped and renumbered": f"""
                DELETE FROM {table} {where} AND sequence = 3;
                UPDATE {table} SET sequence = -sequence {where} AND sequence > 3;
                UPDATE {table} SET sequence = -sequence - 1 {where} AND sequence < 0""",
            "truncated": f"DELETE FROM {table} {where} AND sequence > {last - 2}",
            "inserted": f"""
                INSERT INTO {table} (contract_id, sequence, event_type, occurred_on, payload,
                                     payload_digest, previous_hash, hash)
                SELECT contract_id, {last + 1}, 'signed', occurred_on, payload, payload_digest,
                       hash, repeat('a', 64) FROM {table} {where} AND sequence = {last}""",
            "reordered": f"""
                UPDATE {table} SET sequence = -1 {where} AND sequence = 2;
                UPDATE {table} SET sequence = 2 {where} AND sequence = 3;
                UPDATE {table} SET sequence = 3 {where} AND sequence = -1""",
            "changed": f"UPDATE {table} SET event_type = 'declined' {where} AND sequence = 4",
            "changed payload": f"UPDATE {table} SET payload = '{{}}' {where} AND sequence = 4",
            "changed time": f"""
                UPDATE {table} SET occurred_on = occurred_on - interval '1 day'
                {where} AND sequence = 4""",
        }
        for name, statement in attacks.items():
            savepoint = self.env.cr.savepoint()
            self._without_triggers(statement)
            with self.subTest(name):
                self._assert_found_out("trail")
            savepoint.close(rollback=True)
            self.env.invalidate_all()
        self.assertTrue(self.contract.verify_integrity()["ok"])

    def test_events_are_gap_free_and_chained(self):
        events = self.contract.event_ids.sorted("sequence")
        self.assertEqual(events.mapped("sequence"), list(range(1, len(events) + 1)))
        self.assertEqual(self.contract.trail_length, len(events))
        self.assertEqual(self.contract.trail_head, events[-1].hash)
        trail = self.contract.with_user(self.manager).get_audit_trail()
        self.assertEqual([event["sequence"] for event in trail], events.mapped("sequence"))

    def test_canonical_text(self):
        serialize = self.env["customer.contract.version"]._serialize
        self.assertEqual(serialize({"b": 1, "a": ["é", None, True]}), '{"a":["é",null,true],"b":1}')
        for value in (1.5, b"x", fields.Date.today(), {"x": 0.1}, [0.1]):
            with self.assertRaises(TypeError):
                serialize({"value": value})

    def test_changes_are_in_the_trail(self):
        contract = self._create_contract()
        contract.write({"amount_total": 1500, "title": "New Title"})
        event = contract.event_ids.sorted("sequence")[-1]
        self.assertEqual(event.event_type, "changed")
        self.assertIn("Maintenance Agreement → New Title", event.description)
        self.assertIn("1200", event.description)
        count = len(contract.event_ids)
        contract.write({"title": "New Title"})
        self.assertEqual(len(contract.event_ids), count)

    def test_outside_resources_are_not_frozen(self):
        contract = self._create_contract()
        contract.section_ids[0].body = (
            '<p>Text <img src="http://tracker.example.com/x.png"/>'
            '<a href="https://example.com">link</a></p>'
            "<script>alert(1)</script>"
        )
        self._sign_as_manager(contract)
        content = contract.current_version_id.content
        self.assertNotIn("tracker", content)
        self.assertNotIn("script", content)
        self.assertIn("https://example.com", content)
