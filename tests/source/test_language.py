"""Texts find the reader's language: read off the source."""

import ast

from odoo.tests import TransactionCase, tagged

from .source_tree import ROOT

FRAMES = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp | ast.Lambda
FOLDERS = ("models", "controllers", "wizard", "report", "demo")


def find_lost(tree):
    """Return the lines of texts that cannot see in whose language they are to be.

    `_` looks for `self` where it is called; a comprehension or lambda is a place of its
    own, which knows only what it names. `self.env._` asks nobody.
    """
    for frame in ast.walk(tree):
        if not isinstance(frame, FRAMES):
            continue
        inner = list(ast.walk(frame))
        if hasattr(frame, "generators"):
            # what is walked through is evaluated outside
            outside = set(map(id, ast.walk(frame.generators[0].iter)))
            inner = [node for node in inner if id(node) not in outside]
        names = {node.id for node in inner if isinstance(node, ast.Name)}
        if "self" not in names:
            for node in inner:
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_":
                    yield node.lineno


@tagged("-at_install", "post_install")
class TestLanguage(TransactionCase):
    def test_texts_see_their_language(self):
        problems = [
            f"{path.relative_to(ROOT)}:{line}"
            for folder in FOLDERS
            for path in sorted((ROOT / folder).rglob("*.py"))
            for line in find_lost(ast.parse(path.read_text()))
        ]
        self.assertFalse(problems, "\n".join(problems))

    def test_lost_texts_are_found(self):
        self.assertTrue(list(find_lost(ast.parse("[_('A') for one in self.all]"))))
        self.assertFalse(list(find_lost(ast.parse("[self.env._('A') for one in some]"))))
        self.assertFalse(list(find_lost(ast.parse("_('A')"))))
