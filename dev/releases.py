"""Earlier releases of the addon, installed as they were, with contracts in every state.

A release is what ``releases.txt`` names, or any commit. Its tree comes from git; it is
installed with its demo data into a database of its own, in which people then act
(``update_story.py``). That database is a template: a check works on a copy.
"""

import hashlib
import io
import json
import shutil
import subprocess
import tarfile
import time

import addon_mirror
import databases
import layout
import template_databases
from odoo_commands import Workplace
from progress import Failure, step

LISTED = layout.COMMANDS / "releases.txt"
STORY = layout.COMMANDS / "update_story.py"
KEPT = layout.MADE / "releases"
DATABASE = f"{layout.ADDON}_release"
# Deadlines and personal links in the database run out, as they do for customers.
DAYS_FRESH = 2


class Release:
    """One release: its addon, a database in which it lives, and what is known of it."""

    def __init__(self, place, commit):
        self.commit = _resolve(commit)
        self.short = self.commit[:12]
        self.folder = KEPT / self.short
        self.place = Workplace(place.odoo, place.python, self.folder / "addons")
        self.place.variables.update(place.variables)
        key = hashlib.sha256(place.odoo.version.encode() + STORY.read_bytes()).hexdigest()[:8]
        self.database = f"{DATABASE}_{self.short}_{key}"
        self.facts_file = self.folder / f"{key}.json"
        self.bundles = self.folder / f"{key}-bundles"

    @property
    def facts(self):
        """What the story tells: links, answers of checks, and so on."""
        return json.loads(self.facts_file.read_text())

    def prepare(self):
        """Have the database, its bundles and the facts about it; made if need be."""
        with template_databases.lock(with_demo=True):
            if not self._is_fresh():
                self._make()

    def _is_fresh(self):
        made = (databases.details(self.database) or {}).get("made", 0)
        return self.facts_file.is_file() and made > time.time() - DAYS_FRESH * 24 * 3600

    def _make(self):
        for name in databases.ours():
            if name.startswith(f"{DATABASE}_{self.short}_"):
                databases.drop(name)
        for folder in (self.place.addons, *self.folder.glob("*-bundles")):
            shutil.rmtree(folder, ignore_errors=True)
        for facts in self.folder.glob("*.json"):
            facts.unlink()
        self._unpack()
        source = template_databases.base(
            self.place, [layout.ADDON], with_demo=True, replaces_others=False
        )
        log = layout.LOGS / f"{self.database}.log"
        with step(f"Installing release {self.short} with demo data"):
            databases.create(self.database, source)
            self.place.must_run_odoo(self.database, log, f"--init={layout.ADDON}", "--with-demo")
        with step("Having people act in it"):
            self.bundles.mkdir()
            call = f"\nplay(env, {str(self.facts_file)!r}, {str(self.bundles)!r})\n"
            self.place.must_run_odoo(
                self.database, layout.LOGS / "update-story.log", code=STORY.read_text() + call
            )
        if not self.facts_file.is_file():
            output = (layout.LOGS / "update-story.out").read_text(errors="replace")
            raise Failure(f"The story of release {self.short} did not end well:\n{output}")
        databases.describe(self.database, made=time.time())

    def _unpack(self):
        """Put the release's addon where its Odoo finds it."""
        archive = _run_git("archive", "--format=tar", self.commit)
        target = self.place.addons / layout.ADDON
        target.mkdir(parents=True)
        with tarfile.open(fileobj=io.BytesIO(archive)) as tree:
            tree.extractall(target, filter="data")
        for name in addon_mirror.NOT_THE_ADDON:
            path = target / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def listed():
    """The commits in the list of releases, oldest first."""
    lines = (line.partition("#")[0].strip() for line in LISTED.read_text().splitlines())
    return [line for line in lines if line]


def _resolve(commit):
    """Return a commit's full id, or tell why git does not have it."""
    cannot = f"Cannot check the update from {commit}:"
    try:
        is_shallow = _run_git("rev-parse", "--is-shallow-repository").strip() == b"true"
    except Failure as failure:
        raise Failure(
            f"{cannot} its addon comes from git's history, and this is no git checkout, or "
            f"git is not installed.\n{failure}"
        ) from failure
    try:
        return _run_git("rev-parse", "--verify", f"{commit}^{{commit}}").decode().strip()
    except Failure as failure:
        reason = "git knows no such commit."
        if is_shallow:
            reason = (
                "this clone is shallow and does not have that commit. Get the whole history "
                "first: git fetch --unshallow"
            )
        raise Failure(f"{cannot} {reason}") from failure


def _run_git(*arguments):
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=layout.ROOT, capture_output=True, check=False
        )
    except OSError as error:
        raise Failure(f"git cannot be run: {error}") from error
    if done.returncode:
        raise Failure(f"git {' '.join(arguments)}: {done.stderr.decode(errors='replace')}")
    return done.stdout
