import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import IntegrityCommon

# What somebody with the database in his hands may do to one contract
ATTACKS = (
    "UPDATE customer_contract_event SET payload = payload || ' ' WHERE contract_id = %s",
    "UPDATE customer_contract_event SET hash = repeat('0', 64)"
    " WHERE contract_id = %s AND sequence = 2",
    "UPDATE customer_contract_event SET occurred_on = occurred_on - interval '1 year'"
    " WHERE contract_id = %s AND sequence = 3",
    "DELETE FROM customer_contract_event WHERE contract_id = %s AND sequence = 2",
    "DELETE FROM customer_contract_event WHERE contract_id = %s AND event_type = 'completed'",
    "UPDATE customer_contract SET trail_length = trail_length + 1 WHERE id = %s",
    "UPDATE customer_contract_version SET content = content || ' ' WHERE contract_id = %s",
    "UPDATE customer_contract_version SET content = 'no JSON' WHERE contract_id = %s",
    "UPDATE customer_contract_signature SET signed_by = 'Somebody Else' WHERE contract_id = %s",
    "UPDATE customer_contract_signature SET consent_text = 'Anything' WHERE contract_id = %s",
    "DELETE FROM customer_contract_signature WHERE contract_id = %s",
    "UPDATE customer_contract SET signed_document_digest = repeat('0', 64) WHERE id = %s",
    "UPDATE customer_contract SET signed_document_id = NULL WHERE id = %s",
    "UPDATE ir_attachment SET store_fname = 'no/file', db_datas = NULL"
    " WHERE contract_evidence AND res_id = %s",
    "UPDATE ir_attachment SET store_fname = '../../outside'"
    " WHERE contract_evidence AND res_id = %s",
    "UPDATE customer_contract_anchor SET proof = '[]' WHERE contract_id = %s",
    "UPDATE customer_contract_anchor SET proof = 'no JSON' WHERE contract_id = %s",
    "UPDATE customer_contract_anchor SET head = repeat('0', 64) WHERE contract_id = %s",
)
INTACT = 4


@tagged("post_install", "-at_install")
class TestIntegrityTogether(IntegrityCommon):
    """Many contracts are checked together, with the answers that each gets alone."""

    def setUp(self):
        super().setUp()
        self.patch(self.env.cr, "commit", lambda: None)
        # Only the test's own contracts are due.
        self.env.cr.execute("UPDATE customer_contract SET last_integrity_check = now()")

    def _create(self, count):
        contracts = self.env["customer.contract"]
        for _number in range(count):
            contracts |= self._create_signed_contract().sudo()
        return contracts

    def test_same_answers(self):
        contracts = self._create(len(ATTACKS) + INTACT - 1)
        contracts |= self._create_contract().sudo()  # never frozen
        self.Record._take(self.company)
        for contract, statement in zip(contracts, ATTACKS, strict=False):
            self._without_triggers(statement, contract.id)
        with self.assertLogs("odoo.addons.customer_contract", "ERROR"):
            expected = {
                contract: contract._list_problems(contract._try_verify_integrity())
                for contract in contracts
            }
            intact = contracts.filtered(lambda contract: not expected[contract])
            self.assertEqual(intact, contracts[-INTACT:])
            self.assertEqual(contracts._find_intact(), intact)
            self.env["customer.contract"]._cron_verify_integrity()
        self.env.invalidate_all()
        for contract in contracts:
            state = "damaged" if expected[contract] else "intact"
            self.assertEqual(contract.integrity_state, state)
            self.assertEqual(contract.integrity_problems or "", "\n".join(expected[contract]))

    def test_a_trail_that_takes_no_event_hides_no_damage(self):
        [contract] = self._create(1)
        self._without_triggers(
            "UPDATE customer_contract SET trail_length = trail_length - 2 WHERE id = %s",
            contract.id,
        )
        with (
            self.assertLogs("odoo.addons.customer_contract", "ERROR"),
            mute_logger("odoo.sql_db"),
        ):
            self.env["customer.contract"]._cron_verify_integrity()
        self.env.invalidate_all()
        self.assertEqual(contract.integrity_state, "damaged")
        self.assertTrue(contract.integrity_problems)
        self.assertTrue(contract.activity_ids)

    def test_same_queries_for_few_and_many(self):
        contracts = self._create(12)
        self.Record._take(self.company)
        self.env["customer.contract"]._cron_verify_integrity()
        counts = []
        for number in (3, 12):
            some = contracts[:number]
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(some._check_together(), some)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[1], 30)

    def test_what_was_damaged_is_told_when_it_is_intact_again(self):
        contract, other = self._create(2)
        self._without_triggers(ATTACKS[6], contract.id)
        self.env["customer.contract"]._cron_verify_integrity()
        self.assertEqual(contract.integrity_state, "damaged")
        self.assertTrue(contract.activity_ids)
        self._without_triggers(
            "UPDATE customer_contract_version SET content = rtrim(content) WHERE contract_id = %s",
            contract.id,
        )
        self.env.cr.execute(
            "UPDATE customer_contract SET last_integrity_check = NULL WHERE id IN %s",
            ((contract + other)._ids,),
        )
        self.env["customer.contract"]._cron_verify_integrity()
        self.env.invalidate_all()
        self.assertEqual((contract + other).mapped("integrity_state"), ["intact", "intact"])
        self.assertFalse(contract.activity_ids)
        last = contract.event_ids.sorted("sequence")[-1]
        self.assertEqual(last.event_type, "integrity_checked")
        self.assertNotIn("integrity_checked", other.event_ids.mapped("event_type"))

    def test_somebody_acts_meanwhile(self):
        """A batch that the database refuses is checked one by one."""
        contracts = self._create(3)

        def refuse(found):
            raise psycopg2.errors.SerializationFailure("concurrent update")

        self.patch(self.registry["customer.contract"], "_find_intact", refuse)
        self.env["customer.contract"]._cron_verify_integrity()
        self.env.invalidate_all()
        self.assertEqual(set(contracts.mapped("integrity_state")), {"intact"})
