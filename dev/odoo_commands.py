"""Runs Odoo's command line on the addons, with a configuration of our own."""

import ast
import os
import subprocess

import layout
import odoo_log
from progress import Failure


class Workplace:
    """An Odoo, a Python for it, and a folder of addons to work on."""

    def __init__(self, odoo, python, addons):
        self.odoo = odoo
        self.python = python
        self.addons = addons
        self.configuration = addons.parent / "odoo.conf"
        # of the environment, for this place's Odoo only
        self.variables = {}
        self._write_configuration()

    def _write_configuration(self):
        options = {
            "addons_path": f"{self.odoo.addons},{self.addons}",
            "data_dir": layout.DATA_DIR,
            "db_host": os.environ["PGHOST"],
            "db_port": os.environ["PGPORT"],
            "db_user": os.environ["PGUSER"],
            "http_interface": "127.0.0.1",
            "list_db": False,
            "max_cron_threads": 1,
            "screenshots": layout.LOGS / "screenshots",
            "workers": 0,
        }
        lines = [f"{name} = {value}" for name, value in options.items()]
        self.configuration.parent.mkdir(parents=True, exist_ok=True)
        self.configuration.write_text("\n".join(["[options]", *lines, ""]))

    def environment(self, python_path=None):
        """The environment in which this place's Odoo runs."""
        found = self.odoo.environment()
        if python_path:
            found["PYTHONPATH"] = os.pathsep.join((str(python_path), found["PYTHONPATH"]))
        return {**found, **self.variables}

    def command(self, *arguments):
        """Odoo's command line; its first argument may be a subcommand."""
        return [str(part) for part in (self.python, self.odoo.command, *arguments)]

    def run_odoo(self, database, log, *arguments, code=None, python_path=None):
        """Run Odoo to its end, logging to a file; return its exit status.

        With ``code``, that is run in Odoo's shell. Modules in the folder ``python_path``
        come before all others.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        log.unlink(missing_ok=True)
        command = self.command(*(["shell"] if code else []))
        command += [f"--config={self.configuration}", f"--database={database}"]
        command += [f"--logfile={log}", *arguments]
        if not code:
            command += ["--stop-after-init", "--no-http"]
        with log.with_suffix(".out").open("w") as output:
            done = subprocess.run(
                command,
                input=code,
                stdin=None if code else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                env=self.environment(python_path),
                check=False,
            )
        return done.returncode

    def must_run_odoo(self, database, log, *arguments, code=None):
        """Run Odoo to its end; a failure tells the errors that it logged."""
        if self.run_odoo(database, log, *arguments, code=code):
            told = odoo_log.errors(log) or [log.with_suffix(".out").read_text()]
            raise Failure("\n".join([f"Odoo failed on {' '.join(arguments)}:", *told]))

    def dependencies(self, *names):
        """What the addons depend on, other than each other."""
        found = set()
        for name in names:
            manifest = (self.addons / name / "__manifest__.py").read_text()
            found.update(ast.literal_eval(manifest)["depends"])
        return sorted(found - {path.name for path in self.addons.iterdir()})
