"""Finds in Odoo's log what no exit status tells.

Odoo carries on after an error that it could log, and its tests pass over it.
"""

import re

LINE = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ "
    r"(?P<level>[A-Z]+) (?P<database>\S+) (?P<logger>\S+?): (?P<message>.*)"
)
ERRORS = ("ERROR", "CRITICAL")
ABOUT_ADDON = re.compile(r"customer[._]contract")


class OdooLog:
    """The entries of a log file, each with its traceback."""

    def __init__(self, file):
        self.entries = []
        text = file.read_text(errors="replace") if file.is_file() else ""
        for line in text.splitlines():
            match = LINE.match(line)
            if match:
                self.entries.append((match, [line]))
            elif self.entries:
                self.entries[-1][1].append(line)

    def problems(self, *, about_addon=False):
        """Every error; with ``about_addon`` also warnings that name the addon."""
        found = []
        for match, lines in self.entries:
            text = "\n".join(lines)
            warning = match["level"] == "WARNING"
            # The database's name, in each line, is the addon's as well.
            told = text.replace(match["database"], "")
            about = about_addon and warning and ABOUT_ADDON.search(told)
            if match["level"] in ERRORS or about:
                found.append(text)
        return found
