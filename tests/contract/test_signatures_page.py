from odoo import Command
from odoo.tests import tagged

from ..common import ContractCommon, run_on_pdf

PARAMETER = "customer_contract.print_engine"


def make_table(count, words="Oven"):
    rows = "".join(
        f"<tr><td>Row{number:03}</td><td>{words}</td><td>{number},00</td></tr>"
        for number in range(count)
    )
    return f'<table border="1"><tr><th>No.</th><th>Item</th><th>Price</th></tr>{rows}</table>'


# Each ends at another height of its page.
ENDS = {
    **{f"table of {count}": make_table(count) for count in range(20, 46, 3)},
    "high rows": make_table(14).replace("<td>Row", '<td style="height: 60px">Row'),
    "long table": make_table(90, "Oven with everything that is needed to run it " * 2),
    "list": "<ol>" + "".join(f"<li>Row{number:03}</li>" for number in range(60)) + "</ol>",
    "long paragraph": "<p>" + "".join(f"Row{n:03} is agreed on. " for n in range(260)) + "</p>",
    "table and empty line": make_table(36) + "<p><br></p>",
    "nested": f"<div><div>{make_table(40)}</div></div>",
}


@tagged("post_install", "-at_install")
class TestSignaturesPage(ContractCommon):
    """Signatures never stand on a page without text of the contract."""

    renders_reports = True
    engine = "weasyprint"

    def test_text_stands_on_the_page_of_signatures(self):
        self.env["ir.config_parameter"].set_param(PARAMETER, self.engine)
        for name, body in ENDS.items():
            with self.subTest(name):
                contract = self._create_contract(
                    section_ids=[Command.create({"title": "Prices", "body": body})]
                )
                content = contract._prepare_content(1)
                pdf = contract._render_contract_pdf(content)
                contract._check_print(content, pdf)
                pages = run_on_pdf(pdf, "pdftotext", "-layout", "{}", "-").split("\f")
                [page] = [page for page in pages if "Signatures" in page]
                self.assertIn("Row", page)
                text = "".join(pages)
                for number in range(body.count("Row")):
                    self.assertEqual(text.count(f"Row{number:03}"), 1, "once, in order")


@tagged("post_install", "-at_install")
class TestSignaturesPageOfTheFallback(TestSignaturesPage):
    """The same, by the engine that is used where WeasyPrint is missing."""

    engine = "wkhtmltopdf"
