"""The programs that make PDFs, as the server uses them: from outside, within limits."""

import json
import logging
import signal
import subprocess
import tempfile
import threading
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pypdfium2

from ..confined.process import run_command
from ..confined.standby import Standby

_logger = logging.getLogger(__name__)

PROGRAM = Standby(Path(__file__).with_name("work.py"))
# They limit their own computing time to less than this.
MOST_SECONDS = 180
# How many of them one server process runs at the same time, and how long others wait.
AT_ONCE = threading.BoundedSemaphore(2)
WAIT_SECONDS = 240
WEBKIT_MEMORY = 4 * 1024**3  # of addresses: it reserves more than it fills
WEBKIT_SECONDS = 120
# What ends a process that has computed for too long.
TIME_SIGNALS = (-signal.SIGXCPU, -signal.SIGKILL)
PROBLEMS = {3: "memory", 4: "storage"}
PDF_START, PDF_END = b"%PDF-", b"%%EOF"


class PrintingError(Exception):
    """No PDF came out; the only argument is one word that says why.

    ``busy``, ``slow``, ``memory``, ``storage``, ``crashed``, ``empty`` or ``cut``
    """


@cache
def get_version():
    """Return the version of WeasyPrint, if it works here.

    :return: the version, or none: it, or a library that it needs, is missing
    :rtype: str | None
    """
    if not find_spec("weasyprint"):
        return None
    try:
        return _run(lambda folder: _run_weasyprint(folder, "describe"))[0]["version"]
    except PrintingError:
        _logger.warning("WeasyPrint is installed but does not work; wkhtmltopdf prints instead")
        return None


def print_html(html):
    """Print a document that needs nothing from outside.

    :param str html: the document
    :return: a PDF/A-3a
    :rtype: bytes
    :raise PrintingError: if it does not come out whole
    """
    return _run(lambda folder: _run_weasyprint(folder, "print"), html)[1]


def print_by_wkhtmltopdf(program, arguments, html):
    """Print a document that needs nothing from outside by Odoo's engine.

    :param str program: its path
    :param list arguments: what to do
    :param str html: the document
    :return: a PDF
    :rtype: bytes
    :raise PrintingError: if it does not come out whole
    """
    command = [program, *arguments, "document.html", "output.pdf"]
    return _run(lambda folder: _run_webkit(folder, command), html)[1]


def _run(run, html=""):
    """Have a program make a PDF in a folder of its own.

    :param callable run: runs it in the folder, returns its exit code and its complaints
    :param str html: the document
    :return: what it says about the PDF, and the PDF
    :rtype: tuple[dict, bytes]
    :raise PrintingError: if it does not come out whole
    """
    if not AT_ONCE.acquire(timeout=WAIT_SECONDS):
        raise PrintingError("busy")
    try:
        with tempfile.TemporaryDirectory(prefix="contract-print-") as name:
            folder = Path(name)
            (folder / "document.html").write_text(html)
            code, complaints = run(folder)
            if code:
                _logger.warning("Printing failed (%s): %s", code, complaints[-2000:])
                if code in TIME_SIGNALS:
                    raise PrintingError("slow")
                raise PrintingError(PROBLEMS.get(code, "crashed"))
            result = folder / "result.json"
            result = json.loads(result.read_text()) if result.is_file() else {}
            pdf = _read(folder)
            _logger.info("Printed %s bytes: %s", len(pdf), result)
            return result, pdf
    except subprocess.TimeoutExpired as error:
        _logger.warning("Printing was stopped after %s seconds", MOST_SECONDS)
        raise PrintingError("slow") from error
    except OSError as error:
        _logger.warning("A contract could not be printed: %s", error)
        raise PrintingError("storage") from error
    finally:
        AT_ONCE.release()


def _run_weasyprint(folder, task):
    (folder / "task.json").write_text(json.dumps({"do": task}))
    code = PROGRAM.run(folder, MOST_SECONDS)
    complaints = folder / "errors.txt"
    return code, complaints.read_text(errors="replace") if complaints.is_file() else ""


def _run_webkit(folder, command):
    ended = run_command(command, folder, MOST_SECONDS, WEBKIT_MEMORY, WEBKIT_SECONDS)
    complaints = ended.stderr.decode(errors="replace")
    if ended.returncode == 1 and (folder / "output.pdf").is_file():
        # Something that it looked for was not there: what it made may be whole.
        _logger.warning("wkhtmltopdf: %s", complaints[-2000:])
        return 0, complaints
    return ended.returncode, complaints


def _read(folder):
    """Return the PDF that was made.

    :raise PrintingError: if it is not whole
    """
    output = folder / "output.pdf"
    pdf = output.read_bytes() if output.is_file() else b""
    if not pdf:
        raise PrintingError("empty")
    if not pdf.startswith(PDF_START) or PDF_END not in pdf[-1024:]:
        raise PrintingError("cut")
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        raise PrintingError("cut") from error
    pages = len(document)
    document.close()
    if not pages:
        raise PrintingError("empty")
    return pdf
