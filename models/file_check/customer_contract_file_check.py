import json
import logging
import subprocess
import tempfile
import threading
from pathlib import Path

from odoo import _, api, models
from odoo.exceptions import UserError
from odoo.tools import file_path

from ...tools.confined.process import run_program

_logger = logging.getLogger(__name__)
PROGRAM = "customer_contract/tools/file_check/work.py"
# The process limits its own computing time to less than this.
MOST_SECONDS = 75
# How many of them one server process runs at the same time, and how long others wait.
AT_ONCE = threading.BoundedSemaphore(2)
WAIT_SECONDS = 60


class CustomerContractFileCheck(models.AbstractModel):
    """Where files from outside are looked into: in a process of its own.

    That process has little memory and time, and knows nothing of the database, so that
    no file can harm the server. A file that makes it fail is refused.
    """

    _name = "customer.contract.file.check"
    _description = "Check of Files from Outside"

    @api.model
    def _inspect(self, content, most_pages):
        """Check a file that claims to hold signed pages.

        :param bytes content: the file
        :param int most_pages: how many pages it may have
        :return: ``kind`` (``pdf``, ``jpeg`` or ``png``), ``content`` (pictures are made
            anew from their pixels) and ``pages``, a list of ``codes``, ``is_read`` and
            ``preview`` (a JPEG, or none)
        :rtype: dict
        :raise UserError: telling why it is refused
        """
        with tempfile.TemporaryDirectory(prefix="contract-paper-") as name:
            folder = Path(name)
            (folder / "input").write_bytes(content)
            result = self._run(folder, {"do": "inspect", "most_pages": most_pages})
            if not result.get("ok"):
                raise UserError(self._explain(result))
            clean = folder / "clean.jpg"
            return {
                "kind": result["kind"],
                "content": clean.read_bytes() if clean.is_file() else content,
                "pages": [
                    {
                        "codes": page["codes"],
                        "is_read": page["is_read"],
                        "preview": (folder / f"{index}.jpg").read_bytes()
                        if page["has_preview"]
                        else None,
                    }
                    for index, page in enumerate(result["pages"])
                ],
            }

    @api.model
    def _compose(self, pages):
        """Put pages of several files together as one PDF.

        :param list pages: for each page ``(content, kind, index, turn)``
        :rtype: bytes
        :raise UserError: if it cannot be done
        """
        with tempfile.TemporaryDirectory(prefix="contract-paper-") as name:
            folder = Path(name)
            names, plan = {}, []
            for content, kind, index, turn in pages:
                if content not in names:
                    names[content] = f"part{len(names)}"
                    (folder / names[content]).write_bytes(content)
                plan.append({"file": names[content], "kind": kind, "index": index, "turn": turn})
            return self._make(folder, {"do": "compose", "pages": plan})

    @api.model
    def _append(self, contract, scans):
        """Put scans behind a contract.

        :param bytes contract: a PDF
        :param list scans: pairs of a scan and of the two lines above each of its pages
        :rtype: bytes
        :raise UserError: if it cannot be done
        """
        with tempfile.TemporaryDirectory(prefix="contract-paper-") as name:
            folder = Path(name)
            (folder / "contract").write_bytes(contract)
            plan = []
            for number, (scan, lines) in enumerate(scans):
                (folder / f"scan{number}").write_bytes(scan)
                plan.append({"file": f"scan{number}", "lines": lines})
            return self._make(folder, {"do": "append", "contract": "contract", "scans": plan})

    @api.model
    def _make(self, folder, task):
        """Have a file made.

        :param Path folder: where its parts are
        :param dict task: what to make
        :rtype: bytes
        :raise UserError: if it cannot be done
        """
        result = self._run(folder, task)
        if not result.get("ok"):
            raise UserError(self._explain(result))
        return (folder / "output.pdf").read_bytes()

    @api.model
    def _run(self, folder, task, program=None):
        """Run the process and return what it says.

        :param Path folder: where its files are
        :param dict task: what to do
        :param str program: which of the addon's programs does it; the one that checks papers
            if left out
        :return: what it says, or that it failed
        :rtype: dict
        :raise UserError: if too many of them are running
        """
        (folder / "task.json").write_text(json.dumps(task))
        if not AT_ONCE.acquire(timeout=WAIT_SECONDS):
            raise UserError(_("Many files are being checked right now. Please try again."))
        try:
            ended = run_program(file_path(program or PROGRAM), folder, MOST_SECONDS)
        except subprocess.TimeoutExpired:
            _logger.info("A file took too long to be checked and was refused")
            return {"problem": "bomb"}
        finally:
            AT_ONCE.release()
        result = folder / "result.json"
        if ended.returncode or not result.is_file():
            _logger.info(
                "A file made the check fail (%s) and was refused: %s",
                ended.returncode,
                ended.stderr[-500:].decode(errors="replace"),
            )
            # Running out of memory or time ends the process in many ways.
            return {"problem": "bomb" if ended.returncode < 0 else "broken"}
        return json.loads(result.read_text())

    @api.model
    def _explain(self, result):
        """Tell people why a file is refused, and what they can do.

        :param dict result: what the process said
        :rtype: str
        """
        details = result.get("details") or {}
        return {
            "empty": _("The file is empty."),
            "program": _("This is a program, not a scan. Please send a PDF, JPEG or PNG."),
            "archive": _("This is an archive. Please unpack it, and send the PDF or the pictures."),
            "heic": _(
                "This photo is in Apple's HEIC format. Please choose “Most Compatible” in "
                "your camera's settings, or send it as JPEG."
            ),
            "other_kind": _("This is no PDF, JPEG or PNG. Please scan or photograph the pages."),
            "truncated": _("The file is cut off. Please send it again."),
            "mixed": _("The file is more than a PDF. Please scan the pages again."),
            "broken": _("The file is damaged and cannot be read. Please send it again."),
            "encrypted": _("The file is protected by a password. Please send it without one."),
            "active": _(
                "The PDF contains something active (%(what)s), which is not accepted. Please "
                "print it to a new PDF, or photograph the pages.",
                what=details.get("found", ""),
            ),
            "too_many_pages": _(
                "The file has %(pages)s pages; %(most)s are allowed.",
                pages=details.get("pages", ""),
                most=details.get("most", ""),
            ),
            "too_small": _("The picture is too small to be read. Please take it again."),
            "too_many_objects": _(
                "The PDF is too complicated. Please print it to a new PDF, or photograph the pages."
            ),
            "bomb": _(
                "The file becomes too large when it is opened. Please scan the pages with "
                "fewer dots, or photograph them."
            ),
        }.get(result.get("problem"), _("The file could not be read."))
