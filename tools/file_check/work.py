"""Reads files from strangers, in a process of its own with little to spend.

Called by the server as ``work.py FOLDER``. The folder holds ``task.json`` and the
files that it names; what comes out is written next to them, ``result.json`` last.
Whatever happens here, the server only loses this process.
"""

import json
import sys
from pathlib import Path

from limits import confine
from refusal import Refused

JPEG, PNG, PDF = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-"
PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa", b"#!")
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
PHONE_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")


def find_kind(content):
    """Tell what a file is by its bytes, whatever it is called.

    :param bytes content: the file
    :rtype: str
    :raise Refused: if it is nothing that can be a page
    """
    if not content:
        raise Refused("empty")
    if content.startswith(PDF):
        return "pdf"
    if content.startswith(JPEG):
        return "jpeg"
    if content.startswith(PNG):
        return "png"
    if content.startswith(PROGRAMS):
        raise Refused("program")
    if content.startswith(ARCHIVES):
        raise Refused("archive")
    if content[4:8] == b"ftyp" and content[8:12] in PHONE_BRANDS:
        raise Refused("heic")
    raise Refused("other_kind")


def inspect(folder, task):
    """Check one file and describe its pages.

    :param Path folder: where everything is
    :param dict task: ``most_pages``
    :return: ``kind`` and ``pages``; pictures are also stored anew as ``clean.jpg``
    :rtype: dict
    """
    content = (folder / "input").read_bytes()
    kind = find_kind(content)
    if kind == "pdf":
        return inspect_pdf(folder, content, task["most_pages"])
    # loaded once the limits hold, as all that reads files
    import page_code
    import picture_file

    picture = picture_file.clean(content, kind.upper())
    (folder / "clean.jpg").write_bytes(picture_file.encode(picture))
    (folder / "0.jpg").write_bytes(picture_file.make_preview(picture))
    page = {"has_preview": True, "is_read": page_code.can_read()}
    return {"kind": kind, "pages": [{**page, "codes": page_code.read_codes(picture)}]}


def inspect_pdf(folder, content, most_pages):
    """Check a PDF and describe its pages.

    :param Path folder: where everything is
    :param bytes content: the file
    :param int most_pages: how many pages it may have
    :rtype: dict
    """
    import page_code
    import pdf_file
    import picture_file

    reader = pdf_file.read(content, most_pages)
    pages = [{"has_preview": False, "is_read": False, "codes": []} for _page in reader.pages]
    # What the scan is made of later has to work now.
    import composition

    composition.compose([(content, "pdf", index, 0) for index in range(len(pages))])
    if pdf_file.can_draw():
        for index, picture in enumerate(pdf_file.draw_pages(content)):
            (folder / f"{index}.jpg").write_bytes(picture_file.make_preview(picture))
            pages[index].update(
                has_preview=True,
                is_read=page_code.can_read(),
                codes=page_code.read_codes(picture),
            )
    return {"kind": "pdf", "pages": pages}


def compose(folder, task):
    """Put pages from several files together as ``output.pdf``.

    :param Path folder: where everything is
    :param dict task: ``pages``, a list of ``file``, ``kind``, ``index`` and ``turn``
    :rtype: dict
    """
    import composition

    files = {}
    for page in task["pages"]:
        if page["file"] not in files:
            files[page["file"]] = (folder / page["file"]).read_bytes()
    pdf = composition.compose(
        [(files[page["file"]], page["kind"], page["index"], page["turn"]) for page in task["pages"]]
    )
    (folder / "output.pdf").write_bytes(pdf)
    return {"size": len(pdf)}


def append(folder, task):
    """Put scans behind a contract as ``output.pdf``.

    :param Path folder: where everything is
    :param dict task: ``contract`` and ``scans``, a list of ``file`` and ``lines``
    :rtype: dict
    """
    import annex

    pdf = annex.append(
        (folder / task["contract"]).read_bytes(),
        [((folder / scan["file"]).read_bytes(), scan["lines"]) for scan in task["scans"]],
    )
    (folder / "output.pdf").write_bytes(pdf)
    return {"size": len(pdf)}


TASKS = {"inspect": inspect, "compose": compose, "append": append}


def main(folder):
    """Do the task that a folder describes."""
    confine()
    task = json.loads((folder / "task.json").read_text())
    try:
        result = {"ok": True, **TASKS[task["do"]](folder, task)}
    except Refused as refused:
        result = {"ok": False, "problem": refused.problem, "details": refused.details}
    except (MemoryError, RecursionError):
        result = {"ok": False, "problem": "bomb", "details": {}}
    (folder / "result.json").write_text(json.dumps(result))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
