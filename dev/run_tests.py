"""``make test``: everything, or the tests that the arguments select."""

import os
import shutil
import sys

import addon_mirror
import delivery_stage
import environment
import layout
import lifecycle_check
import lint
import neighbours_check
import odoo_lint_stage
import odoo_tests_stage
import pytest_stage
from lanes import Lane, run_stage
from progress import main, say
from test_results import Results

RUNS = layout.MADE / "runs"


def _main():
    # A copy of the addons of its own: whoever edits meanwhile changes nothing
    # under the tests that run.
    workspace = RUNS / str(os.getpid())
    try:
        place = environment.prepare(workspace / "addons", for_tests=True)
        names = addon_mirror.mirror(place.addons)
        _remove_abandoned()
        if len(sys.argv) > 1:
            results = _run_selected(place, names, sys.argv[1:])
        else:
            results = _run_all(place, names)
    finally:
        shutil.rmtree(workspace, ignore_errors=True)
    say(f"\n{results}")
    return 0 if results.good else 1


def _remove_abandoned():
    """Remove what test runs that were killed left behind."""
    pytest_stage.drop_abandoned()
    for workspace in RUNS.iterdir():
        if not os.path.exists(f"/proc/{workspace.name}"):
            shutil.rmtree(workspace, ignore_errors=True)


def _run_selected(place, names, selection):
    arguments = [pytest_stage.locate(argument) for argument in selection]
    paths = [argument for argument in arguments if _is_path(place, argument)]
    integrations = any(not path.startswith(f"{layout.ADDON}/") for path in paths)
    if not paths:
        arguments.append(f"{layout.ADDON}/tests")
    return pytest_stage.run(place, names if integrations else names[:1], arguments)


def _is_path(place, argument):
    return "/" in argument and (place.addons / argument.partition("::")[0]).exists()


def _run_all(place, names):
    core, integrations = names[:1], names[1:]
    database = f"{layout.ADDON}_{{}}_test_{os.getpid()}".format
    beside = Lane(
        {
            "Linters": lambda: _lint(place.addons),
            "Install with demo data, update, uninstall, install again": lambda: lifecycle_check.run(
                place, database("life")
            ),
            "Odoo's test_lint": lambda: odoo_lint_stage.run(place, core, database("lint")),
            "Odoo's own test runner": lambda: odoo_tests_stage.run(place, core, database("odoo")),
        }
    )
    stages = {"Tests": lambda: pytest_stage.run(place, core, [f"{layout.ADDON}/tests"])}
    tested = [name for name in integrations if (place.addons / name / "tests").is_dir()]
    if tested:
        stages["Tests of the integrations"] = lambda: pytest_stage.run(
            place, names, [f"{name}/tests" for name in tested]
        )
    # Last: what goes wrong here is seldom what was worked on.
    stages["Delivered mail, in threads and worker processes"] = lambda: delivery_stage.run(
        place, core, database("mail")
    )
    stages["Beside other apps, in other languages"] = lambda: neighbours_check.run(place)
    beside.start()
    found = {title: run_stage(title, stage) for title, stage in stages.items()}
    found |= beside.finish()
    say("\n" + "\n".join(line for _results, line in found.values()))
    return sum((results for results, _line in found.values()), Results())


def _lint(addons):
    linters = lint.Linters(addons)
    unhappy = lint.check(linters)
    return Results(len(linters.all()) - len(unhappy), len(unhappy))


if __name__ == "__main__":
    main(_main)
