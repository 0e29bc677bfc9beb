import re

from odoo import Command
from odoo.tests import tagged

from ..common import ContractCommon, make_plain, run_on_pdf
from .odd_contracts import LAYOUTS, PAPERS, TONGUES, OddContracts

PARAMETER = "customer_contract.print_engine"
PAGE_SIZES = {"A4": (595.3, 841.9), "Letter": (612, 792)}
POINTS_PER_MM = 72 / 25.4
WORD = re.compile(
    r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)<'
)
# Letters of marks and italics reach a little over the line's end.
OVERHANG = 2


@tagged("post_install", "-at_install")
class TestOddContracts(ContractCommon):
    """Forty odd contracts: what was frozen is on the paper, and looks like paper."""

    renders_reports = True
    engine = "weasyprint"
    contracts = 42

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param(PARAMETER, cls.engine)
        for language in TONGUES:
            cls.env["res.lang"]._activate_lang(language)
        cls.papers = {
            name: cls.env["report.paperformat"].create({"name": name, "format": name})
            for name in PAPERS
        }
        cls.company.write(
            {
                "street": "Long Street 1",
                "city": "Springfield",
                "report_header": "We keep ovens warm",
                "company_details": "<p>My Company<br/>Long Street 1<br/>Springfield</p>",
                "report_footer": "<p>+1 555 0100 · office@company.example.com</p>",
            }
        )

    def _print(self, odd):
        self.company.external_report_layout_id = self.env.ref(f"web.external_layout_{odd.layout}")
        self.company.paperformat_id = self.papers[odd.paper]
        self.customer_company.write({"name": odd.party, "lang": odd.language})
        self.customer.lang = odd.language
        contract = self._create_contract(
            title=odd.title,
            section_ids=[Command.create(section) for section in odd.make_sections()],
        )
        content = contract._prepare_content(1)
        pdf = contract._render_contract_pdf(content)
        # Raises if anything of a section is missing.
        contract._check_print(content, pdf)
        return content, pdf

    def _read_pages(self, pdf):
        """Return for each page its words, with where each begins and ends."""
        html = run_on_pdf(pdf, "pdftotext", "-bbox", "{}", "-")
        return [
            [(word[-1], *map(float, word[:-1])) for word in WORD.findall(page)]
            for page in html.split("<page ")[1:]
        ]

    def _assert_like_paper(self, odd, content, pdf):
        width, height = PAGE_SIZES[odd.paper]
        about = run_on_pdf(pdf, "pdfinfo", "{}")
        found = re.search(r"Page size: +([\d.]+) x ([\d.]+)", about).groups()
        for expected, printed in zip((width, height), found, strict=True):
            self.assertAlmostEqual(float(printed), expected, delta=1)
        side = 20 * POINTS_PER_MM
        for number, words in enumerate(self._read_pages(pdf), 1):
            self.assertGreater(len(words), 8, f"page {number} is empty")
            for text, left, top, right, bottom in words:
                place = f"“{text}” on page {number}"
                self.assertGreaterEqual(left, side - OVERHANG, place)
                self.assertLessEqual(right, width - side + OVERHANG, place)
                self.assertGreater(top, 0, place)
                self.assertLess(bottom, height, place)
        text = make_plain(run_on_pdf(pdf, "pdftotext", "{}", "-")).replace(" ", "")
        for value in (content["reference"], *content["company"]["address"]):
            self.assertIn(make_plain(value).replace(" ", ""), text)

    def test_odd_contracts(self):
        seen = set()
        for number in range(self.contracts):
            odd = OddContracts(number)
            seen.add((odd.layout, odd.paper))
            with self.subTest(number, layout=odd.layout, paper=odd.paper, language=odd.language):
                content, pdf = self._print(odd)
                self._assert_like_paper(odd, content, pdf)
        self.assertEqual(len(seen), len(LAYOUTS) * len(PAPERS), "Some layout was on one paper only")


@tagged("post_install", "-at_install")
class TestOddContractsOfTheFallback(TestOddContracts):
    """The same, by the engine that is used where WeasyPrint is missing."""

    engine = "wkhtmltopdf"
    # Each layout on each paper
    contracts = 14
