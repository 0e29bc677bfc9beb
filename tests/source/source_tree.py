"""The models' source as a table: which package defines what, and what it uses."""

import ast
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "models"
# The core ring: these packages may use each other.
CORE = ("contract", "evidence", "signature", "participant", "portal", "identity")
# What a class says of itself; each class has its own.
OF_THE_CLASS = ("_name", "_inherit", "_description")


class Member(NamedTuple):
    """A field, constraint or method, as one class defines it."""

    package: str
    file: str
    model: str
    name: str
    is_method: bool
    has_super: bool
    node: object

    def __str__(self):
        return f"{self.package}/{self.file}: {self.model} {self.name}"


def get_packages():
    """Return the feature packages in the order in which they are loaded.

    :rtype: list[str]
    """
    tree = ast.parse((MODELS / "__init__.py").read_text())
    return [
        name.name for node in tree.body if isinstance(node, ast.ImportFrom) for name in node.names
    ]


def get_files(package):
    """Return the files of a package in the order in which they are loaded.

    :rtype: list[pathlib.Path]
    """
    tree = ast.parse((MODELS / package / "__init__.py").read_text())
    return [
        MODELS / package / f"{name.name}.py"
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    ]


def get_rank(packages, package):
    """Return a package's place in the order; the core ring has one place."""
    return packages.index(CORE[0] if package in CORE else package)


def get_model(node):
    """Return the name of the model that a class makes or extends, if any."""
    values = {
        target.id: statement.value
        for statement in node.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name) and target.id in ("_name", "_inherit")
    }
    value = values.get("_name", values.get("_inherit"))
    return value.value if isinstance(value, ast.Constant) else None


def makes_model(node):
    """Tell whether a class makes a new model rather than extending one."""
    model = get_model(node)
    inherited = [
        constant.value
        for statement in node.body
        if isinstance(statement, ast.Assign) and statement.targets[0].id == "_inherit"
        for constant in ast.walk(statement.value)
        if isinstance(constant, ast.Constant)
    ]
    return model not in inherited


def get_classes(path):
    """Return the classes of a file that make or extend a model, with its name."""
    tree = ast.parse(path.read_text())
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return [(get_model(node), node) for node in classes if get_model(node)]


def read_members(order=lambda files: files):
    """Return every member of every model in the order in which they are loaded.

    :param callable order: what to do with the files of a package first
    :rtype: list[Member]
    """
    members = []
    for package in get_packages():
        for path in order(get_files(package)):
            for model, node in get_classes(path):
                members += _read_class(package, path.stem, model, node)
    return members


def _read_class(package, file, model, node):
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef):
            names, is_method = [statement.name], True
        elif isinstance(statement, ast.Assign):
            names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
            is_method = False
        else:
            continue
        for name in names:
            if name not in OF_THE_CLASS:
                yield Member(
                    package, file, model, name, is_method, _has_super(statement), statement
                )


def _has_super(node):
    return any(
        isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "super"
        for call in ast.walk(node)
    )
