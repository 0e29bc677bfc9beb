import io
import re
import zlib
from unittest.mock import patch

import qrcode
from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from ...utils import Actor
from ..common import ContractCommon

PAGE_COUNT = 3
PICTURE_SIZE = (1240, 1754)


def make_page_picture(code=None, turn=0, size=PICTURE_SIZE, text="Signed"):
    """Return the picture of a page, as a scanner or a camera makes it."""
    picture = Image.new("L", PICTURE_SIZE, 250)
    draw = ImageDraw.Draw(picture)
    for line in range(20):
        draw.line(((120, 200 + line * 60), (1100, 200 + line * 60)), fill=120, width=3)
    draw.text((140, 140), text, fill=0)
    if code:
        maker = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, border=4)
        maker.add_data(code)
        maker.make(fit=True)
        square = maker.make_image().get_image().convert("L").resize((120, 120))
        picture.paste(square, (1100, 1600))
    if turn:
        picture = picture.rotate(turn, expand=True, fillcolor=250, resample=Image.BICUBIC)
    if size != PICTURE_SIZE:
        picture = picture.resize(size)
    return picture


def make_photo(code=None, turn=0, kind="JPEG", **values):
    """Return the file of a photo of a page."""
    output = io.BytesIO()
    make_page_picture(code, turn, **values).convert("RGB").save(output, format=kind, quality=85)
    return output.getvalue()


def make_scan(*codes, turn=0):
    """Return a PDF of scanned pages."""
    output = io.BytesIO()
    page = canvas.Canvas(output, pagesize=A4)
    for code in codes:
        picture = make_page_picture(code, turn).convert("RGB")
        packed = io.BytesIO()
        picture.save(packed, format="JPEG", quality=70)
        page.drawImage(ImageReader(packed), 0, 0, A4[0], A4[1])
        page.showPage()
    page.save()
    return output.getvalue()


def make_pages(count):
    """Return a PDF with many pages of text."""
    output = io.BytesIO()
    page = canvas.Canvas(output, pagesize=A4)
    for number in range(count):
        page.drawString(72, 720, f"Page {number + 1}")
        page.showPage()
    page.save()
    return output.getvalue()


def make_raw_pdf(*objects, page_extra=b"", catalog_extra=b"", contents=b"BT ET"):
    """Return a PDF written by hand, with whatever objects a test needs."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog_extra + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << >> " + page_extra + b" >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(contents), contents),
        *objects,
    ]
    content, offsets = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    start = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    content += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    content += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(parts) + 1,
        start,
    )
    return content


def make_bomb(size=400 * 1024**2):
    """Return a small PDF whose page becomes very large when it is unpacked."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 1024**2) for _piece in range(size // 1024**2))
    packed += packer.flush()
    return make_raw_pdf(
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
        page_extra=b"/Contents 5 0 R",
    )


class PaperCommon(ContractCommon):
    """A contract out for signature, and its customer with a pen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._create_sent_contract()
        cls.participant = cls._get_participant(cls.contract, cls.customer)
        cls.env.flush_all()

    @classmethod
    def _replace_rendering(cls):
        super()._replace_rendering()

        def render(contract, content, signatures):
            return make_pages(PAGE_COUNT)

        cls.startClassPatcher(
            patch.object(cls.registry["customer.contract"], "_render_paper_pdf", render)
        )

    def _get_codes(self, contract=None):
        """Return the codes on the pages of a contract's copy for paper."""
        contract = contract or self.contract
        copy = self.env["customer.contract.paper.copy"]._ensure(contract)
        return [
            f"CCP:{copy.code}:{number}:{copy.page_count}"
            for number in range(1, copy.page_count + 1)
        ]

    def _collect(self, *files, participant=None):
        """Have a customer's files taken in."""
        participant = participant or self.participant
        paper = participant.contract_id._collect_paper(Actor(participant, "portal"))
        for number, content in enumerate(files, 1):
            paper._add_file(f"photo{number}", content)
        return paper

    def _collect_all(self, contract=None, participant=None):
        """Have photos of all pages taken in."""
        photos = [make_photo(code) for code in self._get_codes(contract)]
        return self._collect(*photos, participant=participant)

    def _submit(self, participant=None, is_confirmed=False, **values):
        participant = participant or self.participant
        return (
            participant.contract_id.with_user(self.portal_user)
            .sudo()
            ._submit_paper(
                Actor(participant.with_user(self.portal_user).sudo(), "portal"),
                {
                    "signed_by": "Carla Customer",
                    "capacity": "Owner",
                    "signed_date": "2026-01-15",
                    **values,
                },
                is_confirmed=is_confirmed,
            )
        )

    def _get_text_of(self, pdf):
        """Return the operators of a small PDF's pages."""
        return re.sub(rb"\s+", b" ", pdf)

    def _count(self, event_type, contract=None):
        events = (contract or self.contract).sudo().event_ids
        return len(events.filtered(lambda event: event.event_type == event_type))


class PaperTourCommon(PaperCommon):
    """Files that lie ready for the browser, as if a camera had just made them."""

    def _lay_ready(self, **files):
        self.env["ir.attachment"].create(
            [
                {
                    "name": name,
                    "url": f"/contract_tour/{name.replace('_', '.')}",
                    "raw": content,
                    "mimetype": "application/octet-stream",
                    "public": True,
                }
                for name, content in files.items()
            ]
        )
