"""Whether a PDF shows all the text that it was made from.

Engines cut off what is wider than the page, and say nothing. What was cut off may be gone,
or still stand in the file beyond the page's edge: both are looked for. What leaves the area
that the page's margins leave to the text is on its way there, or runs into what repeats in
the margins: footers and page numbers.
"""

import math
import re
import unicodedata
from collections import Counter
from functools import cache

import lxml.html
import pypdfium2
from pypdfium2 import raw as pdfium

# How far a letter's box may reach out of where it belongs, in points: marks and italics do.
TOLERANCE = 2
# The footer begins so far below the text: between them, nothing stands.
FOOTER_GAP = 5 * 72 / 25.4
# Text that is turned by more is a watermark, which runs across the page.
MOST_TURNED = 0.05
# Kinds of characters that fonts need not have, and that no engine has to draw: controls,
# marks, spaces, symbols such as emoji, and what has no meaning yet.
UNPRINTED = ("C", "M", "Z", "So", "Sk")
RTL = ("R", "AL")
# Scripts of India, Tibet and Indochina: their letters merge into others, of which not every
# engine says what they mean.
MERGING = re.compile("[\u0900-\u0dff\u0f00-\u109f\u1780-\u17ff]")


def find_lost_section(pdf, sections, margins=(0, 0, 0, 0)):
    """Find a section of which not all is on the paper.

    Words of scripts that are written from right to left come out of a PDF in an order of
    their own: of these, letters are counted. Of scripts whose letters merge, half of them
    have to be there.

    :param bytes pdf: the file
    :param list[dict] sections: with ``title`` and ``body`` (HTML) each, in order
    :param tuple margins: how wide the margins of its pages are, in points: top, bottom,
        left, right
    :return: the section's position in the list, and what is missing; none if all is there
    :rtype: tuple[int, str] | None
    """
    text, outside = _read(pdf, margins)
    letters = _count_rtl(text)
    merging = len(MERGING.findall(text))
    wanted_letters, wanted_merging, used, cursor = Counter(), 0, Counter(), 0
    count = cache(text.count)
    for position, section in enumerate(sections):
        for piece in _get_pieces(section):
            needle = _simplify(piece)
            if not needle:
                continue
            if any(cut in needle or (len(needle) > 3 and needle in cut) for cut in outside):
                return position, piece.strip()
            if merged := len(MERGING.findall(needle)):
                wanted_merging += merged
                if merging * 2 < wanted_merging:
                    return position, piece.strip()
                continue
            if rtl := _count_rtl(needle):
                wanted_letters.update(rtl)
                if any(letters[key] < number for key, number in wanted_letters.items()):
                    return position, piece.strip()
                continue
            used[needle] += 1
            found = text.find(needle, cursor)
            if found >= 0:
                cursor = found + len(needle)
            elif count(needle) < used[needle] and not _is_spread(
                piece, text, used[needle], is_rtl=bool(letters)
            ):
                return position, piece.strip()
    return None


def _read(pdf, margins):
    """Return a PDF's text, and what of it stands where none of it may.

    :rtype: tuple[str, set[str]]
    """
    texts, outside = [], set()
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in document:
            size = page.get_size()
            content = page.get_textpage()
            texts.append(content.get_text_range())
            cut = ""
            for number in range(content.count_rects()):
                rect = content.get_rect(number)
                if _is_outside(rect, size, margins) and not _is_turned(content, rect):
                    # Some engines write letter by letter: what follows each other is one text.
                    cut += _simplify(content.get_text_bounded(*rect))
                else:
                    outside.add(cut)
                    cut = ""
            outside.add(cut)
            content.close()
            page.close()
    finally:
        document.close()
    return _simplify("".join(texts)), outside - {""}


def _is_outside(rect, size, margins):
    """Tell whether a text stands where no text of a contract may.

    Below the area that the text has, what repeats on each page stands: only the gap above
    that has to be empty. Text that leaves its area downwards is found there.

    :param tuple rect: where it stands, in points: left, bottom, right, top
    :param tuple size: the page's width and height
    :param tuple margins: the page's margins: top, bottom, left, right
    :rtype: bool
    """
    left, bottom, right, top = rect
    width, height = size
    above, below, before, after = margins
    floor = below - FOOTER_GAP
    return (
        left < before - TOLERANCE
        or right > width - after + TOLERANCE
        or top > height - above + TOLERANCE
        or bottom < -TOLERANCE
        or (bottom < below - TOLERANCE and top > floor + TOLERANCE)
    )


def _is_turned(content, rect):
    """Tell whether a text does not run along its line, as a watermark does.

    :param pypdfium2.PdfTextPage content: the page's text
    :param tuple rect: where the text stands
    :rtype: bool
    """
    left, bottom, right, top = rect
    index = content.get_index((left + right) / 2, (bottom + top) / 2, right - left, top - bottom)
    if index is None:
        return False
    angle = pdfium.FPDFText_GetCharAngle(content, index)
    return MOST_TURNED < angle < 2 * math.pi - MOST_TURNED


def _get_pieces(section):
    """Return a section's title and the texts between the tags of its body."""
    yield section["title"] or ""
    if section["body"]:
        root = lxml.html.fragment_fromstring(section["body"], create_parent="div")
        for element in root.iter():
            if isinstance(element.tag, str) and element.tag not in ("script", "style"):
                yield element.text or ""
            yield element.tail or ""


def _simplify(text):
    """Return the characters of a text that have to be on paper, in one form."""
    return unicodedata.normalize("NFKC", text).translate(_PRINTED)


class _Printed(dict):
    """What is left of each character, by its number: itself, or nothing."""

    def __missing__(self, number):
        is_printed = not unicodedata.category(chr(number)).startswith(UNPRINTED)
        self[number] = number if is_printed else None
        return self[number]


_PRINTED = _Printed()


def _count_rtl(text):
    """Count the letters of a text that are written from right to left.

    :rtype: collections.Counter
    """
    found = [character for character in set(text) if unicodedata.bidirectional(character) in RTL]
    return Counter({character: text.count(character) for character in found})


def _is_spread(piece, text, number, is_rtl):
    """Tell whether a piece is there after all, though not in one, as over the end of a page.

    :param str piece: the piece
    :param str text: the text of the paper
    :param int number: how often the piece has to be there
    :param bool is_rtl: whether the paper has words that are written from right to left
    :rtype: bool
    """
    # Between letters that are written from right to left, a PDF's reader may turn around what
    # a word is made of.
    pattern = r"[\W\d_]+" if is_rtl else r"\s+"
    words = [_simplify(word) for word in re.split(pattern, piece)]
    needle = "".join(words)
    if needle in text:
        return _is_in_two(needle, text, number)
    return all(word in text or _is_in_two(word, text, 1) for word in words)


def _is_in_two(needle, text, number):
    """Tell whether something is there so many times as a first and a second part.

    :param str needle: what has to be there
    :param str text: the text of the paper
    :param int number: how often it has to be there
    :rtype: bool
    """
    # The longer the first part, the less often it is there, and the more often is the rest.
    shortest, longest = 0, len(needle)
    while shortest < longest:
        cut = (shortest + longest + 1) // 2
        if text.count(needle[:cut]) >= number:
            shortest = cut
        else:
            longest = cut - 1
    return 0 < shortest and text.count(needle[shortest:]) >= number
