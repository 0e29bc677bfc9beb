"""Makes a PDF of a document, in a process of its own with little to spend.

Called by the server as ``work.py FOLDER``. The folder holds ``task.json`` and, for
``print``, ``document.html``; ``output.pdf`` is written next to it, ``result.json`` last.
"""

import json
import sys
from pathlib import Path

from limits import confine

MEMORY = 2 * 1024**3  # of addresses: libraries and fonts take most of it, and are not filled
SECONDS = 120
VARIANT = "pdf/a-3a"


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
    :return: how many pages it has
    :rtype: dict
    """
    import pydyf
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    def finish(document, pdf):
        # Windows are named after the document instead of its file.
        pdf.catalog["ViewerPreferences"] = pydyf.Dictionary({"DisplayDocTitle": "true"})

    html = HTML(
        string=(folder / "document.html").read_text(),
        # Whatever is shown is inside the document: nothing else is opened.
        url_fetcher=URLFetcher(allowed_protocols={"data"}),
    )
    # Attributes of old (of tables, fonts) mean what they mean in browsers.
    options = {"pdf_variant": VARIANT, "presentational_hints": True}
    document = html.render(**options)
    document.write_pdf(folder / "output.pdf", finisher=finish, **options)
    return {"pages": len(document.pages)}


TASKS = {"describe": describe, "print": print_document}


def main(folder):
    """Do the task that a folder describes."""
    confine(MEMORY, SECONDS)
    task = json.loads((folder / "task.json").read_text())
    result = TASKS[task["do"]](folder, task)
    (folder / "result.json").write_text(json.dumps(result))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
