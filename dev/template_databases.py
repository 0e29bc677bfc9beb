"""Databases to copy from, since installing Odoo takes a minute and a copy none.

Two layers. A *base* holds what the addons depend on and lasts until that
changes. An *installed* template is a copy of a base with the addons installed
as they are now, never an update of an earlier state: what an update leaves
behind would make tests pass or fail for the wrong reasons.
"""

import hashlib

import addon_mirror
import databases
import layout
import locks
import odoo_log
from progress import Failure, step

BASE = f"{layout.ADDON}_base"
INSTALLED = f"{layout.ADDON}_template"
# Bundles that pages of the tests load, scripts and styles: each browser test would make
# them again, since what a test stores is rolled back. Odoo's own runner makes all that
# any page has, its unit tests' among them, in four times as long. What was made before
# is kept: its address tells whether it still holds.
KEPT_ASSETS = layout.MADE / "assets.pickle"
SCRIPTS = (
    "web.assets_frontend_lazy",
    "web.assets_frontend_minimal",
    "web.assets_tests",
    "web.assets_web",
)
STYLES = (
    "web.assets_frontend",
    "web.assets_web",
    "web.assets_web_print",
    "web.report_assets_common",
    "web.report_assets_pdf",
)
MAKE_ASSETS = f"""
import pathlib, pickle
kept, assets = pathlib.Path({str(KEPT_ASSETS)!r}), env["ir.attachment"]
if kept.is_file():
    assets.create(pickle.loads(kept.read_bytes()))
for bundle in {SCRIPTS}:
    env["ir.qweb"]._get_asset_bundle(bundle, css=False, js=True).js()
for bundle in {STYLES}:
    env["ir.qweb"]._get_asset_bundle(bundle, css=True, js=False).css()
names = ["name", "url", "raw", "mimetype", "type", "public", "res_model", "res_id"]
made = assets.search([("url", "=like", "/web/assets/%"), ("public", "=", True)])
kept.write_bytes(pickle.dumps([{{name: one[name] for name in names}} for one in made]))
env.cr.commit()
"""


def lock(*, with_demo=False):
    """Only one at a time makes templates of a kind and copies from them."""
    return locks.hold("templates-demo" if with_demo else "templates")


def base(place, names, *, with_demo=False, replaces_others=True):
    """The template with the dependencies of the addons; made if need be.

    It takes the place of those for other dependencies, unless it is for an earlier
    release of the addons.
    """
    depends = place.dependencies(*names)
    key = hashlib.sha256(f"{place.odoo.version} {depends}".encode()).hexdigest()[:8]
    kind = f"{BASE}_demo" if with_demo else f"{BASE}_bare"
    name = f"{kind}_{_kind(names)}_{key}"
    if _is_complete(name):
        return name
    if replaces_others:
        _drop_all(f"{kind}_{_kind(names)}_")
    title = "with" if with_demo else "without"
    with step(f"Preparing Odoo {title} demo data: {', '.join(depends)}"):
        databases.create(name)
        log = layout.LOGS / f"{name}.log"
        place.must_run_odoo(name, log, f"--init={','.join(depends)}", *_demo(with_demo))
        databases.describe(name, complete=True)
    return name


def installed(place, names):
    """The template with the addons installed; made if need be."""
    source = base(place, names)
    tree = addon_mirror.fingerprint(place.addons, *names)
    name = f"{INSTALLED}_{_kind(names)}_{source.rpartition('_')[2]}_{tree}"
    if _is_complete(name):
        return name
    _drop_all(f"{INSTALLED}_{_kind(names)}_")
    with step(f"Installing {', '.join(names)}"):
        databases.create(name, source)
        install(place, names, name, layout.LOGS / f"{name}.log")
        place.must_run_odoo(name, layout.LOGS / "assets.log", code=MAKE_ASSETS)
        databases.describe(name, complete=True)
    return name


def install(place, names, database, log, *, with_demo=False):
    """Install the addons; an error, or a warning about them, is a failure."""
    place.must_run_odoo(database, log, f"--init={','.join(names)}", *_demo(with_demo))
    if complaints := odoo_log.complaints(log):
        raise Failure("Odoo complained while installing:\n" + "\n".join(complaints))


def _demo(with_demo):
    return ["--with-demo"] if with_demo else []


def _kind(names):
    """Short word for a set of addons: the core alone, or with integrations."""
    return "core" if list(names) == [layout.ADDON] else "all"


def _is_complete(name):
    return bool((databases.details(name) or {}).get("complete"))


def _drop_all(prefix):
    for name in databases.ours():
        if name.startswith(prefix):
            databases.drop(name)
