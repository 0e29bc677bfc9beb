import io
from unittest.mock import patch

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...tools.pdf.print_check import find_lost_section
from ..common import ContractCommon, run_on_pdf

MM = 72 / 25.4
MARGINS = (16 * MM, 32 * MM, 20 * MM, 20 * MM)  # top, bottom, left, right
SECTIONS = [{"title": "Price", "body": "<p>Fixed price 5000</p>"}]
PARAMETER = "customer_contract.print_engine"
OUTDENTED = (
    '<p style="margin-left: -60px">Outdented at the left</p>'
    '<p style="margin: 0 -90px 0 0; text-align: right">Outdented at the right</p>'
    '<table style="margin-left: -5.4pt"><tr><td>As word processors do</td></tr></table>'
)


def make_page(*texts, angle=0):
    """Return a PDF with texts at places given in points, from the bottom left."""
    output = io.BytesIO()
    page = canvas.Canvas(output, pagesize=A4)
    page.drawString(200, 600, "Price")
    for x, y, text in texts:
        page.saveState()
        page.translate(x, y)
        page.rotate(angle)
        page.drawString(0, 0, text)
        page.restoreState()
    page.showPage()
    page.save()
    return output.getvalue()


@tagged("post_install", "-at_install")
class TestPrintMargins(ContractCommon):
    """The text of a contract stands between the margins; what repeats stands in them."""

    renders_reports = True

    def test_text_in_a_margin_is_found(self):
        text = "Fixed price 5000"
        for place, (x, y) in {
            "at the left": (30, 500),
            "at the right": (A4[0] - 100, 500),
            "at the top": (200, A4[1] - 20),
            "below the text": (200, MARGINS[1] - 10),
            "over the edge": (-20, 500),
        }.items():
            pdf = make_page((x, y, text))
            self.assertEqual(find_lost_section(pdf, SECTIONS, MARGINS), (0, text), place)
        for x, y in ((60, 500), (A4[0] - 160, 500), (200, A4[1] - 60), (200, MARGINS[1] + 4)):
            self.assertIsNone(find_lost_section(make_page((x, y, text)), SECTIONS, MARGINS))

    def test_what_repeats_stands_in_the_margin(self):
        """Also if it says the same as the contract."""
        pdf = make_page((200, 500, "Fixed price 5000"), (60, 40, "Fixed price 5000"))
        self.assertIsNone(find_lost_section(pdf, SECTIONS, MARGINS))
        watermark = make_page((10, 300, "Fixed price 5000"), angle=35)
        self.assertIsNone(find_lost_section(watermark, SECTIONS, MARGINS))

    def _create_outdented(self):
        return self._create_contract(
            section_ids=[Command.create({"title": "Wide", "body": OUTDENTED})]
        )

    def test_nothing_is_outdented_by_either_engine(self):
        for engine in ("weasyprint", "wkhtmltopdf"):
            self.env["ir.config_parameter"].set_param(PARAMETER, engine)
            with self.subTest(engine):
                contract = self._create_outdented()
                contract.action_send()
                pdf = contract.current_version_id.pdf_attachment_id.raw
                text = run_on_pdf(pdf, "pdftotext", "-layout", "{}", "-")
                for words in ("at the left", "at the right", "As word processors do"):
                    self.assertIn(words, text)

    def test_what_stands_in_the_margin_keeps_from_freezing(self):
        contract = self._create_outdented()
        path = "odoo.addons.customer_contract.models.evidence.ir_actions_report.drop_outdents"
        with patch(path), self.assertRaisesRegex(UserError, "section 1, “Wide”.*Outdented"):
            contract.action_send()
        self.assertFalse(contract.version_ids)

    def test_margins_are_the_contracts(self):
        """An administrator who changes them changes what is checked."""
        paper = self.env.ref("customer_contract.paperformat_customer_contract")
        paper.write({"margin_left": 5, "margin_right": 35})
        contract = self._create_outdented()
        contract.action_send()
        self.assertEqual(contract.state, "sent")
