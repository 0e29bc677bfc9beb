"""Reads a bundle of evidence that somebody brings, in a process with little to spend.

Called by the server as ``work.py FOLDER``. The folder holds the ZIP as ``bundle.zip``, and in
``task.json`` how much it may hold. What ``verify.py`` says of it, and what the server compares
with what it keeps, is written next to it as ``result.json``. Whatever happens here, the server
only loses this process.
"""

import json
import sys
import zipfile
from pathlib import Path

from limits import confine

# Files with a line for each of what they tell, which grow while a contract lives
GROWING = ("events.jsonl", "signatures.jsonl")


def read(path, most_files, most_bytes):
    """Return the files of a bundle by their names.

    :param Path path: the ZIP
    :param int most_files: how many files it may hold
    :param int most_bytes: how large they may be together
    :return: none if it holds more than any bundle
    :rtype: dict[str, bytes] | None
    """
    # the verifier stands alone, beside this folder
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from verify import read_bundle

    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
    if len(entries) > most_files or sum(entry.file_size for entry in entries) > most_bytes:
        return None
    return read_bundle(path)


def describe(files):
    """Return what the verifier says of a bundle, and what of it can be compared.

    :param dict files: its files by their names
    :rtype: dict
    """
    from verify import find_verdicts, parse, read_attached_evidence, sha256

    def attempt(find, otherwise):
        try:
            return find()
        except Exception:  # whatever somebody made of it: the verdicts tell what is wrong
            return otherwise

    return {
        "ok": True,
        "verdicts": [
            [name, is_passed, str(found)] for name, _title, is_passed, found in find_verdicts(files)
        ],
        "files": {name: sha256(content) for name, content in files.items()},
        "lines": {
            name: [sha256(line) for line in files.get(name, b"").split(b"\n")[:-1]]
            for name in GROWING
        },
        "chain": attempt(lambda: parse(files["chain.json"].decode()), None),
        "attached": attempt(
            lambda: list(read_attached_evidence(files.get("signed.pdf", b"")))[:1], []
        ),
    }


def main(folder):
    """Look into the bundle that a folder holds."""
    confine()
    task = json.loads((folder / "task.json").read_text())
    try:
        files = read(folder / "bundle.zip", task["most_files"], task["most_bytes"])
        result = describe(files) if files is not None else {"ok": False, "problem": "bomb"}
    except (MemoryError, RecursionError):
        result = {"ok": False, "problem": "bomb"}
    except Exception as error:  # a broken ZIP raises errors of many kinds
        result = {"ok": False, "problem": "broken", "details": {"reason": str(error)[:200]}}
    (folder / "result.json").write_text(json.dumps(result))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
