"""Gets an Odoo 19: the caller's own, or Debian's package, unpacked.

Debian unstable carries Odoo 19 with all its addons and their tests. It is not
installed but unpacked into ``.dev/odoo``, through an apt configuration of our
own, so that the machine's stays as it is. Signatures are checked with Debian's
archive keyring.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import layout
from progress import Failure, run, say, step

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# Odoo, and what its package links to; Font Awesome 4 left after Debian 12.
PACKAGES = (
    "odoo-19/sid libjs-jquery/sid libjs-jquery-form/sid libjs-underscore/sid "
    "fonts-inconsolata/sid fonts-montserrat/sid fonts-ocr-b/sid "
    "fonts-roboto-unhinted/sid fonts-font-awesome/bookworm"
).split()

SITE = Path("usr/lib/python3/dist-packages")


class Odoo:
    """An Odoo 19 source tree: how to start it and where its addons are."""

    def __init__(self, home):
        self.home = home
        if (home / "odoo-bin").is_file():
            self.python_path = home
            self.command = home / "odoo-bin"
            self.addons = home / "addons"
        elif (home / SITE / "odoo").is_dir():
            self.python_path = home / SITE
            self.command = home / "usr/bin/odoo"
            self.addons = home / SITE / "odoo/addons"
        else:
            raise Failure(f"{home} is not an Odoo: there is neither an odoo-bin nor {SITE}/odoo")
        self.version = self._read_version()

    def _read_version(self):
        release = (self.python_path / "odoo/release.py").read_text()
        series = re.search(r"^version_info\s*=\s*\((\d+),\s*(\d+)", release, re.M)
        if not series or series.group(1) != "19":
            raise Failure(f"{self.home} is not an Odoo 19")
        stamp = self.home / ".debian-version"
        if stamp.is_file():
            return stamp.read_text().strip()
        return f"19.{series.group(2)} of {self.home}"

    def environment(self):
        """The environment in which Odoo's modules can be imported."""
        return dict(os.environ, PYTHONPATH=str(self.python_path))


def ensure():
    """The Odoo to work with; downloaded the first time."""
    own = layout.own_odoo()
    if own:
        return Odoo(own)
    if not (layout.ODOO_HOME / ".debian-version").is_file():
        _download()
    return Odoo(layout.ODOO_HOME)


def _download():
    with step("Getting Odoo 19 from Debian unstable (122 MB)"):
        packages = _fetch(layout.MADE / "downloads")
        unpacked = layout.MADE / "odoo.partial"
        shutil.rmtree(unpacked, ignore_errors=True)
        unpacked.mkdir(parents=True)
        for package in packages:
            run(["dpkg", "-x", package, unpacked])
        _fill_gaps(unpacked)
        odoo = next(p for p in packages if p.name.startswith("odoo-19_"))
        version = run(["dpkg-deb", "--field", odoo, "Version"]).strip()
        (unpacked / ".debian-version").write_text(f"{version}\n")
        shutil.rmtree(layout.ODOO_HOME, ignore_errors=True)
        unpacked.rename(layout.ODOO_HOME)
        say(f"    Odoo {version}")


def _fetch(downloads):
    """Download the packages and return their files."""
    apt_home = layout.MADE / "apt"
    for folder in ("lists/partial", "cache/archives/partial"):
        (apt_home / folder).mkdir(parents=True, exist_ok=True)
    sources = apt_home / "odoo.sources"
    sources.write_text(
        f"Types: deb\nURIs: {_mirror()}\nSuites: sid bookworm\n"
        f"Components: main\nSigned-By: {KEYRING}\n"
    )
    apt = ["apt-get", "-qq"]
    for option, value in {
        "Dir::Etc::SourceList": sources,
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": apt_home / "lists",
        "Dir::Cache": apt_home / "cache",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
    }.items():
        apt += ["-o", f"{option}={value}"]
    if os.geteuid() == 0:
        apt += ["-o", "APT::Sandbox::User=root"]
    downloads.mkdir(exist_ok=True)
    run([*apt, "update"])
    run([*apt, "download", *PACKAGES], cwd=downloads)
    names = [package.partition("/")[0] for package in PACKAGES]
    return [_newest(downloads.glob(f"{name}_*.deb")) for name in names]


def _newest(files):
    return max(files, key=lambda file: file.stat().st_mtime)


def _mirror():
    """The Debian mirror that this machine already uses."""
    query = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)"]
    targets = subprocess.run(
        [*query, "Created-By: Packages"], capture_output=True, text=True, check=False
    )
    for line in targets.stdout.splitlines():
        uri, _space, release = line.rpartition(" ")
        if uri.rstrip("/").endswith("debian") and release.isalpha():
            return uri
    raise Failure(
        "No Debian mirror in apt's sources to get Odoo 19 from.\n"
        "Bring your own Odoo 19 instead: make run ODOO=/path/to/odoo"
    )


def _fill_gaps(home):
    """Put what Debian's package leaves out."""
    # The backend's assets name this file; without it every page logs an error.
    name = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    selfie = home / SITE / name
    if not selfie.exists():
        selfie.parent.mkdir(parents=True, exist_ok=True)
        selfie.write_text("/* Not part of Debian's package. */\n")
