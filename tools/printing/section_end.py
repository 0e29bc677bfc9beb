"""Keeps signatures on a page with text of the contract, for engines that need a box for it.

WeasyPrint is told not to break before signatures. Others keep together what stands in one
box, if it fits a page: so the last lines of the text are moved into it, and no more.
"""

import copy
import math
import re

import lxml.html

from .layout import LETTER_WIDTH, PAGE_WIDTH, TALLNESS, clear_width, get_pixels, get_span

# How many lines come to the signatures' page: enough to be text of the contract, and so few
# that they fit a page with them.
FEWEST_LINES, MOST_LINES = 3, 12
LINE_LETTERS = 90
LINE_PIXELS = 20
PICTURE_LINES = 15
LETTER_PIXELS = 13
CELL_PIXELS = 16  # beside a cell's text
# What is copied around a part of what it holds, and what stands in there line by line.
SHELLS = {"blockquote", "div", "ol", "section", "ul"}
BLOCKS = SHELLS | {"h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "p", "pre", "table"}
SENTENCE_END = re.compile(r"(?<=[.!?؟。！？])\s+|(?<=[。！？])")


def keep_signatures_with_text(root):
    """Keep the signatures on the page of the text before them.

    :param lxml.html.HtmlElement root: the document, changed in place
    """
    for signatures in root.find_class("o_contract_signatures")[:1]:
        section = signatures.getprevious()
        if section is None or "o_contract_section" not in section.classes:
            return
        box = lxml.html.Element("div")
        box.classes.add("o_contract_together")
        signatures.addprevious(box)
        end = _take_end(section)
        if end is not None:
            if end is not section:
                section.classes.add("o_contract_continued")
            box.append(end)
        box.append(signatures)


def _take_end(node):
    """Take the last lines out of an element.

    :param lxml.html.HtmlElement node: the element, changed in place
    :return: the element itself if it is short, else another one with its end; none if it
        cannot be parted
    :rtype: lxml.html.HtmlElement | None
    """
    if _count_lines(node) <= MOST_LINES:
        return node
    if node.tag == "table":
        return _take_rows(node)
    if node.tag in SHELLS and len(node) and _holds_blocks(node):
        return _take_children(node)
    if node.tag in ("div", "p") and not len(node):
        return _take_sentences(node)
    return None


def _holds_blocks(node):
    """Tell whether an element holds nothing but blocks, and spaces between them."""
    between = [node.text, *(child.tail for child in node)]
    return not any((text or "").strip() for text in between) and all(
        child.tag in BLOCKS for child in node
    )


def _take_children(node):
    taken, lines = [], 0
    while len(node) and lines < FEWEST_LINES:
        child = node[-1]
        count = _count_lines(child)
        if lines + count > MOST_LINES and lines:
            break
        end = _take_end(child)
        if end is None:
            break
        # Taken out, it leaves the space that followed it.
        end.tail = None
        if end.getparent() is not None:
            node.remove(end)
        taken.insert(0, end)
        lines += _count_lines(end)
    if not any(part.text_content().strip() for part in taken):
        node.extend(taken)
        return None
    shell = _copy_shell(node)
    if node.tag == "ol":
        first = node.get("start") or "1"
        if first.lstrip("-").isdecimal():
            shell.set("start", str(int(first) + len(node.findall("li"))))
    shell.extend(taken)
    return shell


def _take_sentences(node):
    text = node.text or ""
    room = MOST_LINES * LINE_LETTERS // 2
    places = [match.end() for match in SENTENCE_END.finditer(text, max(0, len(text) - room))]
    cut = next((place for place in places if len(text) - place > LINE_LETTERS), None)
    if not cut:
        return None
    end = _copy_shell(node)
    node.text, end.text = text[:cut].rstrip(), text[cut:]
    _close_up(node, end)
    return end


def _take_rows(table):
    """Take the last rows out of a table, whose columns stay as wide as they are.

    :param lxml.html.HtmlElement table: the table, changed in place
    :return: a table with them, if they can be parted
    :rtype: lxml.html.HtmlElement | None
    """
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    is_joined = any(int(cell.get("rowspan") or 1) > 1 for row in rows for cell in row)
    if is_joined or table.find("tfoot") is not None:
        return None
    taken, lines = [], 0
    for row in reversed(rows[2:]):
        lines += _count_row_lines(row)
        if lines > MOST_LINES:
            break
        taken.insert(0, row)
        if lines >= FEWEST_LINES:
            break
    if not taken or not _fix_columns(table, rows):
        return None
    end = _copy_shell(table)
    if (columns := table.find("colgroup")) is not None:
        end.append(copy.deepcopy(columns))
    body = lxml.html.Element("tbody")
    body.extend(taken)
    end.append(body)
    _close_up(table, end, by="-1px")
    return end


def _fix_columns(table, rows):
    """Have a table's columns be as wide as their content wants, whichever rows it has.

    :param lxml.html.HtmlElement table: the table, changed in place
    :param list rows: its rows
    :return: whether every word has room
    :rtype: bool
    """
    plain = [list(row) for row in rows if all(get_span(cell) == 1 for cell in row)]
    count = max(map(len, plain), default=0)
    plain = [cells for cells in plain if len(cells) == count]
    if not count:
        return False
    columns = list(zip(*plain, strict=True))
    words = [
        max(len(word) for cell in cells for word in cell.text_content().split() or [""])
        for cells in columns
    ]
    widths = next((pixels for row in plain if all(pixels := [*map(get_pixels, row)])), None)
    if not widths:
        texts = [max(len(cell.text_content().strip()) for cell in cells) for cells in columns]
        widths = [
            max(1.3 * word, min(text, 40)) + 3 for word, text in zip(words, texts, strict=True)
        ]
    shares = [width / sum(widths) for width in widths]
    for word, share in zip(words, shares, strict=True):
        if word * LETTER_WIDTH * LETTER_PIXELS + CELL_PIXELS > share * PAGE_WIDTH:
            return False
    for group in table.findall("colgroup"):
        table.remove(group)
    for node in (table, *(cell for row in rows for cell in row)):
        clear_width(node)
    group = lxml.html.Element("colgroup")
    for share in shares:
        group.append(lxml.html.Element("col", style=f"width: {100 * share:.2f}%"))
    table.insert(1 if table.find("caption") is not None else 0, group)
    _add_style(table, "width: 100%; table-layout: fixed")
    return True


def _copy_shell(node):
    """Copy an element without what it holds."""
    shell = lxml.html.Element(node.tag)
    shell.attrib.update(node.attrib)
    shell.attrib.pop("id", None)
    return shell


def _close_up(node, end, by="0"):
    """Have an element and its end stand as close as if they were one."""
    _add_style(node, "margin-bottom: 0")
    _add_style(end, f"margin-top: {by}")


def _add_style(node, style):
    before = (node.get("style") or "").rstrip("; ")
    node.set("style", f"{before}; {style}" if before else style)


def _count_lines(node, letters=LINE_LETTERS):
    """Estimate how many lines high something is.

    :param lxml.html.HtmlElement node: the element
    :param float letters: how many letters a line has
    :rtype: int
    """
    if node.tag == "table":
        rows = [row for row in node.iter("tr") if next(row.iterancestors("table")) is node]
        lines = sum(_count_row_lines(row) for row in rows)
    elif node.tag == "img":
        lines = PICTURE_LINES
    else:
        blocks = [child for child in node if child.tag in BLOCKS]
        lines = sum(_count_lines(child, letters) for child in blocks)
        own = len(node.text_content()) - sum(len(child.text_content()) for child in blocks)
        lines += math.ceil(own / letters) + len(node.findall("br"))
        pictures = [one for one in node.iter("img") if "o_contract_box" not in one.classes]
        lines += PICTURE_LINES * sum(
            not any(block in one.iterancestors() for block in blocks) for one in pictures
        )
    tallness = TALLNESS.search(node.get("style") or "")
    return max(lines, math.ceil(float(tallness[1]) / LINE_PIXELS) if tallness else 0)


def _count_row_lines(row):
    cells = list(row)
    letters = LINE_LETTERS / max(1, len(cells))
    tallness = TALLNESS.search(row.get("style") or "")
    return max(
        [_count_lines(cell, letters) for cell in cells]
        + [math.ceil(float(tallness[1]) / LINE_PIXELS) if tallness else 1]
    )
