"""Makes what people put into a contract fit its pages.

What is laid out for a screen, or was pasted from elsewhere, is often wider than paper.
Widths in per cent remain, all others give way to the page.
"""

import base64
import io
import re
from collections import defaultdict

import lxml.html
from PIL import Image, UnidentifiedImageError

from ..safe_style import read_style

ABSOLUTE_WIDTH = re.compile(r"(?<![\w-])(?:min-|max-)?width\s*:\s*[^;%]*(?:;|$)", re.IGNORECASE)
PIXELS = re.compile(r"(?<![\w-])width\s*:\s*([\d.]+)px", re.IGNORECASE)
# In which letters and with which space beside them a table is printed, in CSS pixels. The
# first that leaves every word in one piece is taken.
SIZES = {
    "": (13, 16),
    "o_contract_dense": (10, 8),
    "o_contract_denser": (8, 6),
    "o_contract_densest": (6.5, 4),
}
PAGE_WIDTH = 640
PIXELS_PER_MM = 96 / 25.4
# How much of a page's height a picture takes at most: its line and its caption stay with it.
PICTURE_PART = 0.85
SIZE_STYLE = re.compile(
    r"(?<![\w-])(?:min-|max-)?(?:width|height)\s*:\s*[^;]*(?:;|$)", re.IGNORECASE
)
SHARE = re.compile(r"(?<![\w-])width\s*:\s*([\d.]+)%", re.IGNORECASE)
TALLNESS = re.compile(r"(?<![\w-])height\s*:\s*([\d.]+)px", re.IGNORECASE)
LETTER_WIDTH = 0.58  # of the size of letters, on an average of longer words
# What is longer is no word of a language, and may be broken anywhere.
LONGEST_WORD = 30
LONGEST_JOINED = 60  # letters, between spaces at which lines break
JOINED = re.compile(r"[^ \t\n\r]{%d,}" % LONGEST_JOINED)
# In a margin's value
OUTDENT = re.compile(r"(?:^|[\s(,*])-\s*[\d.(]")
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def fit_to_page(root):
    """Prepare the sections of a contract for paper.

    :param lxml.html.HtmlElement root: the document, changed in place
    """
    for text in root.find_class("o_contract_text"):
        for node in text.iter(lxml.html.etree.Element):
            node.text, node.tail = _split_joined(node.text), _split_joined(node.tail)
        for table in text.iter("table"):
            _fit_table(table)
            _repeat_heading(table)


def drop_outdents(root):
    """Keep the sections of a contract out of the page's margins.

    Tables that were pasted from word processors often begin a little left of their text.

    :param lxml.html.HtmlElement root: the document, changed in place
    """
    for text in root.find_class("o_contract_text"):
        for node in text.xpath(".//*[contains(@style, 'margin')]"):
            kept = [
                f"{name}:{value}"
                for name, value in read_style(node.get("style"))
                if not (name.startswith("margin") and OUTDENT.search(value))
            ]
            node.set("style", "; ".join(kept))


def fit_pictures(root, width, height):
    """Have every picture in the sections of a contract fit a page, in its proportions.

    :param lxml.html.HtmlElement root: the document, changed in place
    :param float width: how wide the text of a page is, in mm
    :param float height: how high it is, in mm
    """
    most_width, most_height = width * PIXELS_PER_MM, height * PIXELS_PER_MM * PICTURE_PART
    for text in root.find_class("o_contract_text"):
        for picture in text.iter("img"):
            if "o_contract_box" not in picture.classes:
                _fit_picture(picture, most_width, most_height)


def _fit_picture(picture, most_width, most_height):
    """Give a picture the width that it is printed in; its height follows.

    :param lxml.html.HtmlElement picture: the picture, changed in place
    :param float most_width: how wide it may be, in CSS pixels
    :param float most_height: how high it may be
    """
    natural = _get_natural_size(picture.get("src") or "")
    if not natural:
        return
    style = picture.get("style") or ""
    share, tallness = SHARE.search(style), TALLNESS.search(style)
    ratio = natural[1] / natural[0]
    if share:
        width = most_width * float(share[1]) / 100
    else:
        height = tallness[1] if tallness else (picture.get("height") or "").removesuffix("px")
        width = get_pixels(picture) or (_as_number(height) / ratio) or natural[0]
    width = min(width, most_width, most_height / ratio)
    for name in ("width", "height"):
        picture.attrib.pop(name, None)
    rest = SIZE_STYLE.sub("", style).strip().rstrip(";")
    picture.set("style", f"{rest + '; ' if rest else ''}width: {width:.0f}px; height: auto")


def _get_natural_size(address):
    """Return how many pixels a ``data:`` picture has across and down, or none."""
    head, _comma, content = address.partition(",")
    if not head.endswith(";base64"):
        return None
    try:
        with Image.open(io.BytesIO(base64.b64decode(content))) as picture:
            return picture.size if all(picture.size) else None
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None  # drawn from lines


def _as_number(text):
    """Return a number that stands in a document, 0 if it is none."""
    try:
        return float(text)
    except ValueError:
        return 0.0


def _fit_table(table):
    """Have a table take the page's width, with the proportions that its columns had.

    :param lxml.html.HtmlElement table: the table, changed in place
    """
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    words = defaultdict(int)
    for row in rows:
        column = 0
        for cell in row:
            longest = max(map(len, cell.text_content().split()), default=0)
            if longest > LONGEST_WORD:
                cell.classes.add("o_contract_breaking")
            if (span := get_span(cell)) == 1:
                words[column] = max(words[column], min(longest, LONGEST_WORD))
            column += span
    density = next(
        (
            name
            for name, (size, space) in SIZES.items()
            if sum(n * LETTER_WIDTH * size + space for n in words.values()) <= PAGE_WIDTH
        ),
        None,
    )
    if density is None:
        density = list(SIZES)[-1]
        table.classes.add("o_contract_breaking")
    if density:
        table.classes.add(density)
    clear_width(table)
    widths = list(table.iterchildren("colgroup"))
    groups = [list(group.iterchildren("col")) for group in widths] + [list(row) for row in rows]
    for group in groups:
        pixels = [get_pixels(node) for node in group]
        for node, width in zip(group, pixels, strict=True):
            clear_width(node)
            if all(pixels):
                node.set("style", f"{node.get('style', '')}width: {100 * width / sum(pixels):.2f}%")


def _split_joined(text):
    """Let lines break at spaces that forbid it, where whole paragraphs are joined by them.

    :param str text: a text or none
    :rtype: str | None
    """
    if not isinstance(text, str) or NO_BREAK_SPACE not in text:
        return text
    return JOINED.sub(lambda match: match[0].replace(NO_BREAK_SPACE, " "), text)


def get_span(cell):
    """Return over how many columns a cell goes."""
    span = cell.get("colspan", "")
    return int(span) if span.isdecimal() and len(span) < 4 else 1


def get_pixels(node):
    """Return the width that a cell or column has in pixels, 0 if it has none."""
    found = PIXELS.search(node.get("style") or "")
    return _as_number(found[1] if found else (node.get("width") or "").removesuffix("px"))


def clear_width(node):
    """Take a width off that does not depend on the page's.

    :param lxml.html.HtmlElement node: a table or a part of it, changed in place
    """
    if not (node.get("width") or "%").endswith("%"):
        del node.attrib["width"]
    if style := node.get("style"):
        rest = ABSOLUTE_WIDTH.sub("", style).strip()
        node.set("style", f"{rest.rstrip(';')};" if rest else "")


def _repeat_heading(table):
    """Mark a table's first row as its heading, if it is one, so that pages repeat it.

    :param lxml.html.HtmlElement table: the table, changed in place
    """
    if table.find("thead") is not None:
        return
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    if len(rows) < 2 or not len(rows[0]) or any(cell.tag != "th" for cell in rows[0]):
        return
    if any(int(cell.get("rowspan") or 1) > 1 for cell in rows[0]):
        return
    body = rows[0].getparent()
    heading = table.makeelement("thead")
    heading.append(rows[0])
    if body is table:
        table.insert(len(table.xpath("caption | colgroup")), heading)
    else:
        table.insert(table.index(body), heading)
