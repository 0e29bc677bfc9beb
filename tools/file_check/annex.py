"""Puts the scans of what was signed on paper behind a contract, page by page."""

import io

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject

PAGE_WIDTH, PAGE_HEIGHT = 595.28, 841.89
SIDE, HEAD, FOOT = 28, 46, 22
TEXT_SIZE = 7.5


def append(contract, scans):
    """Append scans to a contract. Each page says what it is.

    :param bytes contract: a PDF
    :param list scans: pairs of a scan, as PDF, and two lines of Latin text
    :return: the longer PDF
    :rtype: bytes
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(contract), strict=False)
    # With scans and the lines above them, the file is no PDF/A any more and may not claim to be.
    writer.root.pop("/Metadata", None)
    writer.update_root()
    font = writer.add_object(
        generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Font"),
                pdf_name("/Subtype"): pdf_name("/Type1"),
                pdf_name("/BaseFont"): pdf_name("/Helvetica"),
                pdf_name("/Encoding"): pdf_name("/WinAnsiEncoding"),
            }
        )
    )
    for scan, (first, second) in scans:
        reader = PdfFileReader(io.BytesIO(scan), strict=False)
        count = int(reader.root["/Pages"]["/Count"])
        for index in range(count):
            _append_page(writer, reader, index, font, (f"{first}  {index + 1} / {count}", second))
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def _append_page(writer, reader, index, font, lines):
    """Append one page with a scanned page on it.

    :param IncrementalPdfFileWriter writer: the contract
    :param PdfFileReader reader: the scan
    :param int index: which of its pages
    :param font: a reference to the font of the lines
    :param tuple lines: what stands above it
    """
    node, position, _resources = reader.find_page_container(index)
    page = node.get_object()["/Kids"][position]
    box = [float(value) for value in _inherited(page, "/CropBox") or _inherited(page, "/MediaBox")]
    turn = int(_inherited(page, "/Rotate") or 0) % 360
    form = writer.import_page_as_xobject(reader, page_ix=index)
    form_object = form.get_object()
    form_object[pdf_name("/BBox")] = generic.ArrayObject(map(generic.FloatObject, box))
    form_object[pdf_name("/Matrix")] = generic.ArrayObject(
        map(generic.FloatObject, _turn_upright(box, turn))
    )
    width, height = box[2] - box[0], box[3] - box[1]
    if turn in (90, 270):
        width, height = height, width
    is_wide = width > height
    page_width, page_height = (PAGE_HEIGHT, PAGE_WIDTH) if is_wide else (PAGE_WIDTH, PAGE_HEIGHT)
    scale = min((page_width - 2 * SIDE) / width, (page_height - HEAD - FOOT) / height)
    left = (page_width - width * scale) / 2
    bottom = page_height - HEAD - height * scale
    drawing = [f"q {scale:.5f} 0 0 {scale:.5f} {left:.3f} {bottom:.3f} cm /Scan Do Q"]
    drawing.append(
        f"q 0.6 w 0.7 G {left:.2f} {bottom:.2f} {width * scale:.2f} {height * scale:.2f} re S Q"
    )
    for number, line in enumerate(lines):
        drawing.append(
            f"BT 0.25 g /Line {TEXT_SIZE} Tf {SIDE} "
            f"{page_height - 22 - number * (TEXT_SIZE + 3):.2f} Td ({_escape(line)}) Tj ET"
        )
    contents = generic.StreamObject(stream_data="\n".join(drawing).encode("cp1252", "replace"))
    contents.compress()
    resources = generic.DictionaryObject(
        {
            pdf_name("/XObject"): generic.DictionaryObject({pdf_name("/Scan"): form}),
            pdf_name("/Font"): generic.DictionaryObject({pdf_name("/Line"): font}),
        }
    )
    writer.insert_page(
        PageObject(
            contents=writer.add_object(contents),
            media_box=(0, 0, page_width, page_height),
            resources=resources,
        )
    )


def _inherited(page, name):
    """Return a page's value that may stand further up in the tree."""
    node = page.get_object()
    for _level in range(50):
        if name in node:
            return node[name]
        if "/Parent" not in node:
            break
        node = node["/Parent"]
    return None


def _turn_upright(box, turn):
    """Return the matrix that turns a page clockwise and moves it to the corner.

    :param list box: what is seen of the page
    :param int turn: 0, 90, 180 or 270
    :rtype: tuple
    """
    left, bottom, right, top = box
    return {
        90: (0, -1, 1, 0, -bottom, right),
        180: (-1, 0, 0, -1, right, top),
        270: (0, 1, -1, 0, top, -left),
    }.get(turn, (1, 0, 0, 1, -left, -bottom))


def _escape(text):
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
