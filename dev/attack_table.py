"""``make attacks``: run the attack suite, and write its table ``doc/attacks.rst``."""

import json
import os
import runpy
import shutil
import subprocess
import sys

import layout
from progress import main, say

# The table is compared with the suite by a test of its own, once it is written.
SUITE = "tests/attack"


def _main():
    folder = layout.MADE / "attacks"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        status = subprocess.run(
            [sys.executable, layout.COMMANDS / "run_tests.py", SUITE, "-k", "not TestAttackTable"],
            env={**os.environ, "CUSTOMER_CONTRACT_ATTACKS": str(folder)},
            check=False,
        ).returncode
        rows = {
            tuple(json.loads(line))
            for path in folder.glob("*.jsonl")
            for line in path.read_text(encoding="utf-8").splitlines()
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    # The module knows nothing of Odoo, but lies in an addon that does.
    table = runpy.run_path(str(layout.ROOT / SUITE / "table.py"))
    table["TABLE"].parent.mkdir(exist_ok=True)
    table["TABLE"].write_text(table["render_table"](rows), encoding="utf-8")
    say(f"{len(rows)} attacks were written to {table['TABLE'].relative_to(layout.ROOT)}.")
    return status


if __name__ == "__main__":
    main(_main)
