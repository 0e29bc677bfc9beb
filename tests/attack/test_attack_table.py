from odoo.tests import TransactionCase, tagged

from .common import get_rows
from .table import TABLE, render_table


@tagged("post_install", "-at_install")
class TestAttackTable(TransactionCase):
    """The developers' table is the suite's."""

    def test_table_is_the_suites(self):
        written = TABLE.read_text(encoding="utf-8")
        self.assertEqual(written, render_table(get_rows()), "Run `make attacks`.")

    def test_row_that_is_not_held_shows(self):
        table = render_table([("Subject", "An attack", "refused", "done")])
        self.assertIn("1 attacks: 0 came to what was expected, 1 did not", table)
        self.assertIn("     - refused\n     - done\n", table)
