"""Databases with as many contracts, and quotations beside them, as a measurement needs."""

import addon_mirror
import databases
import layout
import postgres
import template_databases
from progress import step

ADDONS = [layout.ADDON]
PEER = "sale"
FILL = """
import sys
sys.path.insert(0, {folder!r})
import {module}
{module}.{act}(env, {argument})
"""


def ensure(place, count):
    """Return the name of a database with so many contracts and quotations; made if need be.

    :param place: the workplace
    :param int count: how many contracts
    :rtype: str
    """
    name = f"{layout.ADDON}_bench_{count}"
    tree = addon_mirror.fingerprint(place.addons, *ADDONS)
    found = databases.details(name) or {}
    if not found.get("complete"):
        _create(place, name, count)
    elif found["tree"] != tree:
        with step(f"Updating {name}"):
            _run(place, name, f"--update={layout.ADDON}")
    databases.describe(name, complete=True, tree=tree)
    return name


def _create(place, name, count):
    with template_databases.lock():
        databases.create(name, template_databases.installed(place, ADDONS))
    # As Odoo does where it creates the database itself: its search for parts of words
    postgres.query("CREATE EXTENSION IF NOT EXISTS pg_trgm", name)
    with step(f"Filling {name} with {count} contracts"):
        _run(place, name, code=_prepare("bench_fill", count))
    with step(f"Filling {name} with as many quotations"):
        _run(place, name, f"--init={PEER}", f"--update={layout.ADDON}")
        _run(place, name, code=_prepare("bench_peer", count))
    postgres.query("VACUUM ANALYZE", name)


def _prepare(module, count):
    return FILL.format(folder=str(layout.COMMANDS), module=module, act="fill", argument=count)


def _run(place, name, *arguments, code=None):
    place.must_run_odoo(name, layout.LOGS / f"{name}.log", *arguments, code=code)
