"""``make clean``: delete all that the tools made, and nothing else."""

import os
import shutil

import databases
import layout
import postgres
from progress import main, say


def _main():
    if layout.own_postgres():
        postgres.ensure()
        for name in databases.ours():
            say(f"Dropping the database {name}")
            databases.drop(name)
    else:
        postgres.remove()
    for folder in (layout.MADE, layout.ROOT / "dist", layout.COMMANDS / "__pycache__"):
        if folder.exists():
            say(f"Deleting {os.path.relpath(folder, layout.ROOT)}")
            shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    main(_main)
