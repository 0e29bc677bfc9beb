import re

from odoo import Command
from odoo.tests import tagged

from ..common import ContractCommon, run_on_pdf

PARAMETER = "customer_contract.print_engine"
POINTS_PER_MM = 72 / 25.4
SIDE = 20 * POINTS_PER_MM


@tagged("post_install", "-at_install")
class TestPaperLayout(ContractCommon):
    renders_reports = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param(PARAMETER, False)

    def _print(self, *bodies, title="Scope"):
        sections = [Command.create({"title": title, "body": body}) for body in bodies]
        contract = self._create_contract(section_ids=sections)
        return contract._render_contract_pdf(contract._get_report_content())

    def _get_pages(self, pdf):
        return run_on_pdf(pdf, "pdftotext", "-layout", "{}", "-").split("\f")[:-1]

    def _assert_all_on_the_page(self, pdf, words):
        """Assert that each word is there, whole, and between the page's margins."""
        html = run_on_pdf(pdf, "pdftotext", "-bbox", "{}", "-")
        width = float(re.search(r'<page width="([\d.]+)"', html)[1])
        found = re.findall(r'<word xMin="([-\d.]+)" .*? xMax="([-\d.]+)" .*?>(.*?)</word>', html)
        places = {text: (float(left), float(right)) for left, right, text in found}
        for word in words:
            self.assertIn(word, places)
            left, right = places[word]
            self.assertGreaterEqual(left, SIDE - 1, word)
            self.assertLessEqual(right, width - SIDE + 1, word)

    # === WHAT IS TOO WIDE FOR PAPER === #

    def test_everything_fits_the_page(self):
        words = [f"word{number}" for number in range(40)]
        joined = "&nbsp;".join(words)
        spaced = " ".join(words)
        row = "".join(f"<td>Quantity{number}</td>" for number in range(14))
        fixed = "".join(f'<td style="width:300px">Price{number}</td>' for number in range(6))
        cases = {
            "fixed table": (
                '<table style="width:1400px" border="1"><tr><td>Item</td><td>Left</td>'
                '<td style="text-align:right">PENALTY</td></tr></table>',
                ["Item", "Left", "PENALTY"],
            ),
            "columns": (f"<table><tr>{row}</tr></table>", [f"Quantity{n}" for n in range(14)]),
            "fixed columns": (f"<table><tr>{fixed}</tr></table>", [f"Price{n}" for n in range(6)]),
            "joined": (f"<p>{joined}</p>", words),
            "pre": (f"<pre>{spaced}</pre>", words),
            "width": (f'<p style="width:2000px">{spaced}</p>', words),
            "no wrapping": (f'<p style="white-space:nowrap">{spaced}</p>', words),
            "low": (f'<div style="height:9px;overflow:hidden"><p>{spaced}</p></div>', words),
        }
        pdf = self._print(*(f"<div>{body}</div>" for body, _words in cases.values()))
        self._assert_all_on_the_page(pdf, sorted({w for _body, ws in cases.values() for w in ws}))
        for name, (body, expected) in cases.items():
            with self.subTest(name):
                self._assert_all_on_the_page(self._print(body), expected)

    def test_long_words_break_at_the_margin(self):
        # Its letters would stand between those of the text.
        report = type(self.env["report.customer_contract.report_customer_contract"])
        self.patch(report, "_get_watermark", lambda *_args, **_options: "")
        letters = "abcdefghij" * 30
        pdf = self._print(f"<p>https://e.example.com/{letters}</p>", title="T" * 200)
        html = run_on_pdf(pdf, "pdftotext", "-bbox", "{}", "-")
        rights = [float(right) for right in re.findall(r'<word .*? xMax="([-\d.]+)"', html)]
        self.assertLessEqual(max(rights), 210 * POINTS_PER_MM - SIDE + 1)
        text = "".join(" ".join(self._get_pages(pdf)).split())
        self.assertIn(letters, text)
        self.assertIn("T" * 200, text)

    # === PAGE BREAKS === #

    def test_table_repeats_its_heading_and_rows_stay_whole(self):
        rows = "".join(
            f"<tr><td>Begin{number}</td><td>{'text ' * 40} End{number}</td></tr>"
            for number in range(60)
        )
        for heading in ("thead", "tbody"):
            head = "<tr><th>Machine</th><th>Duty</th></tr>"
            head = f"<thead>{head}</thead><tbody>" if heading == "thead" else f"<tbody>{head}"
            with self.subTest(heading):
                pages = self._get_pages(self._print(f"<table>{head}{rows}</tbody></table>"))
                pages = [page for page in pages if "Begin" in page]
                self.assertGreaterEqual(len(pages), 3)
                for page in pages:
                    self.assertEqual(page.count("Machine"), 1)
                    self.assertEqual(
                        set(re.findall(r"Begin(\d+)", page)), set(re.findall(r"End(\d+)", page))
                    )

    def test_row_longer_than_a_page_is_printed_whole(self):
        lines = "".join(f"<p>Line{number}</p>" for number in range(120))
        text = " ".join(self._get_pages(self._print(f"<table><tr><td>{lines}</td></tr></table>")))
        for number in range(120):
            self.assertRegex(text, rf"\bLine{number}\b")

    # === PAPER === #

    def test_paper_is_the_company_s(self):
        sizes = {
            "Letter": "612 x 79",
            "A4": "595",
            "A8": "595",  # for labels
        }
        for engine in (False, "wkhtmltopdf"):
            self.env["ir.config_parameter"].set_param(PARAMETER, engine)
            for name, size in sizes.items():
                with self.subTest(engine=engine, paper=name):
                    self.company.paperformat_id = self.env["report.paperformat"].create(
                        {"name": name, "format": name}
                    )
                    pdf = self._print("<p>Text</p>")
                    about = run_on_pdf(pdf, "pdfinfo", "{}")
                    self.assertRegex(about, rf"Page size: +{size}")
                    self.assertRegex(about, r"Pages: +1\b")
