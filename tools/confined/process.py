"""Starts the programs that run beside the server, with nothing of what it knows."""

import os
import subprocess
import sys
from pathlib import Path

# They take their limits from here.
SHARED = Path(__file__).parent
# All that goes along of the server's environment, which may hold passwords: where programs,
# libraries and fonts are.
KEPT = ("PATH", "LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH")


def run_program(program, folder, seconds):
    """Run one of the addon's programs in a folder of its own.

    :param str program: its file
    :param Path folder: where its files are; the program gets it as its argument
    :param int seconds: how long to wait for it
    :return: how it ended, with what it complained about as ``stderr``
    :rtype: subprocess.CompletedProcess
    :raise subprocess.TimeoutExpired: if it takes longer
    """
    return _run([*make_python_command(program), str(folder)], folder, seconds)


def run_command(command, folder, seconds, memory, computing_seconds):
    """Run somebody else's program in a folder of its own, within limits.

    :param list command: the path of the program, and its arguments
    :param Path folder: where its files are
    :param int seconds: how long to wait for it
    :param int memory: how many bytes it may have
    :param int computing_seconds: how long it may compute
    :return: how it ended, with what it complained about as ``stderr``
    :rtype: subprocess.CompletedProcess
    :raise subprocess.TimeoutExpired: if it takes longer
    """
    limits = [*make_python_command(SHARED / "limits.py"), str(memory), str(computing_seconds)]
    return _run([*limits, *command], folder, seconds)


def make_python_command(program):
    """Return what starts one of the addon's programs."""
    return [sys.executable, "-s", "-B", str(program)]


def make_environment(folder):
    """Return the environment that such programs have.

    :param folder: where they write what they need for a while
    :rtype: dict
    """
    return {
        **{name: os.environ[name] for name in KEPT if name in os.environ},
        "PYTHONPATH": os.pathsep.join([str(SHARED), *(path for path in sys.path if path)]),
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "TMPDIR": str(folder),
    }


def _run(command, folder, seconds):
    return subprocess.run(
        command,
        env=make_environment(folder),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=seconds,
        check=False,
    )
