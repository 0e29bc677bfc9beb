import json
import re
import shutil
import subprocess
import tempfile
import unicodedata
from pathlib import Path
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from ...tools.pdf import seal as pdf_seal
from ...utils import format_moment
from .common import SealCommon

BROWSER = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Mobile Safari/537.36"
)
PROGRAMS = (
    "wkhtmltopdf",
    "pdftotext",
    "pdfsig",
    "pdfdetach",
    "pdftoppm",
    "qpdf",
    "certutil",
    "zbarimg",
)


@tagged("post_install", "-at_install")
class TestSealStory(SealCommon):
    """A contract as it leaves the house, examined with other people's tools."""

    renders_reports = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        missing = [program for program in PROGRAMS if not shutil.which(program)]
        if missing:
            raise AssertionError(f"These programs are needed: {', '.join(missing)}")

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def _run(self, *command, check=True):
        process = subprocess.run(
            [str(part) for part in command], capture_output=True, cwd=self.folder, check=check
        )
        return process.stdout.decode()

    def _write(self, content, name="contract.pdf"):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def _get_pages(self, path):
        """Return the text of each page, with plain letters and single spaces."""
        text = unicodedata.normalize("NFKC", self._run("pdftotext", "-layout", path, "-"))
        text = re.sub("[\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", text)
        return [" ".join(page.split()) for page in text.split("\f")[:-1]]

    def _check_signature(self, path, certificate):
        """Return what poppler says about a file, trusting the certificate's root."""
        root = re.findall(
            "-----BEGIN.*?-----END CERTIFICATE-----", certificate._get_public_pem(), re.S
        )[-1]
        store = f"sql:{self.folder / 'nss'}"
        if not (self.folder / "nss").exists():
            (self.folder / "nss").mkdir()
            (self.folder / "root.pem").write_text(root)
            self._run("certutil", "-N", "-d", store, "--empty-password")
            self._run("certutil", "-A", "-d", store, "-n", "root", "-t", "CT,C,C", "-i", "root.pem")
        return self._run("pdfsig", "-nssdir", store, path, check=False)

    def _create_story(self, **values):
        self.customer_company.write({"vat": "BE0477472701"})
        self.customer.tz = "Asia/Shanghai"
        second = self.env["res.partner"].create(
            {
                "name": "فاطمة الزهراء",
                "email": "fatima@aurora.example.com",
                "parent_id": self.customer_company.id,
                "function": "المديرة",
            }
        )
        self.customer.name = "王小明"
        contract = self._create_contract(
            document_ids=[
                Command.create({"name": "annex.pdf", "raw": b"%PDF-annex", "purpose": "sign"})
            ],
            **values,
        )
        contract.participant_ids = [
            *[Command.link(participant.id) for participant in contract.participant_ids],
            Command.create({"partner_id": second.id, "sequence": 20}),
        ]
        self._sign_as_manager(contract)
        contract.action_send()
        client = {"ip_address": "198.51.100.7", "user_agent": BROWSER}
        with patch.object(
            self.registry["customer.contract"], "_prepare_event_client", lambda contract: client
        ):
            for partner, name, identified_by in (
                (self.customer, "王小明", "portal_2fa"),
                (second, "فاطمة الزهراء", "link_code"),
            ):
                participant = self._get_participant(contract, partner)
                for _time in range(3):
                    participant._mark_viewed(identified_by)
                self._sign_as_customer(
                    contract, partner, signed_by=name, identified_by=identified_by
                )
        self._finalize(contract)
        return contract.sudo()

    def test_sealed_contract(self):
        certificate = self._create_certificate()
        contract = self._create_story()
        self.assertEqual(contract.seal_state, "sealed")
        path = self._write(contract.signed_document_id.raw)
        pages = self._get_pages(path)
        first = next(number for number, page in enumerate(pages) if "Certificate of Comp" in page)
        self.assertGreaterEqual(first, 1)
        text = " ".join(pages[first:])
        version = contract.current_version_id
        consent = contract.signature_ids.filtered("consent_text")[0]
        sealed = contract.event_ids.filtered(lambda event: event.event_type == "document_stored")
        last_told = contract.event_ids.filtered(lambda event: event.sequence == sealed.sequence - 1)
        url = f"{contract.get_base_url()}/contract/verify/{contract.verification_code}"
        expected = [
            contract.name,
            "Maintenance Agreement",
            self.company.name,
            "Aurora Bakery",
            "BE0477472701",
            "Long Street 1",
            "Mona Manager",
            "Head of Sales",
            "王小明",
            "Owner",
            "Signer",
            "mona@company.example.com",
            "carla@aurora.example.com",
            "contract_customer",
            "Logged in to the person's employee account",
            "Logged in to the person's portal account, with a second factor",
            "Personal link and one-time code, both sent to the person's e-mail address",
            *(
                " ".join(format_moment(self.env, signature.signed_on).split())
                for signature in contract.signature_ids
            ),
            "(Asia/Shanghai)",
            "198.51.100.7",
            "Chrome on Android",
            "Pixel 8",
            f"I sign contract {contract.name}",
            "Text A",
            " ".join(consent.consent_text.split())[:60],
            consent.consent_digest,
            version.content_digest,
            version.pdf_digest,
            version._get_content()["documents"][0]["sha256"],
            *contract.signature_ids.mapped("image_digest"),
            "Version frozen (1)",
            "Viewed ×3",
            "Internal to",
            f"{last_told.sequence} entries when this file was made",
            last_told.hash,
            contract.verification_code,
            f"Sealed by {certificate.name}",
            certificate.serial_number,
            certificate.digest,
            "PAdES B-B",
            "not the signature of a person",
            "The company vouches for itself",
            "all times are those of the company's server",
            "evidence.json",
        ]
        compact = text.replace(" ", "")
        for words in expected:
            with self.subTest(words):
                # long lines are broken anywhere
                self.assertIn(words.replace(" ", ""), compact)
        self.assertIn(url.replace(" ", ""), compact)
        # Arabic comes out of PDF files in either order
        self.assertTrue({"فاطمة", "ةمطاف"} & set(text.split()), text)
        for number, page in enumerate(pages, 1):
            self.assertIn(contract.verification_code, page)
            self.assertRegex(page, rf"\b{number}\s*/\s*{len(pages)}\b")
        self._check_files(path, contract, certificate)
        self._check_codes(path, url, len(pages))
        self._check_attacks(path.read_bytes(), certificate)

    def _check_files(self, path, contract, certificate):
        report = self._check_signature(path, certificate)
        for words in (
            "Signature is Valid",
            "Certificate is Trusted",
            "Total document signed",
            "ETSI.CAdES.detached",
        ):
            self.assertIn(words, report)
        self.assertEqual(report.count("Signature #"), 1)
        self.assertIn("No syntax or stream encoding errors", self._run("qpdf", "--check", path))
        self.assertIn("evidence.json", self._run("pdfdetach", "-list", path))
        self._run("pdfdetach", "-save", "1", "-o", "evidence.json", path)
        content = (self.folder / "evidence.json").read_bytes()
        self.assertEqual(content, pdf_seal.read_attachment(path.read_bytes(), "evidence.json"))
        evidence = json.loads(content)
        self.assertEqual(
            [signature["signed_by"] for signature in evidence["signatures"]],
            contract.signature_ids.sorted("id").mapped("signed_by"),
        )
        self.assertTrue(contract.verify_integrity()["ok"], contract.verify_integrity())

    def _check_codes(self, path, url, count):
        """Every page has a QR code that a phone can read from the printed page."""
        self._run("pdftoppm", "-r", "150", "-png", path, "page")
        pictures = sorted(self.folder.glob("page*.png"))
        self.assertEqual(len(pictures), count)
        for picture in pictures:
            codes = set(self._run("zbarimg", "-q", "--raw", picture).split())
            self.assertEqual(codes, {url})

    def _check_attacks(self, document, certificate):
        middle = document.index(b"stream") + 30
        flipped = bytearray(document)
        flipped[middle] ^= 1
        report = self._check_signature(self._write(bytes(flipped), "flipped.pdf"), certificate)
        self.assertIn("Digest Mismatch", report)
        report = self._check_signature(
            self._write(document + b"\n% more\n", "longer.pdf"), certificate
        )
        self.assertIn("Not total document signed", report)

    def test_timestamped_contract(self):
        certificate = self._create_certificate()
        with self._timestamp_authority() as (url, _requests):
            self.company.contract_timestamp_url = url
            contract = self._create_story()
        self.assertEqual(contract.seal_level, "b_t")
        path = self._write(contract.signed_document_id.raw)
        text = " ".join(self._get_pages(path))
        self.assertIn("PAdES B-T", text)
        self.assertIn("timestamp of an authority", text)
        report = self._check_signature(path, certificate)
        self.assertIn("Signature is Valid", report)
        self.assertIn("Total document signed", report)
        self.assertIn("No syntax", self._run("qpdf", "--check", path))
        self.assertTrue(contract.verify_integrity()["ok"], contract.verify_integrity())

    def test_contract_that_is_not_sealed(self):
        contract = self._create_story()
        self.assertEqual(contract.seal_state, "not_sealed")
        path = self._write(contract.signed_document_id.raw)
        text = " ".join(self._get_pages(path))
        self.assertEqual(text.count("ot sealed: no certificate is configured"), 2)
        self.assertNotIn("Sealed by", text)
        self.assertIn("does not contain any signatures", self._run("pdfsig", path, check=False))
        self.assertIn("No syntax", self._run("qpdf", "--check", path))
        self.assertTrue(contract.verify_integrity()["ok"], contract.verify_integrity())

    def test_codes_without_words_are_printed_as_they_are(self):
        report = self.env["report.customer_contract.report_customer_contract"]
        self.assertEqual(report._describe_identity("eidas_high"), "eidas_high")
        self.assertIn("Personal link", report._describe_identity("link"))

    def test_devices(self):
        describe = self.env["report.customer_contract.report_customer_contract"]._describe_device
        self.assertEqual(describe(BROWSER), "Chrome on Android")
        self.assertEqual(
            describe("Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0"),
            "Firefox on Windows",
        )
        self.assertEqual(
            describe(
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1"
            ),
            "Safari on iPhone",
        )
        self.assertEqual(describe("curl/8"), "curl/8")
        self.assertEqual(describe(""), "")
