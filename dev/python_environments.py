"""The virtual environments: for Odoo and the tests, for the linters, and for what drives it.

Linters, customers and the browser's driver have their own, so that their needs never move
the versions that Odoo 19 pins.
"""

import hashlib
import subprocess
import sys

import layout
from progress import Failure, run, step

ODOO_PINS = layout.COMMANDS / "requirements-odoo.txt"
ADDON_NEEDS = layout.ROOT / "requirements.txt"
TEST_NEEDS = layout.ROOT / "requirements-test.txt"
LINT_NEEDS = layout.COMMANDS / "requirements-lint.txt"
SCREENSHOT_NEEDS = layout.COMMANDS / "requirements-screenshots.txt"
LOAD_NEEDS = layout.COMMANDS / "requirements-load.txt"


def ensure_odoo():
    """Python with Odoo's requirements, the addon's and the tests'."""
    return _ensure(layout.VENV, [ODOO_PINS, ADDON_NEEDS, TEST_NEEDS])


def ensure_linters():
    """Python with the linters and the wheel builder."""
    return _ensure(layout.LINT_VENV, [LINT_NEEDS])


def ensure_screenshots():
    """Python that drives a browser and stores what it shows."""
    return _ensure(layout.SCREENSHOTS_VENV, [SCREENSHOT_NEEDS])


def ensure_customers():
    """Python with the tool that plays many customers at once."""
    return _ensure(layout.LOAD_VENV, [LOAD_NEEDS])


def _ensure(home, requirements):
    """Make or refresh one environment; return its Python."""
    if sys.version_info[:2] != (3, 11):
        raise Failure(
            "The pinned versions are those of Python 3.11; this is "
            f"{sys.version.split()[0]}. Try: make PYTHON=python3.11"
        )
    python = home / "bin/python"
    stamp = home / ".installed"
    wanted = hashlib.sha256()
    wanted.update(f"{sys.executable} {sys.version} {home}".encode())
    for file in requirements:
        wanted.update(file.read_bytes())
    if stamp.is_file() and stamp.read_text() == wanted.hexdigest():
        return python
    with step(f"Installing Python packages into {home.relative_to(layout.ROOT)}"):
        run([sys.executable, "-m", "venv", "--clear", home])
        install = [python, "-m", "pip", "install", "--quiet", "--no-input"]
        install.append("--disable-pip-version-check")
        for file in requirements:
            install += ["--requirement", file]
        run(install)
        # pip warns about conflicts on install only if it moved something.
        subprocess.run([python, "-m", "pip", "check"], check=False)
    stamp.write_text(wanted.hexdigest())
    return python
