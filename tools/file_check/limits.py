"""What a process that reads strangers' files may use: set before anything is read."""

import resource

MEMORY = 1024**3
SECONDS = 50
FILE_SIZE = 96 * 1024**2
OPEN_FILES = 64


def confine():
    """Give up memory, time, file size and core dumps beyond the limits, for good."""
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, FILE_SIZE),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _soft, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(kind, (most, most))
