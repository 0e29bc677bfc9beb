"""The developers' table of attacks. ``make attacks`` loads this without Odoo."""

from pathlib import Path

TABLE = Path(__file__).parents[2] / "doc" / "attacks.rst"

HEAD = """\
=======
Attacks
=======

What was tried against the addon, what has to come of it, and what came. The tests under
``tests/attack/`` try each row again whenever they run, and ``make attacks`` writes this
table from what they got. {count} attacks: {held} came to what was expected, {open} did not.
"""
SUBJECT = """
{title}
{line}

.. list-table::
   :header-rows: 1
   :widths: 70 15 15

   * - Attack
     - Expected
     - Got
"""
ROW = """\
   * - {attack}
     - {expected}
     - {got}
"""


def render_table(rows):
    """Return the developers' table.

    :param rows: subject, attack, expected and got of each attack
    :rtype: str
    """
    rows = sorted(rows)
    held = sum(expected == got for _subject, _name, expected, got in rows)
    parts = [HEAD.format(count=len(rows), held=held, open=len(rows) - held)]
    before = None
    for subject, name, expected, got in rows:
        if subject != before:
            parts.append(SUBJECT.format(title=subject, line="=" * len(subject)))
            before = subject
        parts.append(ROW.format(attack=name, expected=expected, got=got))
    return "".join(parts)
