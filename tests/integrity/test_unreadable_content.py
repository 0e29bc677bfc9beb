import json
from unittest.mock import patch

import psycopg2

from odoo.exceptions import MissingError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import ContractCommon

DAMAGED = ("", "[", "[]", "{}", '{"documents": [1]}', '{"documents": {"a": 1}}', "[" * 100_000)


@tagged("post_install", "-at_install")
class TestUnreadableContent(ContractCommon):
    """Content that cannot be read is damaged; a database that fails says nothing of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._create_sent_contract(
            document_ids=[(0, 0, {"name": "Annex", "raw": b"annexed", "purpose": "sign"})]
        )

    def _get_states(self):
        result = self.contract.verify_integrity()
        return {check["name"]: check["state"] for check in result["checks"]}

    def test_whatever_stands_in_its_place(self):
        self.assertEqual(self._get_states()["annex Annex"], "ok")
        version = self.registry["customer.contract.version"]
        for text in DAMAGED:
            with (
                self.subTest(text[:30]),
                patch.object(version, "_get_content", lambda self, text=text: json.loads(text)),
                mute_logger("odoo.addons.customer_contract.models.evidence.customer_contract"),
            ):
                self.assertNotIn("annex Annex", self._get_states())
        missing = MissingError("The version is gone.")
        with (
            patch.object(version, "_get_content", side_effect=missing),
            mute_logger("odoo.addons.customer_contract.models.evidence.customer_contract"),
        ):
            self.assertNotIn("annex Annex", self._get_states())

    def test_failing_database_is_no_damage(self):
        """Nor is it passed over: the annexes would not have been looked at."""
        for error in (psycopg2.OperationalError("gone"), AssertionError("a bug")):
            with (
                self.subTest(error),
                patch.object(self.registry["customer.contract"], "_get_annexes", side_effect=error),
                self.assertRaises(type(error)),
            ):
                self.contract.verify_integrity()
