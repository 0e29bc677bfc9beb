"""The Debian packages that a run or a test needs; installs what is missing."""

import os
import shutil
import subprocess
import sys

import layout
from progress import Failure, run, step

# What the addon needs at run time.
RUN = ["wkhtmltopdf", "fonts-liberation", "fonts-dejavu-core", "libmagic1"]
# Reports are printed in the customer's script, whichever it is.
RUN += ["fonts-noto-core", "fonts-noto-cjk"]
# Browser tours, and tools by others that read what we print, seal and encode.
TEST = ["chromium", "poppler-utils", "libnss3-tools", "qpdf", "zbar-tools"]


def ensure(*, for_tests=False):
    """Install the packages that are missing, or say how to."""
    wanted = list(RUN)
    wanted.append("postgresql-client" if layout.own_postgres() else "postgresql")
    if for_tests:
        wanted += TEST
        # Any Node.js will do, not only Debian's.
        wanted += [
            package
            for package, command in (("nodejs", "node"), ("npm", "npm"))
            if not shutil.which(command)
        ]
    if not _python_can_make_environments():
        wanted.append(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")
    missing = [package for package in wanted if not _installed(package)]
    if missing:
        _install(missing)


def _python_can_make_environments():
    command = [sys.executable, "-c", "import ensurepip, venv"]
    return not subprocess.run(command, capture_output=True, check=False).returncode


def _installed(package):
    if not shutil.which("dpkg-query"):
        raise Failure(
            "This is made for Debian 12. Elsewhere, install the equivalents of:\n  "
            + " ".join(RUN + TEST + ["postgresql", "nodejs", "npm"])
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
