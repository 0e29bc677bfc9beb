"""The text of sections: what of it is frozen, and how page and paper both show it."""

import base64
import io
import unicodedata
from functools import cache

import lxml.html
from PIL import Image, ImageDraw

from .safe_style import clean_tree, read_style

# What the editor or a paste brings along that no paper shows: ratings and icons, which are
# letters of a font for screens, marks of banners, players.
DECORATION = (
    "//*[contains(concat(' ', @class, ' '), ' o_stars ')]",
    "//*[contains(concat(' ', @class, ' '), ' o_editor_banner_icon ')]",
    "//*[self::i or self::span][contains(concat(' ', @class, ' '), ' fa ')]",
    "//*[contains(concat(' ', @class, ' '), ' media_iframe_video ')]",
    "//iframe | //video | //audio",
)
# Numbering styles, in the attribute that all engines know and no cleaning removes.
LIST_TYPES = {
    "decimal": "1",
    "lower-alpha": "a",
    "lower-latin": "a",
    "upper-alpha": "A",
    "upper-latin": "A",
    "lower-roman": "i",
    "upper-roman": "I",
    "disc": "disc",
    "circle": "circle",
    "square": "square",
}
BLOCKS = "p h1 h2 h3 h4 h5 h6 ul ol li td th blockquote pre dt dd".split()
TICK = ((10, 25), (20, 35), (38, 12))


def keep_list_styles(root):
    """Write numbering styles down as attributes, since cleaning removes them as styles.

    :param lxml.html.HtmlElement root: the text, changed in place
    """
    for node in root.iter("ul", "ol", "li"):
        for name, value in read_style(node.get("style")):
            if name not in ("list-style", "list-style-type"):
                continue
            for word in value.lower().split():
                if word in LIST_TYPES:
                    node.set("type", LIST_TYPES[word])
                elif word == "none":
                    node.classes.add("list-unstyled")


def keep_lines(root):
    """Write lines under and through text down as the style that no cleaning removes.

    A price that is struck out must not be frozen as one that is asked for.

    :param lxml.html.HtmlElement root: the text, changed in place
    """
    for node in root.xpath(".//*[contains(@style, 'text-decoration-line')]"):
        kept, lines = [], []
        for name, value in read_style(node.get("style")):
            if name == "text-decoration-line":
                lines.append(value)
            else:
                kept.append(f"{name}:{value}")
        node.set("style", "; ".join([*kept, f"text-decoration:{' '.join(lines)}"]))


def drop_decoration(root):
    """Remove what no paper shows, so that the page does not show more than the paper.

    Buttons are what they lead to: links.

    :param lxml.html.HtmlElement root: the text, changed in place
    """
    for path in DECORATION:
        for node in root.xpath(path):
            if node.getparent() is not None:
                node.drop_tree()
    for node in root.iter("a"):
        for name in [name for name in node.classes if name == "btn" or name.startswith("btn-")]:
            node.classes.discard(name)


def show_text(body, direction, ticked, unticked):
    """Return a section's text as page and paper show it.

    Boxes of checklists are pictures, which look the same everywhere and are read aloud;
    tables stand in boxes of their own, which scroll on a phone; paragraphs run in the
    direction of their script.

    :param str body: the frozen HTML
    :param str direction: ``ltr`` or ``rtl``, that of the contract's language
    :param str ticked: how a ticked box is called
    :param str unticked: how an empty box is called
    :return: HTML
    :rtype: str
    """
    if not body:
        return ""
    root = lxml.html.fragment_fromstring(body, create_parent="div")
    # What an earlier release has frozen may have styles that it let pass.
    clean_tree(root)
    _show_directions(root, direction)
    for item in root.xpath("//ul[contains(concat(' ', @class, ' '), ' o_checklist ')]/li"):
        if "oe-nested" not in item.classes:
            is_ticked = "o_checked" in item.classes
            _put_box(item, _draw_box(is_ticked), ticked if is_ticked else unticked)
    for table in root.xpath("//table[not(ancestor::table)]"):
        box = lxml.html.Element("div")
        box.set("class", "o_contract_table")
        box.tail, table.tail = table.tail, None
        table.getparent().replace(table, box)
        box.append(table)
    return (root.text or "") + "".join(
        lxml.html.tostring(child, encoding="unicode") for child in root
    )


def _show_directions(root, direction):
    """Give blocks the direction of their script where it is another one than around them.

    What the author has set stays, with all that stands in it.
    """
    known = {root: (direction, False)}  # the direction, and whether somebody has set it
    for node in root.iter(lxml.html.etree.Element):
        around, is_set = known[node.getparent()] if node is not root else (direction, False)
        if node.get("dir") in ("ltr", "rtl"):
            around, is_set = node.get("dir"), True
        elif not is_set and node.tag in BLOCKS:
            own = _find_direction(node.text_content())
            if own and own != around:
                node.set("dir", own)
                around = own
        known[node] = (around, is_set)


def _find_direction(text):
    """Return the direction of the first letter that has one, or none."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in ("L", "R", "AL"):
            return "ltr" if kind == "L" else "rtl"
    return None


def _put_box(item, address, name):
    """Put the picture of a box before what an item of a checklist says."""
    first = next(iter(item), None)
    is_paragraph = first is not None and first.tag == "p" and not (item.text or "").strip()
    place = first if is_paragraph else item
    box = lxml.html.Element("img")
    box.set("class", "o_contract_box")
    box.set("src", address)
    box.set("alt", name)
    box.tail, place.text = place.text, None
    place.insert(0, box)


@cache
def _draw_box(is_ticked):
    """Draw a box, empty or ticked.

    :return: a ``data:`` address
    :rtype: str
    """
    picture = Image.new("RGB", (48, 48), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((1, 1, 46, 46), outline="black", width=4)
    if is_ticked:
        pen.line(TICK, fill="black", width=6, joint="curve")
    output = io.BytesIO()
    picture.save(output, format="PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(output.getvalue()).decode()}"
