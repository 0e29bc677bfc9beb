import errno
import io
import re
import socket
import tempfile
import unicodedata
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from pyhanko.pdf_utils.reader import PdfFileReader

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models import ir_actions_report as base_report

from ...models.evidence import ir_actions_report as evidence_report
from ...tools.confined.standby import Standby
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

    def _get_letters(self, pdf):
        text = unicodedata.normalize("NFKC", run_on_pdf(pdf, "pdftotext", "{}", "-"))
        text = re.sub("[\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", text)
        text = re.sub(r"\b\d\s*/\s*\d\b", "", text)  # page numbers
        # wkhtmltopdf leaves spaces between joined letters
        return Counter("".join(text.split()))

    # === WHAT COMES OUT === #

    def test_both_engines_print_the_same(self):
        contract = self._create_contract(section_ids=self.sections)
        ours = self._print(contract)
        self._choose("wkhtmltopdf")
        theirs = self._print(contract)
        self.assertIn("WeasyPrint", run_on_pdf(ours, "pdfinfo", "{}"))
        self.assertIn("Qt", run_on_pdf(theirs, "pdfinfo", "{}"))
        self.assertEqual(self._get_letters(ours), self._get_letters(theirs))

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
        """Scans that are added later may not be what archives ask for; codes are."""
        contract = self._create_contract()
        pdf = self._print(contract)
        self.assertIn("/Metadata", PdfFileReader(io.BytesIO(pdf)).root)
        stamped, count = stamp_pages(pdf, lambda number, count: f"CCP:ABCD:{number}:{count}")
        self.assertEqual(count, 1)
        self._assert_pdfa(stamped, contract)
        self.assertIn("ABCD 1 / 1", " ".join(run_on_pdf(stamped, "pdftotext", "{}", "-").split()))
        scanned = self.env["customer.contract.file.check"]._append(pdf, [(make_pdf(), ("a", "b"))])
        reader = PdfFileReader(io.BytesIO(scanned))
        self.assertNotIn("/Metadata", reader.root)
        self.assertIn(self.company.name, run_on_pdf(scanned, "pdfinfo", "{}"))

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
            with patch.object(type(self.report), "get_wkhtmltopdf_state", return_value="install"):
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
        code = "raise ImportError('libpango is missing')"
        with self._replaced_program(code), mute_logger(ENGINE):
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

    @contextmanager
    def _replaced_program(self, code):
        """Have a program of these lines stand in for the one that prints by WeasyPrint."""
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "program.py"
            program.write_text(f"import os, sys\n{code}\n")
            standby = Standby(program)
            with patch.object(engine, "PROGRAM", standby):
                yield
            standby.close()

    @contextmanager
    def _replaced_wkhtmltopdf(self, code):
        """Have a program of these lines stand in for wkhtmltopdf, whose last argument it gets."""
        known = base_report._wkhtml()
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "program.sh"
            program.write_text(f"#!/bin/sh\n{code}\n")
            program.chmod(0o755)
            with patch.object(
                evidence_report, "_wkhtml", return_value=known._replace(bin=str(program))
            ):
                yield

    def _assert_told(self, contract, words):
        with mute_logger(ENGINE), self.assertRaisesRegex(UserError, words):
            contract.action_send()
        self.assertEqual(contract.state, "draft")
        self.assertFalse(contract.version_ids)

    def test_failures_are_told_and_nothing_is_frozen(self):
        contract = self._create_contract()
        answer = (
            "\nfor line in sys.stdin:\n    os.chdir(line.strip())\n    {}\n"
            "    print({}, flush=True)"
        )
        cut = repr(make_pdf()[:300])
        failures = {
            "hangs": ("import time; time.sleep(60)", "sleep 60", "too long"),
            "computes for ever": (answer.format("pass", -9), "kill -9 $$", "too long"),
            "crashes": ("sys.stdin.readline(); os.abort()", "kill -6 $$", "crashed"),
            "fails": (answer.format("pass", 1), "exit 2", "crashed"),
            "makes nothing": (answer.format("pass", 0), "exit 0", "empty file"),
            "makes an empty file": (
                answer.format("open('output.pdf', 'w').close()", 0),
                "touch output.pdf",
                "empty file",
            ),
            "is cut": (
                answer.format(f"open('output.pdf', 'wb').write({cut})", 0),
                "printf '%%PDF-1.4 half' > output.pdf",
                "only a part",
            ),
            "is broken": (
                answer.format("open('output.pdf', 'wb').write(b'%PDF-1.7 nothing %%EOF')", 0),
                "printf '%%PDF-1.4 nothing %%%%EOF' > output.pdf",
                "only a part",
            ),
            "has no memory": (answer.format("pass", 3), None, "more memory"),
            "has no disk": (answer.format("pass", 4), None, "disk is full"),
        }
        for name, (ours, theirs, words) in failures.items():
            seconds = 1 if name == "hangs" else 30
            with self.subTest(name), patch.object(engine, "MOST_SECONDS", seconds):
                self._choose(False)
                with self._replaced_program(ours):
                    self._assert_told(contract, words)
                if theirs:
                    self._choose("wkhtmltopdf")
                    with self._replaced_wkhtmltopdf(theirs):
                        self._assert_told(contract, words)

    def test_full_disk_is_told(self):
        contract = self._create_contract()
        for name in (False, "wkhtmltopdf"):
            self._choose(name)
            with (
                self.subTest(engine=name),
                patch.object(Path, "write_text", side_effect=OSError(errno.ENOSPC, "disk full")),
            ):
                self._assert_told(contract, "disk is full")
        # Printed, but not stored.
        with patch.object(
            self.registry["ir.attachment"],
            "_file_write",
            side_effect=OSError(errno.ENOSPC, "disk full"),
        ):
            self._assert_told(contract, "could not be stored")

    def test_limits_hold(self):
        """What takes too much is ended by the limits themselves, in the program as it is."""
        for limit, words in (("MEMORY", "crashed|memory"), ("SECONDS", "slow")):
            source = Path(engine.PROGRAM.program).read_text()
            value = {"MEMORY": 10**8, "SECONDS": 1}[limit]
            source = re.sub(rf"(?m)^{limit} = .*$", f"{limit} = {value}", source)
            html = "<p>" + "text " * 400_000 if limit == "SECONDS" else "<p>A</p>"
            with self.subTest(limit), self._replaced_program(source), mute_logger(ENGINE):
                with self.assertRaisesRegex(engine.PrintingError, words):
                    engine.print_html(html)

    def test_many_wait_for_their_turn(self):
        contract = self._create_contract()
        with (
            patch.object(engine.AT_ONCE, "acquire", return_value=False),
            patch.object(engine.AT_ONCE, "release", side_effect=AssertionError),
            self.assertRaisesRegex(UserError, "Many contracts"),
        ):
            self._print(contract)

    def test_program_stands_by(self):
        engine.PROGRAM.close()
        with patch.object(Standby, "_start", autospec=True, side_effect=Standby._start) as start:
            for _time in range(3):
                engine.print_html("<p>A</p>")
            self.assertEqual(start.call_count, 1)
            # It may end while nobody looks.
            engine.PROGRAM._idle[0].kill()
            engine.PROGRAM._idle[0].wait()
            engine.print_html("<p>A</p>")
            self.assertEqual(start.call_count, 2)
