"""WeasyPrint, as the server uses it: from outside, in a process of its own."""

import json
import logging
import subprocess
import tempfile
import threading
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from ..confined.process import run_program

_logger = logging.getLogger(__name__)

PROGRAM = str(Path(__file__).with_name("work.py"))
MOST_SECONDS = 180
# How many of them one server process runs at the same time, and how long others wait.
AT_ONCE = threading.BoundedSemaphore(2)
WAIT_SECONDS = 240


class PrintingError(Exception):
    """No PDF came out; the only argument is one word that says why."""


@cache
def get_version():
    """Return the version of WeasyPrint, if it works here.

    :return: the version, or none: it, or a library that it needs, is missing
    :rtype: str | None
    """
    if not find_spec("weasyprint"):
        return None
    try:
        return _run({"do": "describe"})[0]["version"]
    except PrintingError:
        _logger.warning("WeasyPrint is installed but does not work; wkhtmltopdf prints instead")
        return None


def print_html(html):
    """Print a document that needs nothing from outside.

    :param str html: the document
    :return: a PDF/A-3a
    :rtype: bytes
    :raise PrintingError: with ``busy``, ``slow``, ``broken`` or ``storage``
    """
    return _run({"do": "print"}, html)[1]


def _run(task, html=""):
    """Run the program.

    :param dict task: what to do
    :param str html: the document
    :return: what it says, and the PDF
    :rtype: tuple[dict, bytes]
    :raise PrintingError: as in :func:`print_html`
    """
    if not AT_ONCE.acquire(timeout=WAIT_SECONDS):
        raise PrintingError("busy")
    try:
        with tempfile.TemporaryDirectory(prefix="contract-print-") as name:
            return _run_in(Path(name), task, html)
    except subprocess.TimeoutExpired as error:
        raise PrintingError("slow") from error
    except OSError as error:
        _logger.warning("A contract could not be printed: %s", error)
        raise PrintingError("storage") from error
    finally:
        AT_ONCE.release()


def _run_in(folder, task, html):
    (folder / "task.json").write_text(json.dumps(task))
    (folder / "document.html").write_text(html)
    ended = run_program(PROGRAM, folder, MOST_SECONDS)
    result, output = folder / "result.json", folder / "output.pdf"
    # A process that is stopped halfway leaves no result.
    if ended.returncode or not result.is_file() or not output.is_file():
        _logger.warning(
            "WeasyPrint failed (%s): %s",
            ended.returncode,
            ended.stderr[-2000:].decode(errors="replace"),
        )
        raise PrintingError("broken")
    pdf = output.read_bytes()
    if not pdf.startswith(b"%PDF-"):
        raise PrintingError("broken")
    return json.loads(result.read_text()), pdf
