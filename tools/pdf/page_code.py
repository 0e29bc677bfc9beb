"""The codes on the pages of a contract that is printed, signed by hand and sent back.

Each page carries its code twice, in margins that nothing else uses: a staple, a stamp
or a finger on the photo hides one of them at most.
"""

import io

import qrcode
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from reportlab.pdfbase.ttfonts import TTFontFace

from .page_finish import POINTS_PER_MM, add_contents, add_resources, get_page_size

CODE_SIZE = 14 * POINTS_PER_MM
# What printers reach, and still away enough from the text for the squares to be found.
EDGE = 4.3 * POINTS_PER_MM
UPPER_END, LOWER_END = 5 * POINTS_PER_MM, 9 * POINTS_PER_MM
LABEL_SIZE = 5.5
LABEL_GAP = 5
# Bitstream Vera, which comes with ReportLab, which comes with Odoo.
FONT_FILE = "Vera.ttf"
FIRST_LETTER, LAST_LETTER = ord(" "), ord("Z")
NONSYMBOLIC = 32
LETTERS_TO_UNICODE = f"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /ContractCode def
/CMapType 2 def
1 begincodespacerange
<00> <FF>
endcodespacerange
1 beginbfrange
<{FIRST_LETTER:02X}> <{LAST_LETTER:02X}> <{FIRST_LETTER:04X}>
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end""".encode()


def stamp_pages(pdf, get_code):
    """Put a code on each page.

    :param bytes pdf: the contract
    :param callable get_code: returns the code of a page, given its number and how many
        pages there are
    :return: the PDF and how many pages it has
    :rtype: tuple[bytes, int]
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    pages = list(_walk_pages(writer.root["/Pages"]))
    font = writer.add_object(_make_font(writer))
    for number, page in enumerate(pages, 1):
        code = get_code(number, len(pages))
        add_contents(writer, page, _draw_codes(page, code))
        add_resources(page, {"/Font": {"/ContractCodeFont": font}})
        writer.update_container(page)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue(), len(pages)


def _make_font(writer):
    """Make the font of the labels, which is inside the file: an archive wants it there.

    :param IncrementalPdfFileWriter writer: the document
    :rtype: pyhanko.pdf_utils.generic.DictionaryObject
    """
    face = TTFontFace(FONT_FILE)
    name = pdf_name(f"/{face.name.decode()}")
    file = generic.StreamObject(
        {pdf_name("/Length1"): generic.NumberObject(len(face._ttf_data))},
        stream_data=face._ttf_data,
    )
    file.compress()
    descriptor = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/FontDescriptor"),
            pdf_name("/FontName"): name,
            pdf_name("/Flags"): generic.NumberObject(NONSYMBOLIC),
            pdf_name("/FontBBox"): generic.ArrayObject(map(_make_number, face.bbox)),
            pdf_name("/ItalicAngle"): _make_number(face.italicAngle),
            pdf_name("/Ascent"): _make_number(face.ascent),
            pdf_name("/Descent"): _make_number(face.descent),
            pdf_name("/CapHeight"): _make_number(face.capHeight),
            pdf_name("/StemV"): _make_number(face.stemV),
            pdf_name("/FontFile2"): writer.add_object(file),
        }
    )
    return generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Font"),
            pdf_name("/Subtype"): pdf_name("/TrueType"),
            pdf_name("/BaseFont"): name,
            pdf_name("/Encoding"): pdf_name("/WinAnsiEncoding"),
            pdf_name("/FirstChar"): generic.NumberObject(FIRST_LETTER),
            pdf_name("/LastChar"): generic.NumberObject(LAST_LETTER),
            pdf_name("/Widths"): generic.ArrayObject(
                _make_number(face.charWidths[letter])
                for letter in range(FIRST_LETTER, LAST_LETTER + 1)
            ),
            pdf_name("/FontDescriptor"): writer.add_object(descriptor),
            pdf_name("/ToUnicode"): writer.add_object(
                generic.StreamObject(stream_data=LETTERS_TO_UNICODE)
            ),
        }
    )


def _make_number(value):
    return generic.NumberObject(round(value))


def _walk_pages(tree):
    for kid in tree["/Kids"]:
        node = kid.get_object()
        if "/Kids" in node:
            yield from _walk_pages(node)
        else:
            yield node


def _draw_codes(page, code):
    """Return the operators that draw a page's code.

    :param page: the page
    :param str code: the code
    :rtype: bytes
    """
    width, height = get_page_size(page)
    squares = _make_squares(code)
    places = (
        (EDGE, height - UPPER_END - CODE_SIZE),
        (width - EDGE - CODE_SIZE, LOWER_END),
    )
    drawing = ["Q", "/Artifact BMC", "q 0 g"]
    step = CODE_SIZE / len(squares)
    for left, bottom in places:
        for row, line in enumerate(squares):
            y = bottom + CODE_SIZE - (row + 1) * step
            for column, length in _find_runs(line):
                drawing.append(
                    f"{left + column * step:.3f} {y:.3f} {length * step:.3f} {step:.3f} re"
                )
    drawing.append("f Q")
    label_x, label_y = places[1][0] + CODE_SIZE, places[1][1] + CODE_SIZE + LABEL_GAP
    drawing.append(
        f"q BT 0.45 g /ContractCodeFont {LABEL_SIZE} Tf 0 1 -1 0 {label_x:.2f} {label_y:.2f} Tm "
        f"({_make_label(code)}) Tj ET Q EMC"
    )
    return "\n".join(drawing).encode()


def _make_squares(code):
    """Return the squares of a QR code, as rows of black or not.

    :param str code: what it says
    :rtype: list[list[bool]]
    """
    maker = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, border=0)
    maker.add_data(code)
    maker.make(fit=True)
    return maker.get_matrix()


def _find_runs(line):
    """Return where black squares begin in a row, and how many follow each other."""
    column = 0
    while column < len(line):
        length = 0
        while column + length < len(line) and line[column + length]:
            length += 1
        if length:
            yield column, length
        column += length or 1


def _make_label(code):
    """Return a page's code as people read it."""
    _prefix, name, number, count = code.split(":")
    groups = " ".join(name[start : start + 4] for start in range(0, len(name), 4))
    return f"{groups}   {number} / {count}"
