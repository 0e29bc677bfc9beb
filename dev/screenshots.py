"""``make screenshots``: pictures for README and description, of the running product.

The addon is installed with its demo data into a database of its own and served; a browser
of a person of each kind goes through it. So the pictures show what there is, and the same
each time.
"""

import argparse
import json
import sys

import addon_mirror
import databases
import environment
import layout
import python_environments
import template_databases
from progress import Failure, main, run, say, step
from serving import serve

DATABASE = f"{layout.ADDON}_pictures"
PICTURES = layout.ROOT / "static/description"
MOST_BYTES = 2_000_000


def _main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="which pictures; all of them if left out")
    chosen = parser.parse_args(sys.argv[1:]).names
    place = environment.prepare(layout.ADDONS, for_tests=True)
    addon_mirror.mirror(layout.ADDONS)
    python = python_environments.ensure_screenshots()
    with template_databases.lock(with_demo=True):
        source = template_databases.base(place, [layout.ADDON], with_demo=True)
        databases.create(DATABASE, source)
    try:
        with step("Installing the addon with its demo data"):
            log = layout.LOGS / "screenshots-install.log"
            template_databases.install(place, [layout.ADDON], DATABASE, log, with_demo=True)
        _take(place, python, chosen)
    finally:
        databases.drop(DATABASE)
    size = sum(path.stat().st_size for path in PICTURES.glob("*.png"))
    say(f"The pictures in {PICTURES.relative_to(layout.ROOT)} have {size // 1000} kB.")
    if size > MOST_BYTES:
        raise Failure(f"That is more than {MOST_BYTES // 1000} kB.")
    return 0


def _take(place, python, chosen):
    """Have a browser take the pictures.

    :param place: the Odoo to serve
    :param Path python: the Python that drives the browser
    :param list[str] chosen: which pictures; all if there are none
    """
    log = layout.LOGS / "screenshots.log"
    with serve(place, DATABASE, log, "--max-cron-threads=0") as (address, _mails):
        run(
            [
                python,
                layout.COMMANDS / "screenshot_pages.py",
                json.dumps({"address": address, "folder": str(PICTURES), "names": chosen}),
            ],
            quiet=False,
        )


if __name__ == "__main__":
    main(_main)
