"""What a process of its own may use: set before it reads or makes anything.

Started as a program, ``limits.py MEMORY SECONDS COMMAND…`` runs a command within them.
"""

import os
import resource
import sys

MEMORY = 1024**3
SECONDS = 50
FILE_SIZE = 96 * 1024**2
OPEN_FILES = 64


def confine(memory=MEMORY, seconds=SECONDS):
    """Give up memory, time, file size and core dumps beyond the limits, for good.

    :param int memory: how many bytes the process may have
    :param int seconds: how long it may compute
    """
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, FILE_SIZE),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _soft, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    confine(int(sys.argv[1]), int(sys.argv[2]))
    os.execv(sys.argv[3], sys.argv[3:])
