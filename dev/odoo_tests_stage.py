"""Runs a class of our tests as a hosted Odoo does: with what the addon declares, only.

Such a server has none of the packages that our own test runs add. If a module of tests
needs one of them, Odoo cannot import the addon's tests there, and does not start.
"""

import re

import databases
import layout
import odoo_log
import template_databases
from progress import say
from test_results import Results

# What requirements-test.txt brings. None of it can be imported in this run.
MISSING = ("hypothesis", "pylint", "pytest", "pytest_odoo", "websocket", "xdist")
STUB = 'raise ImportError("not installed on this server")\n'
# A class with property tests, which are skipped then, and with others, which run.
TESTS = "TestRouting"
RAN = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")


def run(place, names, database):
    """Run the class with Odoo's own runner; it counts as one test."""
    stubs = place.addons.parent / "missing"
    stubs.mkdir(exist_ok=True)
    for name in MISSING:
        (stubs / f"{name}.py").write_text(STUB)
    log = layout.LOGS / "odoo-tests.log"
    with template_databases.lock():
        databases.create(database, template_databases.installed(place, names))
    try:
        status = place.run_odoo(
            database,
            log,
            "--test-enable",
            f"--test-tags=/{layout.ADDON}:{TESTS}",
            python_path=stubs,
        )
    finally:
        databases.drop(database)
    text = log.read_text(errors="replace")
    problems = [entry.text for entry in odoo_log.read(log) if entry.is_error]
    ran = RAN.search(text)
    if not ran or ran.groups()[:2] != ("0", "0") or ran[3] == "0":
        problems.append(f"{TESTS} did not run well: see {log}")
    if "Hypothesis is not installed" not in text:
        problems.append(f"{TESTS} skipped nothing: did it see Hypothesis?")
    if status:
        problems.append(f"Odoo ended with status {status}")
    for problem in problems:
        say(problem)
    return Results.of_one(not problems)
