"""Copies the addons to a folder where Odoo finds them.

The repository's root is the addon, but Odoo wants a folder of the addon's
name, whatever the checkout's is called, and the checkout holds much that is no
part of the addon. So each use begins with a copy; only what changed is written.
"""

import contextlib
import filecmp
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import layout
import locks

# Folders and files of the root that serve development only.
NOT_THE_ADDON = {
    "Makefile",
    "dist",
    "eslint.config.cjs",
    "integrations",
    "node_modules",
    "package.json",
    "package-lock.json",
    "prettier.config.cjs",
    "requirements-test.txt",
    "requirements.txt",
    "dev",
}
# Read while Odoo runs, so that a change needs no update of the database.
READ_AT_RUN_TIME = ("tests/", "static/", "README", "CHANGELOG", "pyproject.toml")


def mirror(target):
    """Make ``target`` hold the addons as they are now; return their names."""
    sources = _sources()
    target.mkdir(parents=True, exist_ok=True)
    with locks.hold("mirror"):
        for name, (folder, files) in sources.items():
            _copy(folder, files, target / name)
        for stray in target.iterdir():
            if stray.name not in sources:
                shutil.rmtree(stray)
    return list(sources)


@contextlib.contextmanager
def edited(target):
    """Take over what is changed in the copies, unless it changed here as well."""
    sources = {
        target / name / file: folder / file
        for name, (folder, files) in _sources().items()
        for file in files
        if (target / name / file).is_file()
    }
    before = {copy: copy.read_bytes() for copy in sources}
    yield
    for copy, source in sources.items():
        changed = copy.read_bytes() != before[copy]
        if changed and source.read_bytes() == before[copy]:
            shutil.copyfile(copy, source)


def fingerprint(addons, *names):
    """Changes whenever something changes that an update would bring in."""
    digest = hashlib.sha256()
    for name in sorted(names):
        for file in sorted((addons / name).rglob("*")):
            path = file.relative_to(addons / name).as_posix()
            if file.is_dir() or "__pycache__" in path:
                continue
            if not path.startswith(READ_AT_RUN_TIME):
                digest.update(f"{name}/{path}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:12]


def _sources():
    """For each addon, its folder and the files that make it up."""
    sources = {layout.ADDON: (layout.ROOT, _addon_files())}
    for manifest in sorted(layout.ROOT.glob("integrations/*/__manifest__.py")):
        folder = manifest.parent
        sources[folder.name] = (folder, _files(folder))
    return sources


def _addon_files():
    return [
        file
        for file in _files(layout.ROOT)
        if file.parts[0] not in NOT_THE_ADDON and not file.parts[0].startswith(".")
    ]


def _files(folder):
    """The folder's files as relative paths, without what git ignores."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = None
    with contextlib.suppress(OSError):
        listing = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    if listing and listing.returncode == 0:
        names = os.fsdecode(listing.stdout).split("\0")
        files = {Path(name) for name in names if name}
    else:
        files = _walk(folder)
    return sorted(file for file in files if (folder / file).is_file())


def _walk(folder):
    """For a checkout without git, such as an unpacked archive."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and name not in ("__pycache__", "node_modules")
        ]
        for name in names:
            if not name.endswith((".pyc", "~")):
                yield (Path(parent) / name).relative_to(folder)


def _copy(folder, files, target):
    wanted = set(files)
    folders = {parent for file in files for parent in file.parents}
    if target.exists():
        for found in sorted(target.rglob("*"), reverse=True):
            path = found.relative_to(target)
            if "__pycache__" in path.parts or path in wanted:
                continue
            if not found.is_dir():
                found.unlink()
            elif path not in folders:
                shutil.rmtree(found)
    for file in files:
        source, copy = folder / file, target / file
        if not copy.is_file() or not filecmp.cmp(source, copy):
            copy.parent.mkdir(parents=True, exist_ok=True)
            # A file edited by somebody this moment may be gone the next.
            with contextlib.suppress(FileNotFoundError):
                shutil.copy2(source, copy)
