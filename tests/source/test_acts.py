"""Every act of a participant begins with the one guard: see `_begin`."""

import ast

from odoo.tests import BaseCase, tagged

from . import source_tree
from .source_tree import MODELS, ROOT

# What takes an actor without being an act: it records, asks, or reads.
NO_ACTS = {
    "_append",
    "_begin",
    "_check_identified",
    "_is_identified",
    "_log_access",
    "_log_event",
    "_record_signature",  # of papers that were sent as an act of their own
}


@tagged("-at_install", "post_install")
class TestActs(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.methods = [member for member in source_tree.read_members() if member.is_method]

    def test_whatever_is_done_as_somebody_begins_with_the_guard(self):
        """Of each chain the first definition, which has no super(), calls the guard."""
        guarded = {member.name for member in self.methods if self._calls(member.node, "_begin")}
        guarded |= {
            member.name
            for member in self.methods
            if any(self._calls(member.node, name) for name in ("_begin_paper",))
        }
        called = self._find_calls_with_actor()
        self.assertGreater(len(called), 10, "the acts are found at all")
        for name, places in called.items():
            if name not in NO_ACTS:
                self.assertIn(name, guarded, f"{name} is called in {places} and has no guard")

    def test_every_act_is_begun_somewhere(self):
        acts = {
            key.value
            for member in self.methods
            if member.name == "_get_acts"
            for node in ast.walk(member.node)
            if isinstance(node, ast.Dict)
            for key in node.keys
        }
        begun = {
            argument.value
            for path in MODELS.rglob("*.py")
            for call in self._get_calls(path, "_begin")
            for argument in call.args[1:2]
            if isinstance(argument, ast.Constant)
        }
        self.assertEqual(acts, begun)

    def _find_calls_with_actor(self):
        """Return what controllers, dialogs and public methods call as somebody."""
        found = {}
        for folder in ("controllers", "wizard", "models"):
            for path in (ROOT / folder).rglob("*.py"):
                for node in ast.walk(ast.parse(path.read_text())):
                    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                        continue
                    if any(self._makes_actor(argument) for argument in node.args[:1]):
                        found.setdefault(node.func.attr, []).append(f"{path.name}:{node.lineno}")
        return found

    def _makes_actor(self, node):
        return (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "Actor"
        ) or (isinstance(node, ast.Attribute) and node.attr == "actor")

    def _get_calls(self, path, name):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr == name:
                    yield node

    def _calls(self, method, name):
        return any(
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == name
            for node in ast.walk(method)
        )
