"""Finds in Odoo's log what no exit status tells.

Odoo carries on after an error that it could log, and its tests pass over it.
"""

import dataclasses
import re

import layout

LINE = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ "
    r"(?P<level>[A-Z]+) (?P<database>\S+) (?P<logger>\S+): (?P<message>.*)"
)
ADDON = re.compile(r"customer[._]contract")


@dataclasses.dataclass
class Entry:
    """One message, with the traceback that may follow it."""

    level: str
    logger: str
    database: str
    text: str

    @property
    def is_error(self):
        return self.level in ("ERROR", "CRITICAL")

    @property
    def names_addon(self):
        """Whether it is about our addon, beyond the places named after it."""
        told = self.text
        if self.logger == "py.warnings":
            # The first line names the code at fault, the others all its callers.
            told = told.partition("\n")[0]
        told = told.replace(self.database, "").replace(str(layout.ROOT), "")
        return bool(ADDON.search(told))


def read(file):
    """The entries of a log file."""
    entries = []
    text = file.read_text(errors="replace") if file.is_file() else ""
    for line in text.splitlines():
        match = LINE.match(line)
        if match:
            level, logger, database = match["level"], match["logger"], match["database"]
            entries.append(Entry(level, logger, database, line))
        elif entries:
            entries[-1].text += f"\n{line}"
    return entries


def errors(file):
    """Everything logged as an error."""
    return [entry.text for entry in read(file) if entry.is_error]


def complaints(file):
    """Every error, and the warnings that are about our addon."""
    return [
        entry.text
        for entry in read(file)
        if entry.is_error or (entry.level == "WARNING" and entry.names_addon)
    ]
