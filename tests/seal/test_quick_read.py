import base64
import random
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric import ec

from odoo.tests import tagged

from ...const import EVIDENCE_FILE_NAME
from ...models.evidence.customer_contract_rows import ROWS_KEY, ReadRows
from ...tools import verify
from ...tools.pdf import quick_read, seal
from .common import SealCommon, make_pkcs12, make_rsa_key

FLIPS = 60


@tagged("post_install", "-at_install")
class TestQuickRead(SealCommon):
    """What many files are checked with says nothing better of one than reading it whole."""

    def _import(self, key):
        content = base64.b64encode(make_pkcs12(key=key)).decode()
        self.env["customer.contract.certificate.import"].with_user(self.admin).create(
            {"file": content, "password": "secret"}
        )

    def _read(self, contract, pdf):
        """Return the form of a seal that seems to hold, and whether it does."""
        certificate = contract.seal_certificate_id
        sealing, *chain = verify.read_certificates(certificate._get_public_pem().encode())
        moment = contract._get_recorded_seal()["occurred_on"]
        return (
            quick_read.read_plain_seal(pdf, moment, sealing, tuple(chain)),
            not seal.read_seal(pdf, moment, certificate._get_chain()).problem,
        )

    def test_seals(self):
        chance = random.Random(11)
        for name, key in (
            ("RSA", make_rsa_key(2048)),
            ("P-256", ec.generate_private_key(ec.SECP256R1())),
            ("P-384", ec.generate_private_key(ec.SECP384R1())),
        ):
            self._import(key)
            contract = self._create_signed_contract().sudo()
            pdf = contract.signed_document_id.raw
            form, whole = self._read(contract, pdf)
            self.assertTrue(form, name)
            self.assertTrue(whole, name)
            start = pdf.index(b"/ByteRange")
            container = verify.read_seal(pdf)[1]
            sealed = pdf.lower().index(container.hex().encode())
            places = [chance.randrange(start, len(pdf)) for _number in range(FLIPS // 2)]
            places += [sealed + chance.randrange(4000) for _number in range(FLIPS // 2)]
            for place in places:
                changed = pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]
                quick, whole = self._read(contract, changed)
                with self.subTest(name, place=place):
                    # Another form is read as a whole.
                    self.assertLessEqual(quick == form, whole)
            for changed in (pdf + b"\n", pdf[:-1], pdf.replace(b"%PDF-1.", b"%PDF-2.", 1), b""):
                self.assertEqual(self._read(contract, changed), (None, False))

    def test_attachment(self):
        contract = self._create_signed_contract().sudo()
        pdf = contract.signed_document_id.raw
        content = quick_read.find_attachment(pdf)
        self.assertTrue(content)
        self.assertEqual(content, seal.read_attachment(pdf, EVIDENCE_FILE_NAME))
        for other in (contract.current_version_id.pdf_attachment_id.raw, pdf + pdf, b""):
            self.assertIsNone(quick_read.find_attachment(other))

    def test_read_as_a_whole_once(self):
        """Whether the issuers vouch for a certificate is the same for all its files."""
        self._import(make_rsa_key(2048))  # signatures of one length: one form
        contracts = self.env["customer.contract"].sudo()
        for _number in range(3):
            contracts |= self._create_signed_contract().sudo()
        with (
            patch.object(seal, "read_seal", wraps=seal.read_seal) as read_seal,
            patch.object(seal, "read_attachment", wraps=seal.read_attachment) as read_attachment,
        ):
            self.assertEqual(contracts._find_intact(), contracts)
        self.assertEqual(read_seal.call_count, 1)
        self.assertEqual(read_attachment.call_count, 0)

    def test_other_certificate(self):
        """A seal that holds, by a certificate that is not the one on record."""
        self._create_certificate()
        contract = self._create_signed_contract().sudo()
        self._create_certificate()
        other = self._create_signed_contract().sudo()
        content = other.signed_document_id.raw
        rows = ReadRows(is_quick=True)
        rows._file = contract.signed_document_id.id, content
        self.assertTrue(contract.with_context(**{ROWS_KEY: rows})._find_seal_problem())

    def test_timestamp_is_read_as_a_whole(self):
        self._create_certificate()
        with self._timestamp_authority() as (url, _requests):
            self.company.contract_timestamp_url = url
            contract = self._create_signed_contract().sudo()
        self.assertEqual(contract.seal_level, "b_t")
        self.assertEqual(self._read(contract, contract.signed_document_id.raw), (None, True))
        self.assertEqual(contract._find_intact(), contract)
