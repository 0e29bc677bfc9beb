"""PDF files: what they must not contain, and what their pages look like."""

import io
import logging
import warnings
import zlib

from pdf_value import get
from refusal import Refused

try:
    from PyPDF2 import PdfReader, generic
except ImportError:
    from pypdf import PdfReader, generic

try:
    import pypdfium2
except ImportError:  # pages are marked as unchecked then
    pypdfium2 = None

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

MOST_OBJECTS = 100_000
MOST_DEPTH = 80
MOST_PIXELS = 120_000_000
# A page of A4 in colour at 600 dots per inch is 105 MB; all pages together are fewer.
MOST_UNPACKED = 160 * 1024**2
MOST_UNPACKED_TOTAL = 2 * 1024**3
RENDERED_SIDE = 1900
TAIL = 1024

ACTIVE_KEYS = {
    "/JS",
    "/JavaScript",
    "/AA",
    "/Launch",
    "/EmbeddedFile",
    "/EmbeddedFiles",
    "/AF",
    "/XFA",
    "/RichMedia",
    "/RichMediaContent",
    "/3DD",
}
ACTIVE_ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/ResetForm",
    "/GoToE",
    "/GoToR",
    "/Rendition",
    "/Movie",
    "/Sound",
    "/RichMediaExecute",
    "/GoTo3DView",
}
ACTIVE_TYPES = {
    "/EmbeddedFile",
    "/RichMedia",
    "/FileAttachment",
    "/Movie",
    "/Sound",
    "/Screen",
    "/3D",
}


def read(content, most_pages):
    """Open a PDF that holds pages and nothing that acts.

    :param bytes content: the file
    :param int most_pages: how many pages are allowed
    :return: the reader, with its pages
    :rtype: PdfReader
    :raise Refused: telling what is wrong with it
    """
    _check_ends(content)
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
    except Exception as error:  # broken files fail in every way there is
        raise Refused("broken") from error
    if reader.is_encrypted or "/Encrypt" in reader.trailer:
        raise Refused("encrypted")
    try:
        count = _count_pages(reader, most_pages)
    except Refused:
        raise
    except Exception as error:
        raise Refused("broken") from error
    if count > most_pages:
        raise Refused("too_many_pages", pages=count, most=most_pages)
    _check_objects(reader)
    try:
        pages = list(reader.pages)
        if not pages or any(page.mediabox.width <= 0 for page in pages):
            raise Refused("broken")
        for page in pages:
            page.get_contents()
    except Refused:
        raise
    except MemoryError as error:
        raise Refused("bomb") from error
    except Exception as error:
        raise Refused("broken") from error
    return reader


def _check_ends(content):
    """Refuse files that are cut off, or something else at the same time."""
    tail = content[-TAIL:].rstrip(b"\x00\t\n\x0c\r ")
    if not tail.endswith(b"%%EOF"):
        if b"%%EOF" in tail:
            raise Refused("mixed")
        raise Refused("truncated")
    head = content[:TAIL].lower()
    if b"<html" in head or b"<script" in head or b"<!doctype" in head or b"<svg" in head:
        raise Refused("mixed")
    if b"PK\x05\x06" in content[-66_000:]:
        raise Refused("mixed")


def _count_pages(reader, most_pages):
    """Count the pages in the tree itself, which may lie about their number."""
    root = reader.trailer["/Root"]
    stack, seen, count = [root["/Pages"]], 0, 0
    while stack:
        node = stack.pop().get_object()
        seen += 1
        if seen > MOST_OBJECTS:
            raise Refused("too_many_objects")
        if "/Kids" in node:
            stack.extend(node["/Kids"])
        else:
            count += 1
    return count


def _check_objects(reader):
    """Look at each object, also those inside object streams and not used by any page."""
    numbers = [(generation, number) for generation, kept in reader.xref.items() for number in kept]
    numbers += [(0, number) for number in getattr(reader, "xref_objStm", {})]
    if len(numbers) > MOST_OBJECTS:
        raise Refused("too_many_objects")
    budget = [MOST_UNPACKED_TOTAL]
    _check_value(reader.trailer, budget)
    for generation, number in numbers:
        try:
            value = generic.IndirectObject(number, generation, reader).get_object()
        except MemoryError as error:
            raise Refused("bomb") from error
        except RecursionError as error:
            raise Refused("too_many_objects") from error
        except Exception:  # nosec: what cannot be read is not copied to the scan either
            continue
        _check_value(value, budget)


def _check_value(value, budget):
    """Look at one object, without following its references."""
    stack = [(value, 0)]
    while stack:
        item, depth = stack.pop()
        if depth > MOST_DEPTH:
            raise Refused("too_many_objects")
        if isinstance(item, generic.DictionaryObject):
            _check_dictionary(item, budget)
            stack.extend((item.raw_get(key), depth + 1) for key in item)
        elif isinstance(item, generic.ArrayObject):
            stack.extend((part, depth + 1) for part in list.__iter__(item))


def _check_dictionary(item, budget):
    for key in item:
        if str(key) in ACTIVE_KEYS:
            raise Refused("active", found=str(key).strip("/"))
    action, kind = get(item, "/S"), get(item, "/Subtype")
    if isinstance(action, generic.NameObject) and str(action) in ACTIVE_ACTIONS:
        raise Refused("active", found=str(action).strip("/"))
    for name in (kind, get(item, "/Type")):
        if isinstance(name, generic.NameObject) and str(name) in ACTIVE_TYPES:
            raise Refused("active", found=str(name).strip("/"))
    opening = get(item, "/OpenAction")
    if isinstance(opening, generic.DictionaryObject) and str(get(opening, "/S")) != "/GoTo":
        raise Refused("active", found="OpenAction")
    if isinstance(item, generic.StreamObject):
        _check_stream(item, budget)


def _check_stream(stream, budget):
    """Refuse streams that become many times larger when they are unpacked."""
    width, height = get(stream, "/Width", 0), get(stream, "/Height", 0)
    try:
        if int(width) * int(height) > MOST_PIXELS:
            raise Refused("bomb")
    except (TypeError, ValueError) as error:
        raise Refused("broken") from error
    filters = get(stream, "/Filter", [])
    filters = filters if isinstance(filters, generic.ArrayObject | list) else [filters]
    names = [str(name.get_object()) for name in filters]
    packing = [name for name in names if name in ("/FlateDecode", "/Fl", "/LZWDecode", "/LZW")]
    if len(packing) > 1 or len(names) > 3:
        raise Refused("bomb")
    data = getattr(stream, "_data", b"")
    if names[:1] in (["/FlateDecode"], ["/Fl"]) and isinstance(data, bytes):
        size = _measure(data)
        budget[0] -= size
        if size > MOST_UNPACKED or budget[0] < 0:
            raise Refused("bomb")


def _measure(data):
    """Return how large a stream becomes when it is unpacked, as far as it matters."""
    unpacker, size, rest = zlib.decompressobj(), 0, data
    try:
        while rest and size <= MOST_UNPACKED:
            size += len(unpacker.decompress(rest, 4 * 1024**2))
            rest = unpacker.unconsumed_tail
    except zlib.error:
        return size  # a broken stream shows as an empty page, and harms nobody
    return size


def can_draw():
    """Tell whether pages can be drawn."""
    return pypdfium2 is not None


def draw_pages(content):
    """Draw the pages of a PDF, one after the other.

    :param bytes content: the file
    :return: pictures, or none for pages that cannot be drawn
    :rtype: iterator
    """
    document = pypdfium2.PdfDocument(content)
    for index in range(len(document)):
        page = document[index]
        width, height = page.get_size()
        scale = min(RENDERED_SIDE / max(width, height, 1), 4)
        yield page.render(scale=scale, may_draw_forms=False).to_pil()
        page.close()
    document.close()
