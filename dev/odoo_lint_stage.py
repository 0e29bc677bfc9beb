"""Runs Odoo's own ``test_lint`` addon, and judges what it says of ours.

It looks at every addon that Odoo can see. Odoo's own are not ours to mend: a
test that fails is held against us only if its message names our addon.
"""

import re

import databases
import layout
import odoo_log
import template_databases
from progress import say
from test_results import Results

# pylint's checkers run in `make lint`, on our addon alone: minutes less.
TAGS = "/test_lint,-/test_lint:TestPyLint"
RAN = re.compile(r"\d+ failed, \d+ error\(s\) of (\d+) tests")


def run(place, names, database):
    """Run the tests of test_lint; all of them count as one."""
    with template_databases.lock():
        databases.create(database, template_databases.installed(place, names))
    log = layout.LOGS / "test_lint.log"
    try:
        place.run_odoo(database, log, "--init=test_lint", f"--test-tags={TAGS}")
    finally:
        databases.drop(database)
    ran = RAN.search(log.read_text(errors="replace"))
    if not ran or ran[1] == "0":
        say(f"    test_lint did not run: see {log}")
        return Results(failed=1)
    failures = [entry.text for entry in odoo_log.read(log) if entry.is_error and entry.names_addon]
    for failure in failures:
        say(failure)
    return Results.of_one(not failures)
