"""Keeps commands that run at the same time from each other's work."""

import contextlib
import fcntl

import layout


@contextlib.contextmanager
def hold(name):
    """Hold the lock ``name``; it is let go if the process dies."""
    layout.LOCKS.mkdir(parents=True, exist_ok=True)
    with (layout.LOCKS / name).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
