"""A PostgreSQL server: the caller's own (``PGHOST=``), or a private cluster.

The private cluster listens on a unix socket only, in a folder that nobody else
may enter, and holds only what can be made again. PostgreSQL refuses to run as
root, so root runs it as the user that Debian's package made, who might not be
able to reach the checkout; hence the cluster's place outside of it.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import layout
from progress import Failure, run, step

# Not a superuser: the addon must do with what a hosted Odoo has.
ROLE = "odoo"
SUPERUSER = "postgres"

# Nothing here outlives a power cut that could not be made again.
SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0700
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 256MB
max_wal_size = 512MB
max_connections = 200
"""


def _home():
    name = f"{layout.ADDON}-{layout.CHECKOUT_ID}"
    if os.geteuid() == 0:
        return Path(pwd.getpwnam(SUPERUSER).pw_dir) / name
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(state).expanduser() / name


def _sockets():
    """The socket's folder; the system allows its path 107 characters."""
    inside = _home() / "socket"
    if len(str(inside)) < 80:
        return inside
    return Path(tempfile.gettempdir()) / f"{layout.ADDON}-{layout.CHECKOUT_ID}"


def ensure():
    """Have a server running and the environment pointing at it."""
    if layout.own_postgres():
        user = os.environ.get("PGUSER") or pwd.getpwuid(os.geteuid()).pw_name
        os.environ.update(PGUSER=user, PGPORT=os.environ.get("PGPORT") or "5432")
        query("SELECT 1")
        return
    if not (_home() / "data/PG_VERSION").is_file():
        _create()
    if not _running():
        _start()
    os.environ.update(PGHOST=str(_sockets()), PGPORT="5432", PGUSER=ROLE)


def query(sql, database="postgres"):
    """Run SQL as Odoo's role and return its output, a line each row."""
    command = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]
    command += ["--set", "ON_ERROR_STOP=1", "--dbname", database, "--command", sql]
    return run(command).strip()


def remove():
    """Stop the private cluster and delete it."""
    try:
        home, sockets = _home(), _sockets()
    except KeyError:  # PostgreSQL was never installed
        return
    if home.exists():
        stop()
        shutil.rmtree(home)
    shutil.rmtree(sockets, ignore_errors=True)


def restart():
    """End all connections of the private cluster and start it again."""
    _pg_ctl("restart", "--wait", "--mode=fast", f"--log={_home() / 'server.log'}")


class Replica:
    """A server that follows the private cluster, and answers what only reads."""

    port = "5433"

    def __init__(self):
        self._data = _home() / "replica"
        self.host = str(_sockets())
        # Every statement that it was asked is in here.
        self.log = _home() / "replica.log"

    def create(self):
        """Copy the private cluster as it is now, and follow it from there."""
        self.remove()
        command = [_binary("pg_basebackup"), "--pgdata", self._data, "--write-recovery-conf"]
        command += ["--host", self.host, "--port", "5432", "--username", SUPERUSER]
        _as_server([*command, "--checkpoint=fast", "--wal-method=stream"])
        with (self._data / "postgresql.auto.conf").open("a") as configuration:
            configuration.write(f"port = {self.port}\nlog_statement = 'all'\n")
        _pg_ctl("start", "--wait", f"--log={self.log}", data=self._data)

    def query(self, sql):
        """Run SQL as the superuser."""
        return run(
            ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--host", self.host]
            + ["--port", self.port, "--username", SUPERUSER, "--command", sql, "postgres"]
        ).strip()

    def stop(self):
        """Stop it at once, as if the machine were gone."""
        _pg_ctl("stop", "--mode=immediate", data=self._data)

    def remove(self):
        """Stop it if it runs, and delete it."""
        if self._data.is_dir():
            if not _as_server([_binary("pg_ctl"), "status", "--pgdata", self._data], check=False):
                self.stop()
            shutil.rmtree(self._data)
        self.log.unlink(missing_ok=True)


def stop():
    """Stop the private cluster, if it runs."""
    with contextlib.suppress(KeyError):
        if (_home() / "data").is_dir() and _running():
            _pg_ctl("stop", "--mode=fast")


def _create():
    home = _home()
    with step(f"Creating a private PostgreSQL cluster in {home}"):
        if home.exists():
            shutil.rmtree(home)  # left by an attempt that was interrupted
        for folder in (home, _sockets()):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if os.geteuid() == 0:
                shutil.chown(folder, SUPERUSER, SUPERUSER)
            if folder.stat().st_uid != pwd.getpwnam(_server_user()).pw_uid:
                raise Failure(f"{folder} belongs to somebody else")
        data = home / "data.partial"
        initdb = ["--pgdata", data, "--username", SUPERUSER, "--auth=trust"]
        _as_server([_binary("initdb"), *initdb, "--encoding=UTF8", "--locale=C.UTF-8"])
        with (data / "postgresql.conf").open("a") as configuration:
            configuration.write(SETTINGS)
            configuration.write(f"unix_socket_directories = '{_sockets()}'\n")
        data.rename(home / "data")
    _start()
    os.environ.update(PGHOST=str(_sockets()), PGPORT="5432", PGUSER=SUPERUSER)
    query(f"CREATE ROLE {ROLE} LOGIN CREATEDB")


def _start():
    _sockets().mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(_sockets(), SUPERUSER, SUPERUSER)
    log = _home() / "server.log"
    _pg_ctl("start", "--wait", f"--log={log}")


def _running():
    command = [_binary("pg_ctl"), "status", "--pgdata", _home() / "data"]
    return not _as_server(command, check=False)


def _pg_ctl(action, *options, data=None):
    _as_server([_binary("pg_ctl"), action, "--pgdata", data or _home() / "data", *options])


def _server_user():
    return SUPERUSER if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def _as_server(command, *, check=True):
    """Run a command as the cluster's user; return its exit status.

    Its output goes to a file, since a server that it starts keeps it open.
    """
    if os.geteuid() == 0:
        command = ["runuser", "--user", SUPERUSER, "--", *command]
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            check=False,
        )
        if check and done.returncode:
            output.seek(0)
            raise Failure(f"PostgreSQL: {output.read().strip()}")
    return done.returncode


def _binary(name):
    """A server program; Debian keeps each version's in a folder of its own."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
        key=lambda path: int(path.parts[-3]),
    )
    found = versions[-1] if versions else shutil.which(name)
    if not found:
        raise Failure(f"PostgreSQL's {name} is not installed")
    return found
