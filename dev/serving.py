"""A server for checks from outside, with a mail server beside it that keeps all mails."""

import contextlib
import socket
import subprocess
from pathlib import Path

from development_server import wait_until_it_answers
from mail_catcher import MailCatcher
from progress import Failure


@contextlib.contextmanager
def serve(place, database, log, *options):
    """Run Odoo's server on a database; yields its address and the mails that it sends."""
    mails, port = MailCatcher(), find_port()
    log.unlink(missing_ok=True)
    with mails.listening() as mail_port:
        command = place.command(f"--config={place.configuration}")
        command += [f"--database={database}", f"--db-filter=^{database}$"]
        command += [f"--http-port={port}", f"--logfile={log}"]
        command += ["--smtp=127.0.0.1", f"--smtp-port={mail_port}"]
        command += ["--email-from=contracts@company.example.com", *options]
        server = subprocess.Popen(
            command,
            env=place.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            if not wait_until_it_answers(server, port):
                raise Failure(f"The server does not start, see {log}")
            yield f"http://127.0.0.1:{port}", mails
        finally:
            server.terminate()
            server.wait()


def find_port():
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def find_workers(database, *, with_parent=False):
    """Return the process ids of a server's workers, the one for long polling left out.

    :param str database: the database that it serves
    :param bool with_parent: whether the process that starts the workers is among them
    :rtype: list[int]
    """
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            command = (folder / "cmdline").read_bytes().decode(errors="replace")
            if f"--database={database}\0" in command and "gevent\0" not in command:
                parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
                found[int(folder.name)] = int(parent)
    return [process for process, parent in found.items() if with_parent or parent in found]
