"""``make lint`` and ``make format``: style, and mistakes found by reading."""

import argparse
import os
import subprocess
import time

import addon_mirror
import layout
import locks
import node_packages
import odoo_source
import python_environments
import system_packages
from progress import Failure, main, say

# Odoo's own checkers, as its test suite runs them on Odoo's addons.
ODOO_CHECKS = (
    "used-before-assignment,undefined-variable,eval-used,unreachable,"
    "function-redefined,sql-injection,missing-gettext,gettext-variable,"
    "gettext-placeholders,gettext-repr,raise-unlink-override"
)
ODOO_PLUGINS = (
    "_pylint_path_setup,pylint.extensions.bad_builtin,_odoo_checker_sql_injection,"
    "_odoo_checker_gettext,_odoo_checker_unlink_override"
)
# prefer-env-translation: `_` finds the language in the same way, and reads better.
# missing-return: a method that returns nothing has nothing to hand on.
# They cannot be left out in the file that switches all others on.
# consider-merging-classes-inherited: a model is split by responsibility on purpose.
LEFT_OUT = "prefer-env-translation,missing-return,consider-merging-classes-inherited"
MARKUP = ["**/*.xml"]
SCRIPTS = ["static/**/*.js", "integrations/*/static/**/*.js"]


class Linters:
    """The linters, each a method that returns a command and its options."""

    def __init__(self, addons):
        self.addons = addons
        self.names = addon_mirror.mirror(addons)
        with locks.hold("environment"):
            system_packages.ensure(for_tests=True)
            self.odoo = odoo_source.ensure()
            self.python = python_environments.ensure_odoo()
            self.linters = python_environments.ensure_linters().parent
            node_packages.ensure()

    def all(self):
        """Name, command and options of each linter."""
        return {
            "ruff": self._on_root(
                self.linters / "ruff", *("check", "--output-format=concise", ".")
            ),
            "ruff format": self._on_root(
                self.linters / "ruff",
                *("format", "--check"),
                "--output-format=concise",
                ".",
            ),
            "pylint-odoo": self._on_addons(
                self.linters / "python",
                *("-m", "pylint", f"--rcfile={layout.ROOT / '.pylintrc'}"),
                f"--disable={LEFT_OUT}",
            ),
            "Odoo's pylint checkers": self._odoo_checkers(),
            "oca-checks-odoo-module": self._on_addons(self.linters / "oca-checks-odoo-module"),
            "prettier": self._on_files("prettier", MARKUP + SCRIPTS, "--check"),
            "eslint": self._on_files("eslint", SCRIPTS),
        }

    def fixers_of_copies(self):
        """Like `fixers`, for what works in a folder of the addon's name only."""
        oca_checks = self.linters / "oca-checks-odoo-module"
        return {"oca-checks-odoo-module": self._on_addons(oca_checks, "--fix")}

    def fixers(self):
        """The ones that can mend what they find."""
        return {
            "ruff": self._on_root(self.linters / "ruff", "check", "--fix", "."),
            "ruff format": self._on_root(self.linters / "ruff", "format", "."),
            "prettier": self._on_files("prettier", MARKUP + SCRIPTS, "--write"),
        }

    def _on_root(self, *command):
        environment = dict(os.environ, RUFF_CACHE_DIR=str(layout.MADE / "cache/ruff"))
        return command, {"cwd": layout.ROOT, "env": environment}

    def _on_addons(self, *command):
        return (*command, *self.names), {"cwd": self.addons}

    def _odoo_checkers(self):
        site = self.odoo.python_path
        checkers = site / "odoo/addons/test_lint/tests"
        if not checkers.is_dir():  # a checkout keeps its addons elsewhere
            checkers = self.odoo.addons / "test_lint/tests"
        command, options = self._on_addons(
            self.python,
            *("-m", "pylint", "--rcfile=/dev/null", "--reports=n", "--score=n"),
            "--disable=all,useless-option-value,unknown-option-value",
            f"--enable={ODOO_CHECKS}",
            f"--load-plugins={ODOO_PLUGINS}",
            "--bad-functions=input",
            "--msg-template={path}:{line} {msg} ({symbol})",
        )
        options["env"] = dict(
            os.environ,
            PYTHONPATH=f"{checkers}{os.pathsep}{site}",
            ADDONS_PATH=str(self.odoo.addons),
        )
        return command, options

    def _on_files(self, name, patterns, *arguments):
        arguments = [*arguments, "--no-error-on-unmatched-pattern", *patterns]
        options = {"cwd": layout.ROOT, "env": node_packages.environment()}
        return node_packages.command(name, *arguments), options


def check(linters):
    """Run every linter; return the names of those that found something."""
    return _run_all(linters.all())


def fix(linters):
    """Mend what can be; return the names of those that found more than that."""
    with addon_mirror.edited(linters.addons):
        unhappy = _run_all(linters.fixers_of_copies())
    return unhappy + _run_all(linters.fixers())


def _run_all(commands):
    unhappy = []
    for name, (command, options) in commands.items():
        start = time.monotonic()
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **options,
        )
        seconds = time.monotonic() - start
        verdict = "FAILED" if done.returncode else "ok"
        say(f"    {name}: {verdict} ({seconds:.1f} s)")
        if done.returncode:
            unhappy.append(name)
            say(done.stdout)
    return unhappy


def _main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fix", action="store_true", help="mend what can be")
    arguments = parser.parse_args()
    linters = Linters(layout.ADDONS)
    unhappy = fix(linters) if arguments.fix else check(linters)
    if unhappy:
        raise Failure(f"Complaints from {', '.join(unhappy)}")
    return 0


if __name__ == "__main__":
    main(_main)
