"""Runs the addons' tests, on a copy of a template, with HTTP and a browser."""

import os
import subprocess

import databases
import layout
import node_packages
import odoo_log
import template_databases
from progress import say
from test_results import Results

# Each worker takes a core, a copy of the database and its own browsers.
MOST_WORKERS = 4
# A run that hangs must end before whoever started it loses patience.
TIMEOUT = 60 * 60


def run(place, names, arguments):
    """Run pytest on the addons ``names``; return what it found."""
    database = f"{layout.ADDON}_test_{os.getpid()}"
    with template_databases.lock():
        databases.create(database, template_databases.installed(place, names))
    try:
        return _run_pytest(place, database, arguments)
    finally:
        databases.drop(database)
        databases.drop_copies(database)


def drop_abandoned():
    """Drop the databases of test runs that were killed."""
    for name in databases.ours():
        _rest, marker, process = name.rpartition("_test_")
        if marker and process.isdigit() and not os.path.exists(f"/proc/{process}"):
            databases.drop(name)
            databases.drop_copies(name)


def locate(argument):
    """Where a path of the checkout is among the copies of the addons."""
    if argument.startswith("integrations/"):
        return argument.removeprefix("integrations/")
    if argument == "tests" or argument.startswith("tests/"):
        return f"{layout.ADDON}/{argument}"
    return argument


def _run_pytest(place, database, arguments):
    workspace = place.addons.parent
    log, report = workspace / "odoo.log", workspace / "junit.xml"
    log.unlink(missing_ok=True)
    command = [place.python, "-m", "pytest", "-q", "-ra", "-W", "ignore"]
    command += ["-p", "no:cacheprovider", f"--rootdir={place.addons}"]
    command += [f"--confcutdir={place.addons}", "-c", os.devnull]
    command += ["-o", "faulthandler_timeout=600"]
    command += ["--durations=10", "--durations-min=5"]
    # pytest-odoo gives each worker a copy of the database. What a class sets up stays
    # with one worker.
    command += [f"--numprocesses={_count_workers(place.addons, arguments)}", "--dist=loadscope"]
    command += ["-p", "pytest_private_filestore"]
    command += ["-o", "junit_family=xunit2", f"--junitxml={report}"]
    command += [f"--odoo-config={place.configuration}", "--odoo-http"]
    command += [f"--odoo-database={database}", "--odoo-log-level=warn"]
    command += ["--odoo-extra", f"logfile={log}", *arguments]
    try:
        status = subprocess.run(
            [str(part) for part in command],
            cwd=place.addons,
            env=_with_plugins(place.odoo.environment()),
            stdin=subprocess.DEVNULL,
            timeout=TIMEOUT,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        say(f"Stopped after {TIMEOUT // 60} minutes")
        status = 1
    results = Results.of_junit(report, status)
    if results.skipped:
        say("Skipped tests prove nothing: each must run or go.")
    return results + _judge_log(log)


def _with_plugins(environment):
    """The environment, in which Python finds our own plugin, and tests axe-core as well."""
    node_packages.ensure()
    paths = (environment.get("PYTHONPATH"), str(layout.COMMANDS))
    return {
        **environment,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "NODE_PATH": str(layout.NODE_HOME / "node_modules"),
    }


def _count_workers(addons, arguments):
    """As many as there are cores and files; none beside the run itself for one file."""
    files = set()
    for argument in arguments:
        path = addons / argument.partition("::")[0]
        if path.is_dir():
            files.update(path.rglob("test_*.py"))
        elif path.suffix == ".py":
            files.add(path)
    wanted = min(len(files), os.cpu_count() or 1, MOST_WORKERS)
    return wanted if wanted > 1 else 0


def _judge_log(log):
    """Fail on errors that Odoo logged and no test expected."""
    errors = odoo_log.errors(log)
    for error in errors:
        say(f"In Odoo's log: {error}")
    return Results(failed=1) if errors else Results()
