"""prettier, eslint and axe-core, installed into ``.dev/node``."""

import os
import shutil

import layout
import locks
from progress import run, step

PACKAGE = layout.ROOT / "package.json"


def ensure():
    """Install the packages unless these very versions are there; one command at a time does."""
    with locks.hold("node"):
        installed = layout.NODE_HOME / "package.json"
        if not installed.is_file() or installed.read_bytes() != PACKAGE.read_bytes():
            _install()


def _install():
    with step(f"Installing Node packages into {layout.NODE_HOME.name}"):
        partial = layout.MADE / "node.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        shutil.copy(PACKAGE, partial)
        shutil.copy(layout.ROOT / ".npmrc", partial)
        run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=partial)
        shutil.rmtree(layout.NODE_HOME, ignore_errors=True)
        partial.rename(layout.NODE_HOME)


def command(name, *arguments):
    """The command line of an installed program."""
    return [str(layout.NODE_HOME / "node_modules/.bin" / name), *arguments]


def environment():
    """Lets the configuration files find the plugins, and keeps caches here."""
    return dict(
        os.environ,
        NODE_PATH=str(layout.NODE_HOME / "node_modules"),
        CACHE_DIR=str(layout.MADE / "cache"),
    )
