"""What repeats on every page of a contract.

wkhtmltopdf repeats nothing that every build of it understands. So the report ends
with extra pages that are no pages of the contract: its footer and, for what is not
signed by everybody, a watermark. They are taken off and laid over each of the
others, which then get their numbers. Thus company texts appear in every script
that the fonts of the system have, and page numbers need digits only.
"""

import io

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import copy_into_new_writer

POINTS_PER_MM = 72 / 25.4
FOOTER_GAP = 5 * POINTS_PER_MM  # between the page's text and the footer
NUMBER_SIZE = 7.5
NUMBER_DROP = 12  # from the footer's upper edge to the base of the page number
# Widths in Helvetica of what page numbers are made of, in thousandths of the size.
GLYPH_WIDTHS = {" ": 278, "/": 278}
DIGIT_WIDTH = 556


def finish_pages(pdf, overlays, margins, title="", language=None, is_rtl=False):
    """Lay the document's last pages over the others, and number these.

    :param bytes pdf: what wkhtmltopdf made
    :param int overlays: how many of the last pages to lay over the others: none,
        the footer, or the footer and the watermark
    :param tuple margins: the page's margins in mm: top, bottom, left, right
    :param str title: the document's title
    :param str language: the document's language, as in HTML
    :param bool is_rtl: whether it is written from right to left
    :return: the finished PDF
    :rtype: bytes
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    tree = writer.root["/Pages"]
    pages = [page.get_object() for page in tree["/Kids"]]
    count = len(pages) - overlays
    forms = [_make_form(writer, page) for page in pages[count:]]
    if overlays:
        del tree["/Kids"][count:]
        tree[pdf_name("/Count")] = generic.NumberObject(count)
    additions = _prepare_resources(writer, forms)
    for number, page in enumerate(pages[:count], 1):
        drawing = _draw_page(page, len(forms), f"{number} / {count}", margins, is_rtl)
        add_contents(writer, page, drawing)
        add_resources(page, additions)
    if language:
        writer.root[pdf_name("/Lang")] = generic.TextStringObject(language)
    if title and "/Info" in writer.prev.trailer:
        # Debian's build loses it
        writer.prev.trailer["/Info"][pdf_name("/Title")] = generic.TextStringObject(title)
    writer.root[pdf_name("/ViewerPreferences")] = generic.DictionaryObject(
        {pdf_name("/DisplayDocTitle"): generic.BooleanObject(True)}
    )
    # Written anew instead of appended: the file must not carry what was taken off.
    output = io.BytesIO()
    copy_into_new_writer(writer).write(output)
    return output.getvalue()


def get_page_size(page):
    """Return a page's width and height in points."""
    left, bottom, right, top = (float(value) for value in page["/MediaBox"])
    return right - left, top - bottom


def _make_form(writer, page):
    """Make a page something that can be drawn on other pages.

    :param IncrementalPdfFileWriter writer: the document
    :param page: one of its pages
    :return: a reference to the form
    """
    contents = page["/Contents"]
    streams = contents if isinstance(contents, generic.ArrayObject) else [contents]
    form = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): page["/MediaBox"],
            pdf_name("/Resources"): page.raw_get("/Resources"),
        },
        stream_data=b"\n".join(stream.get_object().data for stream in streams),
    )
    form.compress()
    return writer.add_object(form)


def _prepare_resources(writer, forms):
    """Prepare what the drawing on each page refers to.

    :param IncrementalPdfFileWriter writer: the document
    :param list forms: references to the forms
    :return: references by kind and name
    :rtype: dict
    """
    multiply = {pdf_name("/BM"): pdf_name("/Multiply")}
    font = {
        pdf_name("/Type"): pdf_name("/Font"),
        pdf_name("/Subtype"): pdf_name("/Type1"),
        pdf_name("/BaseFont"): pdf_name("/Helvetica"),
        pdf_name("/Encoding"): pdf_name("/WinAnsiEncoding"),
    }
    return {
        "/XObject": {f"/Contract{index}": form for index, form in enumerate(forms)},
        "/ExtGState": {"/ContractMultiply": writer.add_object(generic.DictionaryObject(multiply))},
        "/Font": {"/ContractFont": writer.add_object(generic.DictionaryObject(font))},
    }


def _draw_page(page, form_count, number, margins, is_rtl):
    """Return the operators that draw the forms and the page number over a page.

    Text below stays legible, since colours are multiplied.

    :param page: the page
    :param int form_count: how many forms there are: the footer, the watermark
    :param str number: the page number
    :param tuple margins: the page's margins in mm: top, bottom, left, right
    :param bool is_rtl: whether the document is written from right to left
    :rtype: bytes
    """
    width, height = get_page_size(page)
    top, bottom, left, right = (margin * POINTS_PER_MM for margin in margins)
    footer_top = bottom - FOOTER_GAP
    # The footer stands at the top of its own page, the watermark where it belongs.
    shifts = (footer_top - (height - top), 0)[:form_count]
    # Readers aloud may skip what repeats.
    drawing = ["Q", "/Artifact BMC"]
    for index, shift in enumerate(shifts):
        drawing.append(f"q /ContractMultiply gs 1 0 0 1 0 {shift:.2f} cm /Contract{index} Do Q")
    number_width = sum(GLYPH_WIDTHS.get(sign, DIGIT_WIDTH) for sign in number)
    x = left if is_rtl else width - right - number_width * NUMBER_SIZE / 1000
    drawing.append(
        f"BT 0.35 g /ContractFont {NUMBER_SIZE} Tf "
        f"{x:.2f} {footer_top - NUMBER_DROP:.2f} Td ({number}) Tj ET"
    )
    drawing.append("EMC")
    return "\n".join(drawing).encode()


def add_contents(writer, page, drawing):
    """Draw more on a page, whatever state its own drawing leaves behind.

    :param IncrementalPdfFileWriter writer: the document
    :param page: the page, changed in place
    :param bytes drawing: the operators to add, the first of them a ``Q``
    """
    contents = page.raw_get("/Contents")
    if isinstance(page["/Contents"], generic.ArrayObject):
        contents = list(page["/Contents"])
    else:
        contents = [contents]
    before = writer.add_object(generic.StreamObject(stream_data=b"q"))
    after = writer.add_object(generic.StreamObject(stream_data=drawing))
    page[pdf_name("/Contents")] = generic.ArrayObject([before, *contents, after])


def add_resources(page, additions):
    """Give a page more resources, without touching those it shares with others.

    :param page: the page, changed in place
    :param dict additions: what to add, by kind and name
    """
    resources = generic.DictionaryObject(page["/Resources"])
    for kind, named in additions.items():
        known = generic.DictionaryObject(resources[kind] if kind in resources else {})
        known.update({pdf_name(name): value for name, value in named.items()})
        resources[pdf_name(kind)] = known
    page[pdf_name("/Resources")] = resources
