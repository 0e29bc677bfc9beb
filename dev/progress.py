"""Running commands and telling the person at the terminal what goes on."""

import contextlib
import subprocess
import sys
import threading
import time


class Failure(Exception):
    """Something that the person can act on; shown without a traceback."""


_kept = threading.local()


def say(message):
    """One line of progress, at once; or with the others of a thread that keeps them."""
    lines = getattr(_kept, "lines", None)
    if lines is None:
        print(message, flush=True)
    else:
        lines.append(message)


@contextlib.contextmanager
def keeping():
    """Keep what this thread says; yields the lines, to be shown together later."""
    _kept.lines = []
    try:
        yield _kept.lines
    finally:
        _kept.lines = None


@contextlib.contextmanager
def step(title):
    """Announce a slow step and tell how long it took."""
    say(f"==> {title}")
    start = time.monotonic()
    yield
    say(f"    done in {time.monotonic() - start:.1f} s")


def run(command, *, quiet=True, **options):
    """Run a command that must succeed; its output is shown only if it fails."""
    command = [str(part) for part in command]
    if quiet:
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.STDOUT)
    options.setdefault("text", True)
    options.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run(command, check=False, **options)
    if done.returncode:
        output = (done.stdout or "").strip()
        raise Failure(
            f"{' '.join(command)}\nended with status {done.returncode}"
            + (f":\n{output}" if output else "")
        )
    return done.stdout or ""


def main(function):
    """Run a program's main function; a `Failure` ends it with status 1."""
    try:
        sys.exit(function())
    except Failure as error:
        say(f"\nERROR: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
