"""No sentence is put together from fragments that are translated apart."""

import re

from lxml import etree

from odoo.tests import TransactionCase, tagged

from .source_tree import ROOT

PLACES = ("views", "report", "static/src")
# What stands in the midst of a sentence. A sentence with placeholders is one text:
# `t-valuef.translate` in Python's templates, `_t` in the browser's.
INLINE = {"a", "b", "code", "em", "small", "span", "strong", "t", "time"}
WORDS = re.compile(r"[^\W\d_]{2,}")
# A label is no sentence: "Reason: …"; nor is the name of a digest.
LABEL = re.compile(r".*:\s*$|^\s*SHA-256\s*$", re.DOTALL)


def find_fragments(root):
    """Return the texts that stand beside a value, in one line with it."""
    for element in root.iter(etree.Element):
        if element.tag == "style":
            continue
        children = list(element.iterchildren(etree.Element))
        if not any(child.get("t-out") and child.tag in INLINE for child in children):
            continue
        texts = [element.text, *(child.tail for child in children)]
        words = [text for text in texts if WORDS.search(text or "")]
        if words and not (len(words) == 1 and LABEL.match(words[0])):
            yield element.sourceline, " | ".join(" ".join(text.split()) for text in words)


@tagged("-at_install", "post_install")
class TestSentences(TransactionCase):
    def test_sentences_are_whole(self):
        problems = [
            f"{path.relative_to(ROOT)}:{line}: {text}"
            for place in PLACES
            for path in sorted((ROOT / place).rglob("*.xml"))
            for line, text in find_fragments(etree.parse(path).getroot())
        ]
        self.assertFalse(problems, "\n".join(problems))

    def test_fragments_are_found(self):
        root = etree.fromstring("<p>Write to <t t-out='name'/> at <a t-out='email'/>.</p>")
        self.assertTrue(list(find_fragments(root)))
        root = etree.fromstring("<p>Reason: <t t-out='reason'/></p>")
        self.assertFalse(list(find_fragments(root)))
