import re
from unittest import skipIf

from odoo.tests import tagged

from ..common import make_pdf
from .common import SealCommon

try:
    import page
except ImportError:  # on a server that has only what the addon declares
    page = None


# The validator takes a stream that ends in a carriage return, before the line feed that comes
# after each stream, for one byte shorter than it is.
STREAM_LENGTH = "PDFA3A-STREAM-LENGTH-001"


@tagged("post_install", "-at_install")
@skipIf(page is None, "the validator is a developers' requirement")
class TestArchiveValidity(SealCommon):
    """Frozen and sealed contracts and copies to sign by hand are what a validator wants."""

    renders_reports = True

    def _assert_valid(self, pdf, name):
        report = page.validate_pdf_bytes(pdf, profile=page.ValidationProfile.PDF_A_3A)
        with self.subTest(name):
            self.assertGreater(report.rules.passed, 20)
            self.assertFalse(
                [
                    f"{one.rule_id}: {one.message}"
                    for one in report.failures
                    if one.rule_id != STREAM_LENGTH
                ]
            )
            self._assert_lengths(pdf)

    def _assert_lengths(self, pdf):
        """Assert that streams are as long as they say, up to the last byte."""
        lengths = 0
        for start in re.finditer(rb"\d+ 0 obj\b", pdf):
            head = pdf[start.end() : start.end() + 2000]
            found = re.match(rb"\s*<<((?:(?!endobj|stream).)*)>>\s*stream\r?\n", head, re.DOTALL)
            length = found and re.search(rb"/Length (\d+)(?! \d+ R)", found[1])
            if length:
                lengths += 1
                end = start.end() + found.end() + int(length[1])
                self.assertRegex(pdf[end : end + 12], rb"^\r?\n?endstream")
        self.assertTrue(lengths)

    def test_validator_tells(self):
        report = page.validate_pdf_bytes(make_pdf("Plain"), profile=page.ValidationProfile.PDF_A_3A)
        self.assertFalse(report.is_compliant)

    def test_files(self):
        values = {
            "section_ids": [
                (
                    0,
                    0,
                    {
                        "title": "Scope",
                        "body": "<h3>Parts</h3><p><b>Bold</b> <i>and</i> <a href='https://x.example'>"
                        "a link</a></p><ul><li>One<ul><li>Two</li></ul></li></ul>"
                        "<table><thead><tr><th>No.</th><th>Price</th></tr></thead>"
                        "<tbody><tr><td>1</td><td>2 €</td></tr></tbody></table>",
                    },
                )
            ]
        }
        contract = self._create_signed_contract(**values).sudo()
        self._assert_valid(contract.current_version_id.pdf_attachment_id.raw, "frozen contract")
        content = contract.current_version_id._get_content()
        self._assert_valid(
            contract._render_paper_pdf(content, contract.signature_ids.browse()), "to sign by hand"
        )
        self._assert_valid(contract.signed_document_id.raw, "signed, not sealed")
        self._create_certificate()
        sealed = self._create_signed_contract(**values).sudo()
        self.assertEqual(sealed.seal_state, "sealed")
        self._assert_valid(sealed.signed_document_id.raw, "sealed")
