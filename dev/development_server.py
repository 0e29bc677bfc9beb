"""``make run`` and its relatives: an Odoo with the addon and its demo data."""

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import addon_mirror
import databases
import environment
import layout
import odoo_log
import postgres
import template_databases
from mail_catcher import MailCatcher
from progress import Failure, main, say, step

DATABASE = f"{layout.ADDON}_demo"
LOGINS = layout.COMMANDS / "demo_logins.txt"


def run(place):
    """Serve the demo database until interrupted."""
    port = layout.http_port()
    _check_free(port)
    bring_up_to_date(place)
    _set_address()
    command = place.command(f"--config={place.configuration}")
    command += [f"--database={DATABASE}", f"--http-port={port}"]
    command += [f"--db-filter=^{DATABASE}$"]
    # Odoo's own deprecations, with all their callers, would drown the rest.
    command.append("--log-handler=py.warnings:ERROR")
    mails = MailCatcher(layout.MAILS)
    with mails.listening() as mail_port:
        command += ["--smtp=127.0.0.1", f"--smtp-port={mail_port}"]
        command += ["--email-from=contracts@company.example.com"]
        return _serve(place, command, port, mails)


def _serve(place, command, port, mails):
    """Run the server until interrupted; tell where it is, and what it mails."""
    server = subprocess.Popen(command, env=place.odoo.environment())
    # The terminal interrupts both; the server decides when it is done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    if wait_until_it_answers(server, port):
        say(f"\n    Odoo is ready: http://127.0.0.1:{port}\n")
        for login in LOGINS.read_text().splitlines():
            say(f"      {login}")
        say(f"\n    No mail leaves this machine. What would: {mails.index.as_uri()}")
        say("\n    Ctrl+C stops it.\n")
    return max(server.wait(), 0)


def upgrade(place):
    """Update the addons in the demo database whatever has changed."""
    if not databases.details(DATABASE):
        raise Failure("There is no demo database yet: make run")
    _update(place, list(_installed_addons(place)))
    return 0


def shell(place):
    """Odoo's Python shell on the demo database."""
    bring_up_to_date(place)
    command = place.command("shell", f"--config={place.configuration}")
    command += [f"--database={DATABASE}", "--log-level=warn"]
    return subprocess.call(command, env=place.odoo.environment())


def bring_up_to_date(place):
    """Create the demo database, or update it to the addons as they are now."""
    found = databases.details(DATABASE)
    if found and "tree" not in found:
        found = None  # its creation was interrupted
    if not found:
        _create(place)
    elif found["tree"] != addon_mirror.fingerprint(place.addons, *_names(place)):
        _update(place, list(_installed_addons(place)))


def _create(place):
    wanted = [layout.ADDON]
    with template_databases.lock(with_demo=True):
        source = template_databases.base(place, wanted, with_demo=True)
        databases.create(DATABASE, source)
    _set_address()
    with step(f"Installing {layout.ADDON} with demo data"):
        log = layout.LOGS / "install.log"
        place.must_run_odoo(DATABASE, log, f"--init={layout.ADDON}", "--with-demo")
        _show_complaints(log)
    _mark_current(place)


def _update(place, names):
    with step(f"Updating {', '.join(names)}"):
        log = layout.LOGS / "update.log"
        place.must_run_odoo(DATABASE, log, f"--update={','.join(names)}")
        _show_complaints(log)
    _mark_current(place)


def _set_address():
    """Have links and QR codes lead to where the server answers, whatever the port."""
    address = f"http://127.0.0.1:{layout.http_port()}"
    postgres.query(
        f"UPDATE ir_config_parameter SET value = '{address}' WHERE key = 'web.base.url'",
        DATABASE,
    )


def _show_complaints(log):
    for complaint in odoo_log.complaints(log):
        say(complaint)


def _mark_current(place):
    tree = addon_mirror.fingerprint(place.addons, *_names(place))
    databases.describe(DATABASE, tree=tree)


def _names(place):
    return [folder.name for folder in place.addons.iterdir()]


def _installed_addons(place):
    sql = "SELECT name FROM ir_module_module WHERE state NOT LIKE 'uninst%'"
    installed = postgres.query(sql, DATABASE).splitlines()
    return [name for name in _names(place) if name in installed]


def _check_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Failure(
                f"Port {port} is in use. Choose another: make run PORT={port + 1}"
            ) from error


def wait_until_it_answers(server, port):
    """Return once a server answers: True, or False if it has ended before."""
    while server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/web/health"):
                return True
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    return False


def _main():
    actions = {"run": run, "upgrade": upgrade, "shell": shell}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=actions)
    action = parser.parse_args(sys.argv[1:]).action
    place = environment.prepare(layout.ADDONS)
    addon_mirror.mirror(layout.ADDONS)
    return actions[action](place)


if __name__ == "__main__":
    os.chdir(layout.ROOT)
    main(_main)
