"""The Debian packages that a run or a test needs; installs what is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import layout
from progress import Failure, run, step

# Each package with a program by which to know that it, or its like, is there.
RUN = {
    "wkhtmltopdf": "wkhtmltopdf",
    # WeasyPrint lays text out with these.
    "libpango-1.0-0": None,
    "libpangoft2-1.0-0": None,
    "libharfbuzz-subset0": None,
    "libmagic1": None,
    # Reports are printed in the customer's script, whichever it is.
    "fonts-liberation": None,
    "fonts-dejavu-core": None,
    "fonts-noto-core": None,
    "fonts-noto-cjk": None,
}
# Browser tours, and programs by others that read what we print, seal and encode.
TEST = {
    "chromium": "chromium",
    "poppler-utils": "pdftotext",
    "libnss3-tools": "certutil",
    "qpdf": "qpdf",
    "zbar-tools": "zbarimg",
    "nodejs": "node",
    "npm": "npm",
}


def ensure(*, for_tests=False):
    """Install the packages that are missing, or say how to."""
    wanted = RUN | (TEST if for_tests else {})
    missing = [
        package
        for package, program in wanted.items()
        if not (program and shutil.which(program)) and not _installed(package)
    ]
    if layout.own_postgres():
        if not shutil.which("psql"):
            missing.append("postgresql-client")
    elif not any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        missing.append("postgresql")
    if not _python_can_make_environments():
        missing.append(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")
    if missing:
        _install(missing)


def _python_can_make_environments():
    command = [sys.executable, "-c", "import ensurepip, venv"]
    return not subprocess.run(command, capture_output=True, check=False).returncode


def _installed(package):
    if not shutil.which("dpkg-query"):
        raise Failure(
            "This is made for Debian 12. Elsewhere, install the equivalents of:\n  "
            + " ".join([*RUN, *TEST, "postgresql"])
        )
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    status = subprocess.run(query, capture_output=True, text=True, check=False)
    return status.stdout == "installed"


def _install(packages):
    prefix = _privilege()
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if prefix is None:
        raise Failure(
            "Some Debian packages are missing and only root can install them:\n\n"
            f"  sudo apt-get update && sudo {' '.join(install)}\n"
        )
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    with step(f"Installing Debian packages: {' '.join(packages)}"):
        run([*prefix, "apt-get", "update"], env=environment)
        run([*prefix, *install], env=environment)


def _privilege():
    """How to become root: not at all, by sudo without a password, or None."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        probe = ["sudo", "--non-interactive", "true"]
        if not subprocess.run(probe, capture_output=True, check=False).returncode:
            return ["sudo", "--non-interactive"]
        if sys.stdin.isatty():
            return ["sudo"]
    return None
