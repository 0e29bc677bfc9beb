"""Notices to employees are made in their language: read off the source."""

import ast

from odoo.tests import TransactionCase, tagged

from . import source_tree

TELLING = {"_tell_manager": {"text", "summary", "note"}}


@tagged("-at_install", "post_install")
class TestNotices(TransactionCase):
    def test_texts_are_said_in_the_managers_language(self):
        """What is given to `_tell_manager` is a function, never a text made before."""
        problems, count = [], 0
        for package in source_tree.get_packages():
            for path in source_tree.get_files(package):
                for node in ast.walk(ast.parse(path.read_text())):
                    if not (
                        isinstance(node, ast.Call)
                        and isinstance(node.func, ast.Attribute)
                        and node.func.attr in TELLING
                    ):
                        continue
                    count += 1
                    given = [*node.args[:1]] + [
                        keyword.value
                        for keyword in node.keywords
                        if keyword.arg in TELLING[node.func.attr]
                    ]
                    for value in given:
                        is_function = isinstance(value, ast.Lambda) or (
                            isinstance(value, ast.Name) and value.id == "tell"
                        )
                        if not is_function:
                            problems.append(f"{package}/{path.name}:{value.lineno}")
        self.assertFalse(problems, "\n".join(problems))
        self.assertGreater(count, 15)
