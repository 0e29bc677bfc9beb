"""``make wheel``: wheels of the addons in ``dist``, as the OCA builds them.

The builder takes an addon's name from its folder and its files from git, both
wrong in a checkout whose root is the addon. It works on a copy, which git is
kept from taking for a part of the checkout.
"""

import os
import shutil

import addon_mirror
import layout
import locks
import python_environments
from progress import main, run, say

DIST = layout.ROOT / "dist"


def _main():
    with locks.hold("environment"):
        python = python_environments.ensure_linters()
    source = layout.MADE / "wheel"
    shutil.rmtree(source, ignore_errors=True)
    shutil.rmtree(DIST, ignore_errors=True)
    environment = dict(os.environ, GIT_CEILING_DIRECTORIES=str(layout.MADE))
    pip = [python, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    for name in addon_mirror.mirror(source):
        run([*pip, "--wheel-dir", DIST, source / name], env=environment)
    for wheel in sorted(DIST.iterdir()):
        say(str(wheel.relative_to(layout.ROOT)))
    return 0


if __name__ == "__main__":
    main(_main)
