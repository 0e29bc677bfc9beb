import io
import re
import shutil
import unicodedata
from contextlib import contextmanager
from unittest.mock import patch

from pyhanko.pdf_utils.reader import PdfFileReader

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.base.models import ir_actions_report as base_report

from ...tools.printing import engine
from ..common import ContractCommon, run_on_pdf

REPORT = "customer_contract.action_report_customer_contract"
CLAUSE = (
    "The provider keeps the machines running with the care of a prudent merchant. "
    "Amounts are due within thirty days of receipt of the invoice. "
)


@tagged("post_install", "-at_install")
class TestReport(ContractCommon):
    renders_reports = True
    engine = "weasyprint"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("customer_contract.print_engine", cls.engine)
        missing = [
            program
            for program in ("wkhtmltopdf", "pdftotext", "pdfimages", "qpdf")
            if not shutil.which(program)
        ]
        if missing:
            raise AssertionError(f"These programs are needed: {', '.join(missing)}")
        cls.report = cls.env["ir.actions.report"].with_context(force_report_rendering=True)

    def _print(self, contracts, user=None, **data):
        """Print contracts as the form does, and return the PDF."""
        report = self.report.with_user(user or self.manager)
        return report._render_qweb_pdf(REPORT, contracts.ids, data=data)[0]

    def _show(self, contracts, user=None, **data):
        """Show contracts as HTML, and return that."""
        report = self.report.with_user(user or self.manager)
        return report._render_qweb_html(REPORT, contracts.ids, data=data)[0].decode()

    def _get_pages(self, pdf):
        """Return the text of each page, with plain letters and single spaces."""
        text = unicodedata.normalize("NFKC", run_on_pdf(pdf, "pdftotext", "{}", "-"))
        text = re.sub("[\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", text)
        return [" ".join(page.split()) for page in text.split("\f")[:-1]]

    def _create_long_contract(self, paragraphs, **values):
        body = f"<p>{CLAUSE * 3}</p>" * paragraphs
        sections = [Command.create({"title": "Scope", "body": body})]
        return self._create_contract(section_ids=sections, **values)

    def _is_patched_build(self):
        return self.engine == "wkhtmltopdf" and base_report._wkhtml().is_patched_qt

    @contextmanager
    def _spy(self):
        """Collect what is given to the program that prints: its arguments and the document."""
        calls = []
        by_wkhtmltopdf, by_weasyprint = engine.print_by_wkhtmltopdf, engine.print_html

        def spy(program, arguments, html):
            calls.append((arguments, html))
            return by_wkhtmltopdf(program, arguments, html)

        def spy_print(html):
            calls.append(([], html))
            return by_weasyprint(html)

        with (
            patch.object(engine, "print_by_wkhtmltopdf", spy),
            patch.object(engine, "print_html", spy_print),
        ):
            yield calls

    # === CONTENT === #

    def test_signed_contract_says_everything(self):
        self.customer_company.write({"vat": "BE0477472701", "tz": "Europe/Brussels"})
        contract = self._create_signed_contract(
            section_ids=[
                Command.create(
                    {
                        "title": f"Clause {number}",
                        "body": f"<p>{CLAUSE * 12}</p><p>Marker{number}</p>",
                    }
                )
                for number in range(1, 7)
            ]
        )
        pdf = contract.signed_document_id.raw
        pages = self._get_pages(pdf)
        text = " ".join(pages)
        self.assertGreaterEqual(len(pages), 3)
        self.assertLess(len(pdf), 150_000)
        version = contract.current_version_id
        expected = [
            contract.name,
            "Maintenance Agreement",
            "Version 1",
            "Aurora Bakery",
            "Long Street 1",
            "BE0477472701",
            self.company.name,
            "Mona Manager",
            "Head of Sales",
            "Carla Customer",
            "Owner",
            "1,200.00",
            "January 1, 2026",
            "(Europe/Brussels)",
            version._get_short_digest(),
            *(f"{number}. Clause {number}" for number in range(1, 7)),
            *(f"Marker{number}" for number in range(1, 7)),
        ]
        for words in expected:
            self.assertIn(words, text)
        self.assertEqual(text.count(f"SHA-256 {version._get_short_digest()}"), 3)
        self.assertFalse(any(self._has_watermark(pdf)))
        for number, page in enumerate(pages, 1):
            self.assertRegex(page, rf"{number}\s*/\s*{len(pages)}\b")
            self.assertIn(f"{contract.name} · Version 1", page)
            self.assertNotIn("NOT YET SIGNED", page)
        pictures = run_on_pdf(pdf, "pdfimages", "-list", "{}").splitlines()[2:]
        signed_page = next(number for number, page in enumerate(pages, 1) if "Signatures" in page)
        on_signed_page = [line for line in pictures if int(line.split()[0]) == signed_page]
        self.assertGreaterEqual(len(on_signed_page), 2)

    def test_file_is_sound_and_names_itself(self):
        contract = self._create_contract()
        pdf = self._print(contract)
        self.assertIn("No syntax", run_on_pdf(pdf, "qpdf", "--check", "{}"))
        about = run_on_pdf(pdf, "pdfinfo", "{}")
        self.assertIn(contract.display_name, about)
        self.assertEqual(PdfFileReader(io.BytesIO(pdf)).root["/Lang"], "en-US")
        fonts = run_on_pdf(pdf, "pdffonts", "{}")
        self.assertNotIn("Type 3", fonts)
        self.assertNotIn("Lato", fonts)

    def test_every_script_is_searchable(self):
        languages = {
            "ar_001": ("عقد صيانة المعدات", "يلتزم مقدم الخدمة بتقديم الخدمات."),
            "zh_CN": ("设备维护合同", "服务方应以审慎商人的注意义务提供服务。"),
            "tr_TR": ("Bakım sözleşmesi", "Işık, çağrı, ığüşöç İĞÜŞÖÇ ücretler."),
            "fr_FR": ("Contrat d’entretien", "Œuvre, naïveté, été, 1 200 €."),
        }
        for language, (title, text) in languages.items():
            with self.subTest(language=language):
                self.env["res.lang"]._activate_lang(language)
                self.customer_company.lang = language
                body = f"<p>{text}</p>"
                contract = self._create_contract(
                    title=title,
                    section_ids=[Command.create({"title": title, "body": body})],
                )
                page = " ".join(self._get_pages(self._print(contract)))
                if language == "ar_001" and self._is_patched_build():
                    page = page.replace(" ", "")  # these builds space joined letters
                for word in unicodedata.normalize("NFKC", f"{title} {text}").split():
                    self.assertIn(word.strip(".,"), page)

    def test_arabic_words_do_not_overlap(self):
        """Each word has a place of its own on its line, and all are on the page."""
        self.env["res.lang"]._activate_lang("ar_001")
        self.customer_company.lang = "ar_001"
        text = "تستحق الرسوم (Europe/Brussels 12) خلال ثلاثين يوماً من استلام الفاتورة. " * 6
        contract = self._create_contract(
            title="عقد",
            section_ids=[Command.create({"title": "موضوع", "body": f"<p>{text}</p>"})],
        )
        html = run_on_pdf(self._print(contract), "pdftotext", "-bbox", "{}", "-")
        width = float(re.search(r'<page width="([\d.]+)"', html)[1])
        boxes = [
            tuple(float(number) for number in match)
            for match in re.findall(
                r'xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">'
                r"[^<]*[\u0600-\u06ff\ufe70-\ufeff]",
                html,
            )
        ]
        self.assertGreater(len(boxes), 40)
        for index, (left, top, right, bottom) in enumerate(boxes):
            self.assertGreater(left, 40)
            self.assertLess(right, width - 40)
            for other_left, other_top, other_right, other_bottom in boxes[:index]:
                across = min(right, other_right) - max(left, other_left)
                down = min(bottom, other_bottom) - max(top, other_top)
                self.assertFalse(across > 2 and down > 6, "Two words overlap.")

    def test_html_is_semantic(self):
        self.env["res.lang"]._activate_lang("ar_001")
        html = self._show(self._create_contract())
        self.assertRegex(html, r'<html[^>]* lang="en-US"[^>]* dir="ltr"')
        self.assertEqual(html.count("<h1"), 1)
        self.assertIn('role="status">DRAFT<', html)
        self.assertIn("width=device-width", html)
        self.assertNotIn("<link", html)
        self.assertNotIn("<script", html)
        self.customer_company.lang = "ar_001"
        html = self._show(self._create_contract())
        self.assertRegex(html, r'<html[^>]* lang="ar-001"[^>]* dir="rtl"')

    # === PAGES === #

    def test_signature_block_never_splits(self):
        follows_text, counts = set(), set()
        for lines in range(10, 26, 2):
            body = "<p>Line</p>" * lines
            contract = self._create_contract(
                section_ids=[Command.create({"title": "Scope", "body": body})]
            )
            pages = self._get_pages(self._print(contract))
            [page] = [page for page in pages if "Signatures" in page]
            for part in ("Mona Manager", "Head of Sales", "Carla Customer", "Owner"):
                self.assertIn(part, page, f"after {lines} lines")
            self.assertEqual(page.count("Place, date:"), 2, f"after {lines} lines")
            follows_text.add("Line" in page)
            counts.add(len(pages))
        self.assertEqual(follows_text, {True})
        self.assertEqual(counts, {1, 2}, "No page break came near the block.")

    def test_heading_stays_with_its_text(self):
        on_first_page = set()
        for lines in range(17, 23):
            contract = self._create_contract(
                section_ids=[
                    Command.create({"title": "Scope", "body": "<p>Line</p>" * lines}),
                    Command.create({"title": "Lonely", "body": "<p>Companion</p>"}),
                    Command.create({"title": "Rest", "body": "<p>Line</p>" * 12}),
                ]
            )
            pages = self._get_pages(self._print(contract))
            [page] = [page for page in pages if "2. Lonely" in page]
            self.assertIn("Companion", page, f"after {lines} lines")
            on_first_page.add(page == pages[0])
        self.assertEqual(on_first_page, {True, False}, "No page break came near it.")

    def test_layouts(self):
        self.company.report_footer = "<p>Footer of the company</p>"
        contract = self._create_long_contract(14)
        for layout in self.env["report.layout"].search([]):
            with self.subTest(layout=layout.name):
                self.company.external_report_layout_id = layout.view_id
                pdf = self._print(contract)
                pages = self._get_pages(pdf)
                self.assertGreaterEqual(len(pages), 2)
                self.assertIn("Maintenance Agreement", pages[0])
                for page in pages:
                    self.assertIn("Footer of the company", page)
                self.assertLess(len(pdf), 150_000)

    # === WATERMARK === #

    def _has_watermark(self, pdf):
        """Tell of each page whether letters larger than any text stand on it."""
        html = run_on_pdf(pdf, "pdftotext", "-bbox", "{}", "-")
        return [
            any(
                float(bottom) - float(top) > 36
                for top, bottom in re.findall(r'yMin="([-\d.]+)".*?yMax="([-\d.]+)"', page)
            )
            for page in html.split("<page ")[1:]
        ]

    def test_watermark_of_each_state(self):
        contract = self._create_long_contract(14)
        pdf = self._print(contract)
        self.assertGreaterEqual(len(self._has_watermark(pdf)), 2)
        self.assertTrue(all(self._has_watermark(pdf)))
        for page in self._get_pages(pdf):
            self.assertIn("DRAFT", page)
        self._sign_as_manager(contract)
        contract.action_send()
        contract.invalidate_recordset()
        frozen = contract.sudo().current_version_id.pdf_attachment_id.raw
        for pdf in (frozen, self._print(contract)):
            self.assertGreaterEqual(len(self._has_watermark(pdf)), 2)
            self.assertTrue(all(self._has_watermark(pdf)))
            for page in self._get_pages(pdf):
                self.assertIn("NOT YET SIGNED", page)
                self.assertNotIn("DRAFT", page)
        for state in ("cancelled", "declined", "expired"):
            contract.sudo()._write_protected({"state": state})
            for page in self._get_pages(self._print(contract)):
                self.assertIn(state.upper(), page)
            self.assertIn(f"{state.upper()}<", self._show(contract))

    def test_signatures_so_far_are_shown(self):
        contract = self._create_sent_contract()
        [page] = self._get_pages(self._print(contract))
        self.assertEqual(page.count("Signed on"), 1)
        self.assertEqual(page.count("Place, date:"), 1)

    # === WHAT IS PRINTED === #

    def test_stored_bytes_are_served(self):
        contract = self._create_signed_contract()
        with self._spy() as calls:
            pdf = self._print(contract)
        self.assertFalse(calls)
        self.assertEqual(pdf, contract.sudo().signed_document_id.raw)

    def test_several_contracts(self):
        signed = self._create_signed_contract()
        drafts = self._create_contract(title="Draft A") | self._create_contract(title="Draft B")
        pages = self._get_pages(self._print(drafts[0] | signed | drafts[1]))
        for page, title in ((pages[0], "Draft A"), (pages[-1], "Draft B")):
            self.assertIn(title, page)
            self.assertRegex(page, r"\b1\s*/\s*1\b")
        for number, page in enumerate(pages[1:-1], 1):
            # the signed contract ends with its certificate of completion
            self.assertRegex(page, rf"\b{number}\s*/\s*{len(pages) - 2}\b")
            self.assertNotIn("DRAFT", page)
        self.assertIn("Maintenance Agreement", pages[1])

    def test_values_of_a_request_are_ignored(self):
        contract = self._create_contract()
        forged = {
            "content": {**contract._get_report_content(), "title": "Forged"},
            "signature_ids": [],
        }
        html = self._show(
            contract,
            contract_print=forged,
            contract_content=forged["content"],
            prints={contract.id: forged},
            style_sheet="Forged",
            layout_document_title="Forged",
            forced_vat="Forged",
            company="Forged",
            docs="Forged",
        )
        self.assertNotIn("Forged", html)
        self.assertIn("Maintenance Agreement", html)

    def test_strangers_print_nothing(self):
        stranger = new_test_user(
            self.env,
            login="stranger",
            groups="base.group_portal",
            email="s@e.example.com",
        )
        for contract in (self._create_sent_contract(), self._create_signed_contract()):
            for render in (self._print, self._show):
                with self.assertRaises(AccessError):
                    render(contract, user=stranger)
            self.assertIn("Aurora Bakery", self._show(contract, user=self.portal_user))

    # === NOTHING IS FETCHED === #

    def test_nothing_is_fetched(self):
        self.company.report_footer = '<p>Foot<img src="http://evil.example.com/a.png"/></p>'
        self.company.layout_background = "Demo logo"
        contract = self._create_contract(
            section_ids=[
                Command.create(
                    {
                        "title": "Scope",
                        "body": '<p style="background:url(http://evil.example.com)">Text</p>'
                        '<img src="https://evil.example.com/b.png"/>',
                    }
                )
            ]
        )
        with self._spy() as calls:
            self._print(contract)
        [(arguments, html)] = calls
        self.assertIn("Text", html)
        self.assertIn("Foot", html)
        self.assertNotIn("evil.example.com", html)
        loading = r"(?:src|srcset|background|data)\s*=\s*[\"'](?!data:)|url\((?!['\"]?data:)"
        self.assertNotRegex(html, loading)
        self.assertNotRegex(html, "<(link|script|base|iframe|object|embed)")
        self.assertNotIn("--header-html", arguments)
        self.assertNotIn("--footer-html", arguments)
        if self.engine == "wkhtmltopdf":
            self.assertEqual(arguments[arguments.index("--javascript-delay") + 1], "0")


@tagged("post_install", "-at_install")
class TestReportOfTheFallback(TestReport):
    """The same, printed by the engine that is used where WeasyPrint is missing."""

    engine = "wkhtmltopdf"
