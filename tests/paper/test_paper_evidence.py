import io
import os

import pypdfium2
from PyPDF2 import PdfReader

from odoo.tests import tagged

from ...utils import Actor
from ..integrity.test_bundle import BundleCommon
from ..seal.common import SealCommon
from .common import PaperCommon

# Folder to look at what was made; nothing is written without it.
LOOK_FOLDER = os.environ.get("CUSTOMER_CONTRACT_LOOK")


def keep(name, content):
    """Keep a file to look at it, if somebody wants to."""
    if LOOK_FOLDER:
        with open(os.path.join(LOOK_FOLDER, name), "wb") as file:
            file.write(content)


def print_and_photograph(pdf, turn=0):
    """Return photos of a printed PDF's pages, lying on a table."""
    photos = []
    for page in pypdfium2.PdfDocument(pdf):
        picture = page.render(scale=130 / 72).to_pil().convert("RGB")
        picture = picture.rotate(turn, expand=True, fillcolor=(90, 70, 50), resample=3)
        output = io.BytesIO()
        picture.save(output, format="JPEG", quality=70)
        photos.append(output.getvalue())
    return photos


def read_text(pdf):
    """Return the text on a PDF's pages."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join("".join(page.extract_text() for page in pages).split())


@tagged("post_install", "-at_install")
class TestPaperEvidence(PaperCommon, SealCommon, BundleCommon):
    """The real PDF, printed, photographed, sent, sealed, and proven years later."""

    renders_reports = True

    def _sign_by_hand(self, turn=0):
        copy = self.contract.sudo()._get_paper_copy(Actor(self.participant, "portal"))
        keep("copy.pdf", copy.attachment_id.raw)
        self._collect(*print_and_photograph(copy.attachment_id.raw, turn))
        return copy

    def test_real_copy(self):
        copy = self._sign_by_hand(turn=184)
        version = self.contract.current_version_id
        text = read_text(copy.attachment_id.raw)
        # over what is not signed stands so, across each page
        self.assertIn("NOT YET SIGNED", read_text(version.pdf_attachment_id.raw))
        self.assertNotIn("NOT YET SIGNED", text)
        self.assertIn("Signature and stamp", text)
        self.assertIn("Place, date", text)
        self.assertIn(f"1 / {copy.page_count}", text)
        paper = self.participant._get_paper()
        self.assertEqual(paper.check_state, "matched")
        self.assertEqual(set(paper.page_ids.mapped("turn")), {180})

    def test_whole_story(self):
        self.env.company.contract_paper_auto_accept = True
        self._create_certificate()
        self._sign_by_hand(turn=3)
        paper = self._submit()
        keep("scan.pdf", paper.scan_attachment_id.raw)
        self.assertEqual(self.contract.state, "signed")
        self._finalize(self.contract)
        signed = self.contract.signed_document_id.raw
        keep("signed.pdf", signed)
        self.assertEqual(self.contract.sudo().seal_state, "sealed")
        self.assertTrue(self.contract.verify_integrity()["ok"])
        pages = PdfReader(io.BytesIO(signed)).pages
        last = pages[-1].extract_text()
        self.assertIn(f"Annex 1 to {self.contract.name}", last)
        self.assertIn(paper.scan_digest, last)
        certificate = read_text(signed)
        self.assertIn("Signed by hand: see the annex", certificate)
        self.assertIn("Accepted by its codes", certificate)
        files = self._export(self.contract)
        status, output = self._verify(files)
        self.assertEqual(status, 0, output)
        self.assertIn("signatures/02.pdf", files)
        for name in (
            "signatures/02.pdf",
            next(name for name in files if name.startswith("papers/")),
        ):
            with self.subTest(name):
                content = bytearray(files[name])
                content[len(content) // 2] ^= 1
                changed = self._forge_manifest({**files, name: bytes(content)})
                self._assert_fails(changed)

    def test_changed_scan_shows(self):
        self._sign_by_hand()
        self._submit().with_user(self.manager).action_accept()
        self._finalize(self.contract)
        self.assertTrue(self.contract.verify_integrity()["ok"])
        signature = self.participant.signature_ids
        path = self.env["ir.attachment"]._full_path(signature.scan_attachment_id.store_fname)
        with open(path, "rb") as file:
            content = file.read()
        self.addCleanup(self._write, path, content)
        self._write(path, content[:-20] + b"x" + content[-19:])
        result = self.contract.verify_integrity()
        self.assertFalse(result["ok"])
        self.assertIn("its picture was changed", [check["detail"] for check in result["checks"]])

    def _write(self, path, content):
        os.chmod(path, 0o644)
        with open(path, "wb") as file:
            file.write(content)

    def test_paper_by_post_says_so_on_the_certificate(self):
        copy = self.contract.sudo()._get_paper_copy(Actor(self.participant, "portal"))
        paper = self.contract.with_user(self.manager)._receive_paper(
            self.participant,
            [("scan.pdf", copy.attachment_id.raw)],
            {
                "signed_by": "Carla Customer",
                "signed_date": "2026-01-15",
                "received_through": "post",
                "received_on": "2026-01-20",
            },
        )
        paper.action_accept()
        self._finalize(self.contract)
        keep("received.pdf", self.contract.signed_document_id.raw)
        text = read_text(self.contract.signed_document_id.raw)
        self.assertIn("Taken in by Mona Manager, arrived on 01/20/2026 (post)", text)
        self.assertIn("the paper was taken in by an employee of the company", text)
        self.assertIn("Accepted by Mona Manager", text)
