from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ..integrity.common import IntegrityCommon
from .common import DETECTED, REFUSED, attack, attempt, tell_detected

SUBJECT = "Owner of the database, who removes contracts and daily records"


@tagged("post_install", "-at_install")
class TestAttackRegister(IntegrityCommon):
    """What is removed as a whole, so that nothing of it is left to be checked."""

    def setUp(self):
        super().setUp()
        Register = self.env["customer.contract.register"]
        last = Register._get_last_number()
        for number in Register._find_unknown(list(range(1, last + 1))):
            Register._note("unused", self.company, number)

    def _is_found(self):
        self.Record._take(self.company)
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            return tell_detected(bool(self.Record._find_problem()))

    @attack(SUBJECT, "A sent contract is removed before its first daily record", DETECTED)
    def test_sent_contract(self):
        contract = self._create_sent_contract()
        self._without_triggers("DELETE FROM customer_contract WHERE id = %s", contract.id)
        return self._is_found()

    @attack(SUBJECT, "A signed contract is removed after its daily record", DETECTED)
    def test_signed_contract(self):
        contract = self._create_signed_contract()
        self.Record._take(self.company)
        self._without_triggers("DELETE FROM customer_contract WHERE id = %s", contract.id)
        return self._is_found()

    @attack(SUBJECT, "A draft is removed", DETECTED)
    def test_draft(self):
        contract = self._create_contract()
        self._without_triggers("DELETE FROM customer_contract WHERE id = %s", contract.id)
        return self._is_found()

    def _take_two(self):
        contract = self._create_sent_contract()
        self.Record._take(self.company)
        contract.sudo()._log_event("viewed")
        return self.Record._take(self.company)

    @attack(SUBJECT, "The newest daily record is removed", DETECTED)
    def test_newest_record(self):
        newest = self._take_two()
        self._without_triggers(
            "DELETE FROM customer_contract_anchor WHERE record_id = %s", newest.id
        )
        self._without_triggers(
            "DELETE FROM customer_contract_daily_record WHERE id = %s", newest.id
        )
        return tell_detected(bool(self.Record._find_problem()))

    @attack(SUBJECT, "All daily records are removed", DETECTED)
    def test_all_records(self):
        self._take_two()
        self._without_triggers("DELETE FROM customer_contract_anchor")
        self._without_triggers("DELETE FROM customer_contract_daily_record")
        return tell_detected(bool(self.Record._find_problem()))

    @attack(SUBJECT, "The note on a deleted draft is removed before its daily record", DETECTED)
    def test_fresh_entry(self):
        self._create_contract().unlink()
        self._without_triggers("DELETE FROM customer_contract_register WHERE kind = 'deleted'")
        return self._is_found()

    @attack(SUBJECT, "The note on a deleted draft gets another author", DETECTED)
    def test_covered_entry(self):
        self._create_contract().unlink()
        self.Record._take(self.company)
        self._without_triggers("UPDATE customer_contract_register SET author = 'Nobody'")
        return self._is_found()

    @attack(SUBJECT, "The note on a deleted draft is removed, the triggers in place", REFUSED)
    def test_entry_with_triggers(self):
        self._create_contract().unlink()

        def remove():
            with self.env.cr.savepoint():
                self.env.cr.execute("DELETE FROM customer_contract_register")

        return attempt(remove)
