import contextlib
from datetime import timedelta
from unittest.mock import patch

import psycopg2
from freezegun import freeze_time

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import ContractCommon
from .common import IntegrityCommon

LATER = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestRegister(IntegrityCommon):
    """Contracts that are removed before their first daily record, and records themselves."""

    def setUp(self):
        super().setUp()
        self.Register = self.env["customer.contract.register"]
        # What other tests have rolled back is no gap.
        last = self.Register._get_last_number()
        for number in self.Register._find_unknown(list(range(1, last + 1))):
            self.Register._note("unused", self.company, number)

    def _find_problem_later(self):
        """Return what is found once no number is too fresh to be missed."""
        with freeze_time(fields.Datetime.now() + LATER):
            return self.Record._find_problem()

    def _remove(self, contract):
        """Remove a contract from the database, as only its owner can."""
        self._without_triggers("DELETE FROM customer_contract WHERE id = %s", contract.id)

    # === DRAFTS === #

    def test_each_contract_has_a_number(self):
        contracts = self._create_contract() | self._create_contract()
        contracts |= contracts[0].copy()
        numbers = contracts.sudo().mapped("register_number")
        self.assertEqual(numbers, [numbers[0], numbers[0] + 1, numbers[0] + 2])
        with self.assertRaises(AccessError):
            contracts[0].sudo().register_number = 1
        context = {"default_register_number": 1}
        other = self.env["customer.contract"].with_user(self.manager).with_context(**context)
        made = other.create({"title": "Other", "partner_id": self.customer_company.id})
        self.assertEqual(made.sudo().register_number, numbers[2] + 1)

    def test_deleted_draft_is_written_down(self):
        draft = self._create_contract()
        name, number = draft.name, draft.sudo().register_number
        draft.unlink()
        entry = self.Register.search([("number", "=", number), ("kind", "=", "deleted")])
        self.assertEqual(entry.reference, name)
        self.assertEqual(entry.company_id, self.company)
        self.assertEqual(entry.author, "Mona Manager (contract_manager)")
        self.assertTrue(entry.occurred_on)

    def test_nobody_changes_the_register(self):
        self._create_contract().unlink()
        entry = self.Register.search([], limit=1)
        for records in (entry.sudo(), entry.with_user(self.env.ref("base.user_admin"))):
            with self.assertRaises(AccessError):
                records.write({"number": 1})
            with self.assertRaises(AccessError):
                records.unlink()
        with self.assertRaises(AccessError):
            self.Register.with_user(self.manager).search([])
        for statement in ("UPDATE %s SET number = 1", "DELETE FROM %s", "TRUNCATE %s"):
            with (
                self.subTest(statement),
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(psycopg2.Error, "cannot be changed"),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement % "customer_contract_register")

    def test_daily_record_covers_deletions(self):
        draft = self._create_contract()
        number = draft.sudo().register_number
        draft.unlink()
        record = self.Record._take(self.company)
        self.assertTrue(record, "a deleted draft is reason enough")
        self.assertIn(number, [entry["number"] for entry in record._get_entries()])
        self.assertFalse(self.Record._take(self.company), "nothing has happened since")
        self.assertFalse(self.Record._find_problem())
        for statement in (
            "UPDATE customer_contract_register SET author = 'Nobody' WHERE number = %s",
            "DELETE FROM customer_contract_register WHERE number = %s",
        ):
            with self.subTest(statement), self.env.cr.savepoint() as savepoint:
                self._without_triggers(statement, number)
                self.assertIn(f"entry on {number}", self.Record._find_problem())
                savepoint.rollback()
            self.env.invalidate_all()
        entries = record.register_entries.replace("Mona", "Nora")
        self._without_triggers(
            "UPDATE customer_contract_daily_record SET register_entries = %s WHERE id = %s",
            entries,
            record.id,
        )
        self.assertIn("was changed", self.Record._find_problem())

    # === CONTRACTS === #

    def test_removed_before_its_first_daily_record(self):
        for create in (self._create_contract, self._create_sent_contract):
            contract = create()
            kept = self._create_sent_contract()
            number = contract.sudo().register_number
            self._remove(contract)
            with self.subTest(number=number):
                self.Record._take(self.company)
                self.assertFalse(self.Record._find_problem(), "it may be just being made")
                self.assertIn(str(number), self._find_problem_later())
                self.assertTrue(kept.verify_integrity()["ok"])
            # It is told once, and listed for good.
            self.patch(self.env.cr, "commit", lambda: None)
            with freeze_time(fields.Datetime.now() + LATER):
                self.Record._cron_record()
                self.assertFalse(self.Record._find_problem())
            entry = self.Register.search([("number", "=", number)])
            self.assertEqual(entry.kind, "missing")

    def test_no_gap_is_found_where_none_is(self):
        self._create_contract().unlink()
        self._create_sent_contract()
        with contextlib.suppress(ZeroDivisionError), self.env.cr.savepoint():
            self._create_contract()
            raise ZeroDivisionError
        self.Record._take(self.company)
        self.assertIn("no contract has the number", self._find_problem_later())
        # the transaction's end
        self._run_hooks(self.env.cr.postcommit)
        self.assertFalse(self._find_problem_later())

    def _run_hooks(self, callbacks):
        """Run what waits for the transaction's end, within the transaction."""
        with (
            patch.object(type(self.registry), "cursor", self._lend_cursor),
            patch.object(self.env.cr, "commit", lambda: None, create=True),
        ):
            callbacks.run()

    @contextlib.contextmanager
    def _lend_cursor(self, *_arguments, **_options):
        yield self.env.cr

    def test_unused_number(self):
        for callbacks in (self.env.cr.postcommit, self.env.cr.postrollback):
            callbacks.clear()
            number = self.Register._give_number(self.company)
            kept = self._create_contract().sudo().register_number
            self._run_hooks(callbacks)
            entries = self.Register.search([("number", "in", (number, kept))])
            self.assertEqual(entries.mapped("number"), [number])
            self.assertEqual(entries.kind, "unused")

    # === DAILY RECORDS === #

    def test_removed_newest_daily_record(self):
        self._create_sent_contract()
        self.Record._take(self.company)
        contract = self._create_sent_contract()
        newest = self.Record._take(self.company)
        number = newest.number
        self.assertFalse(self.Record._find_problem())
        self._without_triggers(
            "DELETE FROM customer_contract_anchor WHERE record_id = %s", newest.id
        )
        self._without_triggers(
            "DELETE FROM customer_contract_daily_record WHERE id = %s", newest.id
        )
        self.assertIn(f"record {number} is missing", self.Record._find_problem())
        # and shows still when another one has taken its place
        contract.sudo()._log_event("viewed")
        self.Record._take(self.company)
        self.assertIn(f"record {number} was made anew", self.Record._find_problem())

    def test_all_records_removed(self):
        self._create_sent_contract()
        self.Record._take(self.company)
        self._without_triggers("DELETE FROM customer_contract_anchor")
        self._without_triggers("DELETE FROM customer_contract_daily_record")
        self.assertIn("is missing", self.Record._find_problem())

    def test_removed_entry_of_a_record(self):
        self._create_sent_contract()
        record = self.Record._take(self.company)
        self._without_triggers("DELETE FROM customer_contract_register WHERE kind = 'recorded'")
        self.assertIn(f"knows nothing of record {record.number}", self.Record._find_problem())

    def test_record_of_an_earlier_release(self):
        """Its digest covers no register, and nothing is missed that was lost before."""
        contract = self._create_sent_contract()
        record = self.Record._take(self.company)
        values = record._get_header_values() | {"register_entries": False}
        self.assertNotIn("register", self.Record._prepare_header(values))
        digest = self.Record._hash_header(values)
        self._without_triggers(
            "UPDATE customer_contract_daily_record SET register_entries = NULL,"
            " register_last = NULL, digest = %s WHERE id = %s",
            digest,
            record.id,
        )
        self._without_triggers("DELETE FROM customer_contract_register WHERE kind = 'recorded'")
        self.assertFalse(self._find_problem_later())
        contract.sudo()._log_event("viewed")
        following = self.Record._take(self.company)
        self.assertIn("register", following._export())
        self.assertFalse(self._find_problem_later())
        self.assertTrue(contract.verify_integrity()["ok"])


@tagged("post_install", "-at_install")
class TestRegisterTogether(ContractCommon):
    """People who make contracts at the same time do not wait for each other."""

    def test_nobody_waits(self):
        values = {"title": "At Once", "partner_id": self.env.ref("base.main_partner").id}
        numbers = []
        with contextlib.ExitStack() as stack:
            for _each in range(2):
                cr = stack.enter_context(self._open_cursor())
                env = api.Environment(cr, SUPERUSER_ID, {})
                contract = env["customer.contract"].create(values)
                env.flush_all()
                numbers.append(contract.register_number)
        self.assertEqual(len(set(numbers)), 2)
        # Both were rolled back, and their numbers are accounted for.
        with self.registry.cursor() as cr:
            self.addCleanup(self._forget, numbers)
            cr.execute(
                "SELECT number FROM customer_contract_register"
                " WHERE kind = 'unused' AND number = ANY(%s) ORDER BY number",
                [numbers],
            )
            self.assertEqual([number for (number,) in cr.fetchall()], sorted(numbers))

    def _forget(self, numbers):
        """Delete what was committed; only the database's owner can."""
        with self.registry.cursor() as cr:
            cr.execute("ALTER TABLE customer_contract_register DISABLE TRIGGER USER")
            cr.execute("DELETE FROM customer_contract_register WHERE number = ANY(%s)", [numbers])
            cr.execute("ALTER TABLE customer_contract_register ENABLE TRIGGER USER")

    @contextlib.contextmanager
    def _open_cursor(self):
        """Open a transaction of its own that waits for no lock, and is rolled back."""
        cr = self.registry.cursor()
        try:
            cr.execute("SET LOCAL lock_timeout = '3s'")
            yield cr
        finally:
            cr.rollback()
            cr.close()
