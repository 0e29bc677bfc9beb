import io
from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from ...models.evidence.customer_contract_rows import ROWS_KEY, ReadRows
from ...tools.pdf import seal as pdf_seal
from ..common import make_pdf
from .common import SealCommon


@tagged("post_install", "-at_install")
class TestSealAttacks(SealCommon):
    """What is found out about files and records that were changed afterwards."""

    def _replace_file(self, contract, content):
        """Let the stored file have other bytes, as somebody on the server can."""
        Attachment = self.registry["ir.attachment"]
        read = Attachment._file_read
        target = contract.signed_document_id.store_fname

        def read_other(records, name, *args, **kwargs):
            return content if name == target else read(records, name, *args, **kwargs)

        return patch.object(Attachment, "_file_read", read_other)

    def test_changed_files(self):
        self._create_certificate()
        contract = self._create_signed_contract()
        document = contract.signed_document_id.raw
        middle = document.index(b"stream") + 20
        overlaid = self._overlay(document)
        for name, content in {
            "a byte flipped": document[:middle]
            + bytes([document[middle] ^ 1])
            + document[middle + 1 :],
            "a byte flipped in the seal": document[:-700]
            + bytes([document[-700] ^ 1])
            + document[-699:],
            "bytes appended": document + b"\n% trailing\n",
            "one byte appended": document + b"\n",
            "cut off": document[:-10],
            "a red box drawn": overlaid,
            "written anew": self._rewrite(document),
            "sealed with another certificate": self._seal_otherwise(contract),
            "sealed twice": self._seal_again(document),
            "no PDF at all": b"Hello",
            "nothing": b"",
        }.items():
            with self.subTest(name), self._replace_file(contract, content):
                self.assertFalse(self._get_check(contract, "seal")["ok"])
                self.assertFalse(self._get_check(contract, "signed contract")["ok"])
                quick = contract.sudo().with_context(**{ROWS_KEY: ReadRows(is_quick=True)})
                self.assertTrue(quick._find_seal_problem())
                self.assertFalse(contract.sudo()._find_intact())
        self.assertTrue(contract.verify_integrity()["ok"])

    def _overlay(self, document):
        """Draw a red box over the first page, in a part added to the file."""
        from pyhanko.pdf_utils import generic
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

        writer = IncrementalPdfFileWriter(io.BytesIO(document), strict=False)
        box = generic.StreamObject(stream_data=b"q 1 0 0 rg 100 400 300 200 re f Q")
        writer.add_stream_to_page(0, writer.add_object(box))
        output = io.BytesIO()
        writer.write(output)
        return output.getvalue()

    def _rewrite(self, document):
        writer = PdfFileWriter()
        for page in PdfFileReader(io.BytesIO(document), strict=False).pages:
            writer.add_page(page)
        output = io.BytesIO()
        writer.write(output)
        return output.getvalue()

    def _seal_otherwise(self, contract):
        """Seal a forged file with a certificate of the same name."""
        forger = self.env["res.company"].create({"name": "Forger"})
        key = self._create_certificate(forger).sudo()._unlock()
        return pdf_seal.finish_file(make_pdf("Forged"), key=key)

    def _seal_again(self, document):
        with patch.object(pdf_seal, "SEAL_FIELD", "Second"):
            certificate = self.Certificate.search([("company_id", "=", self.company.id)])
            key = certificate.sudo()._unlock()
            try:
                return pdf_seal.finish_file(document, key=key)
            except Exception:
                # pyHanko itself refuses to sign what a seal has closed
                return document + b"%"

    def _execute(self, statement, *values):
        """Do what only somebody with the database in his hands can do."""
        self.env.flush_all()
        for table in ("customer_contract_event", "customer_contract_signature", "ir_attachment"):
            self.env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        self.env.cr.execute(statement, values)
        for table in ("customer_contract_event", "customer_contract_signature", "ir_attachment"):
            self.env.cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        self.env.invalidate_all()

    def test_changed_records(self):
        certificate = self._create_certificate()
        contract = self._create_signed_contract()
        other = self._create_certificate(self.env["res.company"].create({"name": "Other"}))
        for name, statement, value in (
            (
                "unsealed",
                "UPDATE customer_contract SET seal_state = %s WHERE id = %s",
                "not_sealed",
            ),
            (
                "other certificate",
                "UPDATE customer_contract SET seal_certificate_id = %s WHERE id = %s",
                other.id,
            ),
            (
                "timestamp",
                "UPDATE customer_contract SET seal_timestamp = %s WHERE id = %s",
                "2020-01-01",
            ),
        ):
            savepoint = self.env.cr.savepoint()
            self._execute(statement, value, contract.id)
            with self.subTest(name):
                self.assertFalse(self._get_check(contract, "seal")["ok"])
            savepoint.close(rollback=True)
            self.env.invalidate_all()
        savepoint = self.env.cr.savepoint()
        self._execute(
            "UPDATE customer_contract_certificate SET digest = %s WHERE id = %s",
            "0" * 64,
            certificate.id,
        )
        self.assertFalse(self._get_check(contract, "seal")["ok"])
        savepoint.close(rollback=True)
        self.env.invalidate_all()
        self.assertTrue(contract.verify_integrity()["ok"])

    def test_rebuilt_trail_is_found_out_without_certificate(self):
        """Who has the database can rebuild the chain, but not what is in the file."""
        contract = self._create_signed_contract()
        events = contract.event_ids.sorted("sequence")
        Event = self.env["customer.contract.event"]
        previous_hash = "0" * 64
        for event in events:
            values = {
                "contract_id": contract.id,
                "sequence": event.sequence,
                "event_type": event.event_type,
                # one hour earlier than it was
                "occurred_on": event.occurred_on - timedelta(hours=1),
                "payload_digest": event.payload_digest,
                "previous_hash": previous_hash,
            }
            digest = Event._hash_header(values)
            self._execute(
                "UPDATE customer_contract_event SET occurred_on = %s, previous_hash = %s,"
                " hash = %s WHERE id = %s",
                values["occurred_on"],
                previous_hash,
                digest,
                event.id,
            )
            previous_hash = digest
        self._execute(
            "UPDATE customer_contract SET trail_head = %s WHERE id = %s",
            previous_hash,
            contract.id,
        )
        self.assertTrue(self._get_check(contract, "trail")["ok"])
        check = self._get_check(contract, "attached evidence")
        self.assertFalse(check["ok"])
        self.assertIn("audit trail", check["detail"])

    def test_changed_signature_is_found_out_by_the_file(self):
        contract = self._create_signed_contract()
        self._execute(
            "UPDATE customer_contract_signature SET ip_address = %s WHERE contract_id = %s",
            "203.0.113.1",
            contract.id,
        )
        check = self._get_check(contract, "attached evidence")
        self.assertFalse(check["ok"])
        self.assertIn("signatures", check["detail"])
