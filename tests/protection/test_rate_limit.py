import threading
from datetime import timedelta
from unittest.mock import patch

import psycopg2
from freezegun import freeze_time

from odoo import api, fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

RATE_LIMIT = "odoo.addons.customer_contract.models.protection.customer_contract_rate_limit"


@tagged("post_install", "-at_install")
class TestRateLimit(TransactionCase):
    """Limits hold across transactions: these tests use real ones, and clean up."""

    def setUp(self):
        super().setUp()
        self.Limit = self.env["customer.contract.rate.limit"]
        self.scope = f"test_{self.id()}"[-60:]
        self.addCleanup(self._clean_up)

    def _clean_up(self):
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM customer_contract_rate_limit WHERE scope = %s", [self.scope])

    def _count_committed(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT COUNT(*) FROM customer_contract_rate_limit WHERE scope = %s", [self.scope]
            )
            return cr.fetchone()[0]

    def test_limit_and_window(self):
        answers = [self.Limit._allow(self.scope, "1.2.3.4", 3, 60) for _number in range(5)]
        self.assertEqual(answers, [True, True, True, False, False])
        self.assertTrue(self.Limit._is_exhausted(self.scope, "1.2.3.4", 3, 60))
        self.assertTrue(self.Limit._allow(self.scope, "1.2.3.5", 3, 60), "another key")
        self.assertFalse(self.Limit._is_exhausted(self.scope, "1.2.3.5", 3, 60))
        self.assertEqual(self._count_committed(), 4, "refused attempts are not kept")
        with freeze_time(fields.Datetime.now() + timedelta(seconds=61)):
            self.assertFalse(self.Limit._is_exhausted(self.scope, "1.2.3.4", 3, 60))
            self.assertTrue(self.Limit._allow(self.scope, "1.2.3.4", 3, 60))

    def test_counts_although_rolled_back(self):
        with self.registry.cursor() as cr:
            limit = self.Limit.with_env(api.Environment(cr, api.SUPERUSER_ID, {}))
            self.assertTrue(limit._allow(self.scope, 7, 2, 60))
            cr.rollback()
        self.assertEqual(self._count_committed(), 1)
        self.assertTrue(self.Limit._allow(self.scope, 7, 2, 60))
        self.assertFalse(self.Limit._allow(self.scope, 7, 2, 60))
        # a transaction that began before sees what was committed meanwhile
        self.assertTrue(self.Limit._is_exhausted(self.scope, 7, 2, 60))

    def test_never_more_at_the_same_time(self):
        answers = []
        barrier = threading.Barrier(6)

        def attempt():
            barrier.wait()
            with self.registry.cursor() as cr:
                limit = self.Limit.with_env(api.Environment(cr, api.SUPERUSER_ID, {}))
                answers.append(limit._allow(self.scope, "same", 2, 60))

        threads = [threading.Thread(target=attempt) for _number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(answers), 6)
        self.assertLessEqual(sum(answers), 2)

    def test_fails_closed(self):
        with (
            patch.object(self.registry, "cursor", side_effect=psycopg2.OperationalError("down")),
            mute_logger(RATE_LIMIT),
        ):
            self.assertFalse(self.Limit._allow(self.scope, "x", 100, 60))
            self.assertTrue(self.Limit._is_exhausted(self.scope, "x", 100, 60))

    def test_keys_are_not_readable(self):
        self.Limit._allow(self.scope, "203.0.113.9", 1, 60)
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT key_digest FROM customer_contract_rate_limit WHERE scope = %s", [self.scope]
            )
            [(digest,)] = cr.fetchall()
        self.assertRegex(digest, r"^[0-9a-f]{64}$")
        self.assertNotEqual(digest, self.Limit._digest("other scope", "203.0.113.9"))

    def test_old_attempts_are_forgotten(self):
        self.Limit._allow(self.scope, "x", 1, 60)
        with freeze_time(fields.Datetime.now() + timedelta(seconds=61)):
            with self.registry.cursor() as cr:
                limit = self.Limit.with_env(api.Environment(cr, api.SUPERUSER_ID, {}))
                limit._gc_attempts()
        self.assertFalse(self._count_committed())
