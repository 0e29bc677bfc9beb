"""Starts the programs that run beside the server, with nothing of what it knows."""

import os
import subprocess
import sys
from pathlib import Path

# They take their limits from here.
SHARED = str(Path(__file__).parent)


def run_program(program, folder, seconds):
    """Run one of the addon's programs in a folder of its own.

    :param str program: its file
    :param Path folder: where its files are; the program gets it as its argument
    :param int seconds: how long to wait for it
    :return: how it ended, with what it complained about as ``stderr``
    :rtype: subprocess.CompletedProcess
    :raise subprocess.TimeoutExpired: if it takes longer
    """
    # Nothing of the server's environment goes along: it may hold passwords.
    environment = {
        "PYTHONPATH": os.pathsep.join([SHARED, *(path for path in sys.path if path)]),
        "LANG": "C.UTF-8",
        "TMPDIR": str(folder),
    }
    return subprocess.run(
        [sys.executable, "-s", "-B", program, str(folder)],
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=seconds,
        check=False,
    )
