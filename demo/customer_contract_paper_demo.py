import base64
import io

from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from odoo import fields, models
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from ..utils import Actor

STAMP_INK = (0.66, 0.16, 0.2)
# Where the customer signs on the last page of a short contract, in points.
SIGNATURE_PLACE = (322, 692, 170, 57)
STAMP_PLACE = (486, 722)
NAME_PLACES = ((322, 641), (322, 609), (322, 579))


class CustomerContractDemo(models.AbstractModel):
    """Lets customers of the demo sign with pen and stamp."""

    _inherit = "customer.contract.demo"

    def _play_counterparty_sends_paper(self, contract, place):
        """Print the contract, sign and stamp it by hand, and send the scan."""
        person = self._find_next(contract, "counterparty")
        identification = self._get_identification(person)
        contract = contract.with_user(self._get_acting_user(person)).sudo()
        copy_sudo = contract._get_paper_copy(Actor(person, identification))
        scan = self._sign_by_hand(copy_sudo.attachment_id.raw, person.partner_id, place)
        paper_sudo = contract._collect_paper(Actor(person, identification))
        paper_sudo._add_file("scan.pdf", scan)
        contract._submit_paper(
            Actor(person, identification),
            {
                "signed_by": person.partner_id.name,
                "capacity": person.partner_id.function,
                "signed_date": fields.Date.context_today(contract),
            },
            is_confirmed=True,
        )

    def _sign_by_hand(self, pdf, person, place):
        """Draw a signature, a stamp and what is written beside them on the last page.

        :param bytes pdf: the printed contract
        :param recordset person: who signs
        :param str place: where
        :return: the contract as it is scanned
        :rtype: bytes
        """
        ink = io.BytesIO()
        pen = canvas.Canvas(ink)
        picture = Image.open(io.BytesIO(base64.b64decode(self._draw_signature(person.name))))
        pen.drawImage(ImageReader(picture), *SIGNATURE_PLACE, mask="auto")
        pen.setFillColorRGB(0.1, 0.15, 0.45)
        today = fields.Date.context_today(self)
        written = (
            person.name.upper(),
            person.function or "",
            f"{place}, {today.day}.{today.month}.{today.year}",
        )
        pen.setFont("Times-Italic", 12)
        for text, (left, bottom) in zip(written, NAME_PLACES, strict=True):
            pen.drawString(left, bottom, text)
        self._draw_stamp(pen, person.commercial_partner_id)
        pen.save()
        pages = PdfFileReader(io.BytesIO(pdf))
        writer = PdfFileWriter()
        for number in range(pages.getNumPages()):
            page = pages.getPage(number)
            if number == pages.getNumPages() - 1:
                page.mergePage(PdfFileReader(ink).getPage(0))
            writer.addPage(page)
        output = io.BytesIO()
        writer.write(output)
        return output.getvalue()

    def _draw_stamp(self, pen, company):
        """Draw a company's round stamp, a little askew as stamps are.

        :param pen: the canvas
        :param recordset company: the company
        """
        pen.saveState()
        pen.translate(*STAMP_PLACE)
        pen.rotate(-12)
        pen.setStrokeColorRGB(*STAMP_INK)
        pen.setFillColorRGB(*STAMP_INK)
        pen.setLineWidth(1.4)
        pen.circle(0, 0, 31)
        pen.setLineWidth(0.6)
        pen.circle(0, 0, 28)
        for text, size, bottom in (
            (company.name.rpartition(" ")[0], 7, 4),
            (company.name.rpartition(" ")[2], 9, -7),
            (company.city or "", 6, -17),
        ):
            pen.setFont("Helvetica-Bold", size)
            pen.drawCentredString(0, bottom, text)
        pen.restoreState()
