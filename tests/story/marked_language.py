"""A made-up language in which every text of ours is «marked».

Whatever the tests write themselves is in Greek letters, so that Latin letters outside of
marks are a text of ours that nobody can translate.
"""

import io
import re

import polib

from odoo.tools.translate import (
    TranslationImporter,
    TranslationModuleReader,
    code_translations,
    trans_export,
)

MODULE = "customer_contract"
CODE = "el_GR"  # no test uses it otherwise, and its dates have no Latin letters
UNREAD = {"code", "owl-component", "script", "style"}
WORD = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]{2,}")
# What is the same in every language: names of things, addresses, digests.
UNIVERSAL = re.compile(
    r"""
      https?://\S+ | [\w.+-]+@[\w.-]+ | \b[0-9a-f]{4,}\b
    | \([A-Z]\w+/[A-Z]\w+(?:\ \w+)?\)           # time zones
    | \([A-Z]{3}\)                            # currencies
    | \bUTC\b | \bSHA-256\b | \bPDF\b | \bQR\b | \bOdooBot\b | \bevidence\.json\b
    | \bCTR/\d+/\d+ | \b[A-Z0-9]{24}\b | \b[\w-]+\.(?:pdf|png)\b | \bAM\b | \bPM\b
    """,
    re.VERBOSE,
)


def read_terms(env):
    """Return the terms of the addon as an export finds them.

    :return: rows of the module, kind, name, id, source, translation and comments
    :rtype: list[tuple]
    """
    return list(TranslationModuleReader(env.cr, modules=[MODULE]))


def mark(text):
    return f"«{text}»"


def install(env, add_cleanup):
    """Activate the language, with every term marked.

    :param callable add_cleanup: takes what has to be undone after the tests
    """
    env["res.lang"]._activate_lang(CODE)
    buffer = io.BytesIO()
    trans_export(CODE, [MODULE], buffer, "po", env)
    python, web = {}, {}
    catalog = polib.pofile(buffer.getvalue().decode())
    for entry in catalog:
        entry.msgstr = mark(entry.msgid)
        if any(place.startswith("code") for place, _line in entry.occurrences):
            python[entry.msgid] = web[entry.msgid] = entry.msgstr
    importer = TranslationImporter(env.cr, verbose=False)
    file = io.BytesIO(str(catalog).encode())
    file.name = "marked.po"
    importer.load(file, "po", CODE, module=MODULE)
    importer.save(overwrite=True, force_overwrite=True)
    key = (MODULE, CODE)
    code_translations.python_translations[key] = python
    code_translations.web_translations[key] = {
        "messages": tuple({"id": source, "string": text} for source, text in web.items())
    }
    add_cleanup(code_translations.python_translations.pop, key, None)
    add_cleanup(code_translations.web_translations.pop, key, None)
    env.registry.clear_cache("templates", "default", "stable", "assets")
    env.invalidate_all()


def find_unmarked(text):
    """Return the pieces of a text outside all marks that have a Latin word.

    :param str text: what a person reads
    :rtype: list[str]
    """
    depth, outside = 0, []
    for character in text:
        if character == "«":
            depth += 1
            outside.append("\n")
        elif character == "»":
            depth = max(depth - 1, 0)
        elif not depth:
            outside.append(character)
    lines = (UNIVERSAL.sub(" ", line) for line in "".join(outside).splitlines())
    return [" ".join(line.split()) for line in lines if WORD.search(line)]


def read_visible(element):
    """Return what a person reads in a part of a page, a text a line.

    :param lxml.html.HtmlElement element: the part
    :rtype: str
    """
    texts = [
        element.get(name)
        for name in ("aria-label", "alt", "title", "placeholder")
        if element.get(name)
    ]
    texts.append(element.text or "")
    for child in element:
        if isinstance(child.tag, str) and child.tag not in UNREAD:
            texts.append(read_visible(child))
        texts.append(child.tail or "")
    return "\n".join(texts)
