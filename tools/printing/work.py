"""Makes PDFs of documents, each in a process of its own with little to spend.

Started by the server, it reads names of folders from its standard input and answers with
exit codes. A folder holds ``task.json`` and, for ``print``, ``document.html``;
``output.pdf`` is written next to it, ``result.json`` last.
"""

import errno
import gc
import json
import os
import resource
import select
import sys
import tempfile
import traceback
from pathlib import Path

from limits import confine

MEMORY = 2 * 1024**3  # of addresses: libraries and fonts take most of it, and are not filled
SECONDS = 120
IDLE_SECONDS = 60
VARIANT = "pdf/a-3a"
# Exit codes, beside those of Python.
NO_MEMORY, NO_STORAGE = 3, 4
STORAGE_PROBLEMS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)


def describe(folder, task):
    """Tell which version is there, having drawn a letter with it.

    :param Path folder: where everything is
    :param dict task: nothing else
    :rtype: dict
    """
    import weasyprint

    weasyprint.HTML(string="<p>A</p>").write_pdf(folder / "output.pdf")
    return {"version": weasyprint.__version__}


def print_document(folder, task):
    """Print ``document.html`` as ``output.pdf``.

    :param Path folder: where everything is
    :param dict task: nothing else
    :return: how many pages it has, and how many MB it took
    :rtype: dict
    """
    import pydyf
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    def finish(document, pdf):
        # Windows are named after the document instead of its file.
        pdf.catalog["ViewerPreferences"] = pydyf.Dictionary({"DisplayDocTitle": "true"})
        for item in pdf.objects:
            if isinstance(item, pydyf.Stream):
                # Archives want metadata as they are, and pictures that are not smoothed.
                if item.extra.get("Type") == "/Metadata":
                    item.compress = False
                if "Interpolate" in item.extra:
                    item.extra["Interpolate"] = "false"

    html = HTML(
        string=(folder / "document.html").read_text(),
        # Whatever is shown is inside the document: nothing else is opened.
        url_fetcher=URLFetcher(allowed_protocols={"data"}),
    )
    # Attributes of old (of tables, fonts) mean what they mean in browsers.
    options = {"pdf_variant": VARIANT, "presentational_hints": True}
    document = html.render(**options)
    document.write_pdf(folder / "output.pdf", finisher=finish, **options)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"pages": len(document.pages), "memory": memory}


TASKS = {"describe": describe, "print": print_document}


def do_task(folder):
    """Do the task that a folder describes, and end the process."""
    code = 1
    try:
        tempfile.tempdir = str(folder)
        os.chdir(folder)
        os.dup2(os.open("errors.txt", os.O_WRONLY | os.O_CREAT), sys.stderr.fileno())
        confine(MEMORY, SECONDS)
        task = json.loads((folder / "task.json").read_text())
        result = TASKS[task["do"]](folder, task)
        (folder / "result.json").write_text(json.dumps(result))
        code = 0
    except MemoryError:
        code = NO_MEMORY
    except OSError as error:
        code = NO_STORAGE if error.errno in STORAGE_PROBLEMS else 1
        traceback.print_exc()
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(code)


def main():
    """Do one task after the other, each in a fork that has loaded what it needs."""
    # Nothing is laid out with it here: threads that this starts would not be in the forks.
    import weasyprint  # noqa: F401

    gc.freeze()
    while select.select([sys.stdin], [], [], IDLE_SECONDS)[0]:
        folder = sys.stdin.buffer.raw.readline().decode().strip()
        if not folder:
            return
        child = os.fork()
        if not child:
            do_task(Path(folder))
        _child, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
