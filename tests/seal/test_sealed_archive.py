import io

from pyhanko.pdf_utils.reader import PdfFileReader

from odoo.tests import tagged

from ...tools.pdf.seal import read_attachment
from ..common import run_on_pdf
from .common import SealCommon


@tagged("post_install", "-at_install")
class TestSealedArchive(SealCommon):
    """What is sealed is what archives ask for: the seal and the evidence keep it so."""

    renders_reports = True

    def test_sealed_file_is_still_for_archives(self):
        self._create_certificate()
        contract = self._create_signed_contract()
        pdf = contract.sudo().signed_document_id.raw
        reader = PdfFileReader(io.BytesIO(pdf))
        self.assertEqual(len(reader.embedded_signatures), 1)
        root = reader.root
        metadata = root["/Metadata"].data.decode()
        self.assertRegex(metadata, r"part[^<]*?[=>]\"?3\b")
        self.assertRegex(metadata, r"conformance[^<]*?[=>]\"?A\b")
        self.assertIn("/StructTreeRoot", root)
        self.assertIn("/OutputIntents", root)
        self.assertNotIn("/Version", root, "PDF/A-3 is PDF 1.7")
        [evidence] = root["/AF"]
        self.assertEqual(evidence.get_object()["/AFRelationship"], "/Data")
        self.assertIn(b'"trail"', read_attachment(pdf, "evidence.json"))
        [field] = root["/AcroForm"]["/Fields"]
        flags = int(field.get_object()["/F"])
        self.assertTrue(flags & 4, "Annotations of archives are printed")
        self.assertFalse(flags & (1 | 2 | 32), "and are not hidden")
        for font in run_on_pdf(pdf, "pdffonts", "{}").splitlines()[2:]:
            self.assertRegex(font, r" yes (yes|no ) +yes +\d+ +\d+$", "embedded, with Unicode")
