"""Text written from right to left, for builds of wkhtmltopdf that cannot measure it.

Builds without patched Qt measure text as if it were written from left to right. Where
Arabic or Hebrew meets punctuation, digits or Latin letters, the words then overlap or
run off the page. They are right about words of one script that stand alone, so each
word becomes a box of its own here; the boxes are ordered by their surroundings.
"""

import unicodedata
from itertools import groupby

from lxml import etree, html

BLOCKS = {"body", "div", "li", "p", "td", "th", "h1", "h2", "h3", "h4", "blockquote"}
SKIPPED = {"script", "style", "title"}
BOX = "display: inline-block"
KINDS = {
    "R": "rtl",
    "AL": "rtl",
    "L": "ltr",
    "EN": "ltr",
    "AN": "ltr",
    "ES": "sign",
    "ET": "sign",
}


def box_words(root):
    """Put the words of all right-to-left text of a document into boxes.

    :param lxml.html.HtmlElement root: the document, changed in place
    """
    if not _has_rtl(root.text_content()):
        return
    for element in list(root.iter(etree.Element)):
        if element.tag in SKIPPED:
            continue
        children = list(element)
        _box_text(element, 0, element.text, element)
        for child in children:
            _box_text(element, element.index(child) + 1, child.tail, child)


def _has_rtl(text):
    return any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text)


def _is_rtl(element):
    """Tell whether the text right inside an element is laid out from right to left."""
    for ancestor in (element, *element.iterancestors()):
        if ancestor.get("dir") in ("ltr", "rtl"):
            return ancestor.get("dir") == "rtl"
    return False


def _box_text(parent, index, text, owner):
    """Put one piece of text into boxes.

    :param parent: the element in which the text stands
    :param int index: at which place among its children
    :param str text: the text
    :param owner: the parent, or the child after which the text stands
    """
    if not (text or "").strip():
        return
    is_rtl = _is_rtl(parent)
    block = next(node for node in (parent, *parent.iterancestors()) if node.tag in BLOCKS)
    if not _has_rtl(block.text_content() if is_rtl else text):
        return
    pieces = _make_phrases(text, "ltr" if is_rtl else "rtl")
    if not is_rtl:
        pieces = [(kind if kind == "rtl" else None, piece) for kind, piece in pieces]
    rest = _insert(parent, index, pieces, is_rtl)
    if owner is parent:
        parent.text = rest
    else:
        owner.tail = rest


def _insert(parent, index, pieces, is_rtl):
    """Insert boxes for pieces of text.

    :param parent: where to insert them
    :param int index: before which of its children
    :param list pieces: pairs of a direction, or none for what needs no box, and a text
    :param bool is_rtl: whether the surroundings go from right to left
    :return: the text before the first box
    :rtype: str
    """
    before, last = "", None
    # runs of neighbours are meant, in their order
    # pylint: disable=bad-builtin-groupby
    for is_plain, group in groupby(pieces, lambda piece: _is_plain(*piece, is_rtl)):
        group = list(group)
        if not is_plain:
            last = _make_box(group, is_rtl)
            parent.insert(index, last)
            index += 1
        elif last is None:
            before = "".join(text for _direction, text in group)
        else:
            last.tail = "".join(text for _direction, text in group)
    return before


def _is_plain(direction, text, is_rtl):
    return text.isspace() if is_rtl else direction is None


def _make_box(pieces, is_rtl):
    """Make a box for pieces of text that no space separates, so that lines keep them.

    :param list pieces: pairs of a direction, or none, and a text
    :param bool is_rtl: whether the surroundings go from right to left
    :rtype: lxml.html.HtmlElement
    """
    box = html.Element("span", style=BOX)
    if len(pieces) > 1:
        for piece in pieces:
            box.append(_make_box([piece], is_rtl))
        return box
    [(direction, text)] = pieces
    if direction == "rtl" and not is_rtl:
        # a whole phrase, whose words are boxes in an order of their own
        box.set("dir", "rtl")
        box.text = _insert(box, 0, _make_phrases(text, "ltr"), True)
        return box
    if direction == "ltr":
        box.set("dir", "ltr")
    box.text = text
    return box


def _make_phrases(text, joined):
    """Cut text into pieces of one direction.

    :param str text: the text
    :param str joined: the direction whose words stay together
    :return: pairs of a direction and a text; spaces and signs have no direction
    :rtype: list[tuple]
    """
    runs = []
    for position, sign in enumerate(text):
        kind = _get_kind(text, position, runs[-1][0] if runs else None)
        if runs and runs[-1][0] == kind:
            runs[-1][1] += sign
        else:
            runs.append([kind, sign])
    pieces = []
    for kind, run in runs:
        if kind == joined:
            between = len(pieces)
            while between and pieces[between - 1][0] is None:
                between -= 1
            if between and pieces[between - 1][0] == joined:
                run = "".join(text for _kind, text in pieces[between - 1 :]) + run
                del pieces[between - 1 :]
        elif pieces and pieces[-1][0] == joined and _closes(run[0], pieces[-1][1]):
            pieces[-1] = (joined, pieces[-1][1] + run[0])
            run = run[1:]
            if not run:
                continue
        pieces.append((None if kind in ("space", "sign") else kind, run))
    return pieces


def _closes(sign, text):
    """Tell whether a sign closes a bracket that is open at the end of a text."""
    opening = {")": "(", "]": "[", "}": "{"}.get(sign)
    return opening is not None and text.count(opening) > text.count(sign)


def _get_kind(text, position, previous):
    """Return the direction of a character, or that it is a space or a sign."""
    sign = text[position]
    if sign.isspace():
        return "space"
    category = unicodedata.bidirectional(sign)
    if category == "NSM":  # written over the letter before
        return previous or "sign"
    kind = KINDS.get(category, "sign")
    if category in ("ES", "ET"):
        # a percent, currency or plus sign belongs to its number
        neighbours = text[max(position - 1, 0) : position] + text[position + 1 : position + 2]
        kind = "ltr" if any(neighbour.isdigit() for neighbour in neighbours) else "sign"
    return kind
