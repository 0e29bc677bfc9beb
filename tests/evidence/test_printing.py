import io
import re
import socket
import subprocess
import unicodedata
from unittest.mock import patch

from pyhanko.pdf_utils.reader import PdfFileReader

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models import ir_actions_report as base_report

from ...tools.pdf.page_code import stamp_pages
from ...tools.pdf.seal import read_attachment
from ...tools.printing import engine
from ..common import ContractCommon, make_pdf, run_on_pdf

ENGINE = "odoo.addons.customer_contract.tools.printing.engine"
PARAMETER = "customer_contract.print_engine"
BODY = (
    "<p>The provider keeps the machines running.</p><ol><li>First</li><li>Second</li></ol>"
    "<table><thead><tr><th>Item</th><th>Price</th></tr></thead>"
    "<tbody><tr><td>Oven</td><td>1,200.00</td></tr></tbody></table>"
    "<p>مرحبا بالعالم 烘焙店 Ångström</p>"
)


@tagged("post_install", "-at_install")
class TestPrinting(ContractCommon):
    renders_reports = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param(PARAMETER, False)
        cls.report = cls.env["ir.actions.report"]
        cls.company.external_report_layout_id = cls.env.ref("web.external_layout_standard")
        cls.sections = [
            Command.create({"title": "Scope", "body": BODY}),
            Command.create({"title": "Price", "body": BODY * 12}),
        ]

    def _print(self, contract):
        return contract._render_contract_pdf(contract._get_report_content())

    def _choose(self, name):
        self.env["ir.config_parameter"].set_param(PARAMETER, name)

    def _get_words(self, pdf):
        text = unicodedata.normalize("NFKC", run_on_pdf(pdf, "pdftotext", "{}", "-"))
        text = re.sub("[\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", text)
        text = re.sub(r"\b\d\s*/\s*\d\b", "", text)  # page numbers
        return set(text.split())

    # === WHAT COMES OUT === #

    def test_both_engines_print_the_same(self):
        contract = self._create_contract(section_ids=self.sections)
        ours = self._print(contract)
        self._choose("wkhtmltopdf")
        theirs = self._print(contract)
        self.assertIn("WeasyPrint", run_on_pdf(ours, "pdfinfo", "{}"))
        self.assertIn("Qt", run_on_pdf(theirs, "pdfinfo", "{}"))
        self.assertEqual(self._get_words(ours), self._get_words(theirs))

    def _assert_pdfa(self, pdf, contract):
        root = PdfFileReader(io.BytesIO(pdf)).root
        metadata = root["/Metadata"].data.decode()
        self.assertRegex(metadata, r"part[^<]*?[=>]\"?3\b")
        self.assertRegex(metadata, r"conformance[^<]*?[=>]\"?A\b")
        self.assertTrue(root["/MarkInfo"]["/Marked"])
        self.assertIn("/StructTreeRoot", root)
        self.assertIn("/OutputIntents", root)
        self.assertEqual(root["/Lang"], "en-US")
        self.assertNotIn("/Version", root)
        self.assertTrue(pdf.startswith(b"%PDF-1.7"))
        titles, outline = [], root["/Outlines"]["/First"]
        while outline:
            titles.append(str(outline["/Title"]))
            outline = (outline["/First"] if "/First" in outline else None) or (
                outline["/Next"] if "/Next" in outline else None
            )
        self.assertIn(contract.title, titles)
        self.assertIn("1. Scope", titles)
        about = run_on_pdf(pdf, "pdfinfo", "{}")
        self.assertRegex(about, r"Tagged: +yes")
        self.assertRegex(about, rf"Author: +{re.escape(self.company.name)}")
        self.assertRegex(about, rf"Title: +{re.escape(contract.display_name)}")
        fonts = run_on_pdf(pdf, "pdffonts", "{}").splitlines()[2:]
        self.assertTrue(fonts)
        for font in fonts:
            self.assertRegex(font, r" yes (yes|no ) +yes +\d+ +\d+$", "embedded, with Unicode")
        self.assertIn("No syntax", run_on_pdf(pdf, "qpdf", "--check", "{}"))

    def test_every_file_is_for_archives(self):
        contract = self._create_signed_contract(section_ids=self.sections)
        frozen = contract.sudo().current_version_id.pdf_attachment_id.raw
        self._assert_pdfa(frozen, contract)
        signed = contract.sudo().signed_document_id.raw
        self._assert_pdfa(signed, contract)
        [evidence] = PdfFileReader(io.BytesIO(signed)).root["/AF"]
        evidence = evidence.get_object()
        self.assertEqual(evidence["/AFRelationship"], "/Data")
        self.assertEqual(evidence["/UF"], "evidence.json")
        self.assertIn(b'"trail"', read_attachment(signed, "evidence.json"))
        self.assertIn("Certificate of Completion", run_on_pdf(signed, "pdftotext", "{}", "-"))

    def test_file_claims_no_more_than_it_is(self):
        """Fonts and scans that are added later may not be what archives ask for."""
        pdf = self._print(self._create_contract())
        self.assertIn("/Metadata", PdfFileReader(io.BytesIO(pdf)).root)
        stamped, count = stamp_pages(pdf, lambda number, count: f"CCP:ABCD:{number}:{count}")
        self.assertEqual(count, 1)
        scanned = self.env["customer.contract.file.check"]._append(pdf, [(make_pdf(), ("a", "b"))])
        for changed in (stamped, scanned):
            reader = PdfFileReader(io.BytesIO(changed))
            self.assertNotIn("/Metadata", reader.root)
            self.assertIn(self.company.name, run_on_pdf(changed, "pdfinfo", "{}"))

    # === WHICH ENGINE === #

    def test_engine_is_named(self):
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(
            settings.contract_print_engine, f"WeasyPrint {engine.get_version()} (PDF/A-3a)"
        )
        self._choose("wkhtmltopdf")
        settings = self.env["res.config.settings"].create({})
        self.assertIn(PARAMETER, settings.contract_print_engine)
        self._choose(False)
        with patch.object(engine, "get_version", return_value=None):
            settings = self.env["res.config.settings"].create({})
            self.assertTrue(settings.contract_print_engine.startswith("wkhtmltopdf (no PDF/A):"))
            with patch.object(
                type(self.report), "get_wkhtmltopdf_state", return_value="install"
            ):
                settings = self.env["res.config.settings"].create({})
                self.assertTrue(settings.contract_print_engine.startswith("None"))

    def test_fallback_prints_where_weasyprint_is_missing(self):
        contract = self._create_contract()
        with patch.object(engine, "get_version", return_value=None):
            self.assertIn("Qt", run_on_pdf(self._print(contract), "pdfinfo", "{}"))

    def test_weasyprint_alone_is_enough(self):
        contract = self._create_contract()
        known = base_report._wkhtml()
        with patch.object(base_report, "_wkhtml", return_value=known._replace(state="install")):
            self.assertIn("WeasyPrint", run_on_pdf(self._print(contract), "pdfinfo", "{}"))
            self.assertEqual(self.report.get_wkhtmltopdf_state(), "install")

    def test_broken_weasyprint_counts_as_missing(self):
        self.addCleanup(engine.get_version.cache_clear)
        engine.get_version.cache_clear()
        with (
            patch.object(engine, "PROGRAM", __file__),
            mute_logger(ENGINE),
        ):
            self.assertIsNone(engine.get_version())

    # === WHAT IT MAY DO === #

    def test_engine_opens_nothing(self):
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        pdf = engine.print_html(
            f'<html lang="en"><head><link rel="stylesheet" href="{address}/a.css"/>'
            f"<style>@import url({address}/b.css); p {{ background: URL({address}/c.png) }}"
            f'</style></head><body><p>Text<img src="{address}/d.png"/>'
            '<img src="file:///etc/hostname"/><link rel="attachment" href="file:///etc/passwd"/>'
            "</p></body></html>"
        )
        with self.assertRaises(TimeoutError):
            server.accept()
        self.assertIn("Text", run_on_pdf(pdf, "pdftotext", "{}", "-"))
        self.assertNotIn("/AF", PdfFileReader(io.BytesIO(pdf)).root)

    def test_failures_are_told_and_nothing_is_frozen(self):
        contract = self._create_contract()
        failures = {
            "too long": patch.object(
                engine, "run_program", side_effect=subprocess.TimeoutExpired("work.py", 1)
            ),
            "store": patch.object(engine, "run_program", side_effect=OSError(28, "disk full")),
            "could not be printed": patch.object(engine, "PROGRAM", __file__),
        }
        for words, failure in failures.items():
            with (
                self.subTest(words),
                failure,
                mute_logger(ENGINE),
                self.assertRaisesRegex(UserError, words),
            ):
                contract.action_send()
            self.assertEqual(contract.state, "draft")
            self.assertFalse(contract.version_ids)
        with (
            patch.object(engine.AT_ONCE, "acquire", return_value=False),
            patch.object(engine.AT_ONCE, "release", side_effect=AssertionError),
            self.assertRaisesRegex(UserError, "Many contracts"),
        ):
            self._print(contract)
