"""Makes one PDF of all pages that somebody sent, in order, and nothing but pages."""

import io

from pdf_file import PdfReader, generic
from pdf_value import get
from PIL import Image
from reportlab.lib.pagesizes import A4, landscape, portrait
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

try:
    from PyPDF2 import PdfWriter
except ImportError:
    from pypdf import PdfWriter

# Whatever else a page may have acts, or leads somewhere.
KEPT_KEYS = {
    "/Type",
    "/MediaBox",
    "/CropBox",
    "/Rotate",
    "/Resources",
    "/Contents",
    "/Group",
    "/UserUnit",
    "/Parent",
}
UNSEEN_ANNOTATIONS = {"/Link", "/Popup"}
HIDDEN_FLAGS = 2 | 32


def compose(parts):
    """Put pages together.

    :param list parts: for each page ``(content, kind, index, turn)``: the file it is
        from, ``pdf`` or ``jpeg``, its position there, and by how many degrees to turn it
    :return: a PDF
    :rtype: bytes
    """
    writer = PdfWriter()
    readers = {}
    for content, kind, index, turn in parts:
        if kind == "pdf":
            reader = readers.get(id(content))
            if reader is None:
                reader = readers[id(content)] = PdfReader(io.BytesIO(content), strict=False)
            page = _prepare_page(writer, reader.pages[index])
            page[generic.NameObject("/Rotate")] = generic.NumberObject(
                (int(get(page, "/Rotate", 0)) + turn) % 360
            )
        else:
            page = PdfReader(io.BytesIO(_make_page(content, turn))).pages[0]
        writer.add_page(page)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def _make_page(content, turn):
    """Make a page of A4 that shows a picture as large as it fits.

    :param bytes content: a JPEG
    :param int turn: by how many degrees to turn it clockwise
    :return: a PDF
    :rtype: bytes
    """
    if turn:
        with Image.open(io.BytesIO(content), formats=("JPEG",)) as source:
            picture = source.rotate(-turn, expand=True)
        output = io.BytesIO()
        picture.save(output, format="JPEG", quality=88)
        content = output.getvalue()
    with Image.open(io.BytesIO(content), formats=("JPEG",)) as picture:
        width, height = picture.size
    paper_width, paper_height = landscape(A4) if width > height else portrait(A4)
    scale = min(paper_width / width, paper_height / height)
    output = io.BytesIO()
    page = canvas.Canvas(output, pagesize=(paper_width, paper_height), invariant=1)
    page.drawImage(
        ImageReader(io.BytesIO(content)),
        (paper_width - width * scale) / 2,
        (paper_height - height * scale) / 2,
        width * scale,
        height * scale,
    )
    page.showPage()
    page.save()
    return output.getvalue()


def _prepare_page(writer, page):
    """Keep of a page what is seen on it.

    Signatures drawn on a tablet are annotations: they become part of the page.

    :param PdfWriter writer: what the page is made for
    :param page: the page, changed in place
    :return: the same page
    """
    drawing, forms = [], {}
    for annotation in get(page, "/Annots", []):
        annotation = annotation.get_object()
        look = _find_look(annotation)
        if look is not None:
            name = f"/ContractNote{len(forms)}"
            forms[name] = look
            drawing.append(f"q {_place(annotation, look.get_object())} cm {name} Do Q")
    if forms:
        _draw_forms(writer, page, forms, drawing)
    for key in [key for key in page if str(key) not in KEPT_KEYS]:
        del page[key]
    return page


def _find_look(annotation):
    """Find what an annotation looks like.

    :return: its appearance, as it is referred to; none if it is not seen
    """
    hidden = int(get(annotation, "/F", 0)) & HIDDEN_FLAGS
    if hidden or str(get(annotation, "/Subtype")) in UNSEEN_ANNOTATIONS:
        return None
    looks = get(annotation, "/AP", {})
    if "/N" not in looks or "/Rect" not in annotation:
        return None
    look = looks.raw_get("/N")
    if not isinstance(look.get_object(), generic.StreamObject):
        states, state = look.get_object(), get(annotation, "/AS")
        if state is None or state not in states:
            return None
        look = states.raw_get(state)
    return look if "/BBox" in look.get_object() else None


def _place(annotation, look):
    """Return the matrix that puts an appearance where its annotation stands.

    :rtype: str
    """
    left, bottom, right, top = (float(value) for value in look["/BBox"])
    a, b, c, d, e, f = (float(value) for value in get(look, "/Matrix", (1, 0, 0, 1, 0, 0)))
    corners = [(x, y) for x in (left, right) for y in (bottom, top)]
    across = [a * x + c * y + e for x, y in corners]
    along = [b * x + d * y + f for x, y in corners]
    place = [float(value) for value in annotation["/Rect"]]
    wide = abs(place[2] - place[0]) / ((max(across) - min(across)) or 1)
    high = abs(place[3] - place[1]) / ((max(along) - min(along)) or 1)
    x = min(place[0::2]) - min(across) * wide
    y = min(place[1::2]) - min(along) * high
    return f"{wide:.5f} 0 0 {high:.5f} {x:.4f} {y:.4f}"


def _draw_forms(writer, page, forms, drawing):
    """Draw appearances over a page, whatever state its own drawing leaves behind."""
    resources = generic.DictionaryObject(get(page, "/Resources", {}))
    named = generic.DictionaryObject(get(resources, "/XObject", {}))
    for name, form in forms.items():
        named[generic.NameObject(name)] = form
    resources[generic.NameObject("/XObject")] = named
    page[generic.NameObject("/Resources")] = resources
    contents = page.get_contents()
    content = contents.get_data() if contents is not None else b""
    stream = generic.DecodedStreamObject()
    stream.set_data(b"q\n" + content + b"\nQ\n" + "\n".join(drawing).encode())
    page[generic.NameObject("/Contents")] = writer._add_object(stream.flate_encode())
