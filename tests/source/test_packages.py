"""The rule of the house, read off the source: see models/__init__.py."""

import ast
from collections import defaultdict
from functools import lru_cache

from odoo.tests import TransactionCase, tagged

from . import source_tree
from .source_tree import CORE, MODELS, ROOT, get_rank

LONGEST = 500
# Modules of the root that every package may import.
SHARED = ("const", "exceptions", "utils", "tools")


@tagged("-at_install", "post_install")
class TestPackages(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.packages = source_tree.get_packages()
        cls.members = source_tree.read_members()

    def test_every_file_is_loaded(self):
        for package in self.packages:
            files = {path.stem for path in (MODELS / package).glob("*.py")} - {"__init__"}
            loaded = [path.stem for path in source_tree.get_files(package)]
            self.assertEqual(sorted(loaded), sorted(files), package)
        folders = {path.parent.name for path in MODELS.glob("*/__init__.py")}
        self.assertEqual(set(self.packages), folders)

    def test_every_test_is_loaded(self):
        """Odoo's own runner knows only the tests that their packages import."""
        forgotten = []
        for path in sorted((ROOT / "tests").rglob("test_*.py")):
            names = {
                name.name
                for node in ast.parse((path.parent / "__init__.py").read_text()).body
                if isinstance(node, ast.ImportFrom)
                for name in node.names
            }
            if path.stem not in names:
                forgotten.append(str(path.relative_to(ROOT)))
        self.assertFalse(forgotten)

    def test_no_definition_kills_another(self):
        """What is loaded later calls super(), or what was defined before never runs."""
        first, killers = {}, []
        for member in self.members:
            before = first.setdefault((member.model, member.name), member)
            if member.is_method and before is not member and not member.has_super:
                killers.append(f"{member} kills {before}")
        self.assertFalse(killers, "\n".join(killers))

    def test_no_use_of_a_higher_package(self):
        """A package uses what stands before it; the core ring uses itself."""
        lowest = {}
        for member in self.members:
            if "_" in member.name and member.name not in self._get_names_of_odoo():
                rank = get_rank(self.packages, member.package)
                lowest[member.name] = min(lowest.get(member.name, rank), rank)
        for package in self.packages:
            for path in source_tree.get_files(package):
                for model, node in source_tree.get_classes(path):
                    if source_tree.makes_model(node):
                        rank = get_rank(self.packages, package)
                        lowest[model] = min(lowest.get(model, rank), rank)
        calls = []
        for package in self.packages:
            rank = get_rank(self.packages, package)
            for path in source_tree.get_files(package):
                for name, line in self._read_uses(path):
                    if lowest.get(name, rank) > rank:
                        user = f"{package}/{path.name}:{line}"
                        calls.append(f"{user} uses {name} of {self.packages[lowest[name]]}")
        self.assertFalse(calls, "\n".join(calls))

    @lru_cache(maxsize=1)  # noqa: B019
    def _get_names_of_odoo(self):
        """Return what other addons call members of models: such a name tells nothing."""
        return {
            name
            for model in self.env.registry.values()
            for definition in model.__mro__
            if not definition.__module__.startswith("odoo.addons.customer_contract.")
            and definition is not model
            for name in vars(definition)
        }

    def _read_uses(self, path):
        """Return which members and models a file names, in code or in text, and where."""
        tree = ast.parse(path.read_text())
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                yield node.attr, node.lineno
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                if id(node) not in docstrings:
                    yield node.value, node.lineno
                    for name in node.value.split("."):
                        yield name, node.lineno

    def test_files_are_named_after_what_they_hold(self):
        made = set()
        for package in self.packages:
            for path in source_tree.get_files(package):
                made |= {model for model, _node in source_tree.get_classes(path)}
        stems = {model.replace(".", "_") for model in made}
        for package in self.packages:
            for path in source_tree.get_files(package):
                for model, _node in source_tree.get_classes(path):
                    base = model.replace(".", "_")
                    is_topic = path.stem.startswith(f"{base}_") and path.stem not in stems
                    self.assertTrue(
                        path.stem == base or is_topic, f"{package}/{path.name} holds {model}"
                    )

    def test_topics_only_where_one_file_would_be_too_long(self):
        lines = defaultdict(dict)
        for package in self.packages:
            for path in source_tree.get_files(package):
                for model, _node in source_tree.get_classes(path):
                    lines[package, model][path.stem] = len(path.read_text().splitlines())
        for (package, model), files in lines.items():
            if len(files) > 1:
                self.assertGreater(sum(files.values()), LONGEST, f"{package}: {model} {files}")

    def test_no_file_is_too_long(self):
        # The one script that has to stand alone, in every bundle.
        script = ROOT / "tools" / "verify.py"
        paths = [
            path
            for path in sorted(ROOT.rglob("*.py"))
            if ".dev" not in path.relative_to(ROOT).parts and path != script
        ]
        self.assertGreater(len(paths), 300)
        for path in paths:
            self.assertLessEqual(len(path.read_text().splitlines()), LONGEST, path.name)

    def test_order_within_a_package_means_nothing(self):
        self.assertEqual(
            self._get_chains(source_tree.read_members()),
            self._get_chains(source_tree.read_members(order=lambda files: files[::-1])),
        )

    def _get_chains(self, members):
        chains = defaultdict(list)
        for member in members:
            chains[member.model, member.name].append((member.package, member.file))
        return chains

    def test_imports_across_packages_are_of_shared_modules(self):
        for package in self.packages:
            for path in source_tree.get_files(package):
                for node in ast.walk(ast.parse(path.read_text())):
                    if isinstance(node, ast.ImportFrom) and node.level > 1:
                        root = (node.module or "").partition(".")[0]
                        self.assertEqual(node.level, 3, f"{package}/{path.name}:{node.lineno}")
                        self.assertIn(root, SHARED, f"{package}/{path.name}:{node.lineno}")

    def test_nothing_imports_controllers(self):
        for folder in ("models", "wizard", "report", "tools"):
            for path in (ROOT / folder).rglob("*.py"):
                self.assertNotIn("controllers import", path.read_text(), path)

    def test_core_comes_first(self):
        ranks = [self.packages.index(package) for package in CORE]
        self.assertEqual(ranks, list(range(min(ranks), min(ranks) + len(CORE))))
        self.assertEqual(self.packages[-1], "field_rule")
