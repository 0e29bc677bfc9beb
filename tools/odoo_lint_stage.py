"""Runs Odoo's own ``test_lint`` addon, and judges what it says of ours.

It looks at every addon that Odoo can see. Odoo's own are not ours to mend: a
test that fails is held against us only if its message names our addon.
"""

import re

import databases
import layout
import template_databases
from odoo_log import ABOUT_ADDON, LINE
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
    text = log.read_text(errors="replace").replace(database, "")
    ran = RAN.search(text)
    if not ran or ran[1] == "0":
        say(f"    test_lint did not run: see {log}")
        return Results(failed=1)
    failures = [entry for entry in _failures(text) if _is_about_us(entry, place)]
    for failure in failures:
        say(failure)
    return Results.of_one(not failures)


def _failures(text):
    """Each logged error with the lines that follow it."""
    entry = None
    for line in text.splitlines():
        match = LINE.match(line)
        if match:
            if entry:
                yield "\n".join(entry)
            entry = [line] if match["level"] == "ERROR" else None
        elif entry:
            entry.append(line)
    if entry:
        yield "\n".join(entry)


def _is_about_us(entry, place):
    # The path of the checkout may carry our name in lines about Odoo's addons.
    return ABOUT_ADDON.search(entry.replace(str(place.odoo.addons), ""))
