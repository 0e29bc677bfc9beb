from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .common import BundleCommon, IntegrityCommon


@tagged("post_install", "-at_install")
class TestClock(IntegrityCommon, BundleCommon):
    """A clock that steps back, or that of another server, damages no trail."""

    def test_clock_that_is_set_back(self):
        contract = self._create_sent_contract()
        last = contract.event_ids.sorted("sequence")[-1:]
        early = last.occurred_on - timedelta(hours=1)
        with freeze_time(early):
            self._sign_as_customer(contract)
            self._finalize(contract)
        signed = contract.event_ids.filtered(lambda event: event.event_type == "signed")[-1:]
        self.assertEqual(signed.occurred_on, last.occurred_on)
        self.assertEqual(signed._get_payload()["clock"], f"{early}Z")
        self.assertIn("clock said", signed.description)
        result = contract.verify_integrity()
        self.assertTrue(result["ok"], result)
        status, output = self._verify(self._export(contract))
        self.assertEqual(status, 0, output)

    def test_ordinary_events_say_nothing_of_clocks(self):
        contract = self._create_sent_contract()
        self.assertFalse([event for event in contract.event_ids if "clock" in event._get_payload()])

    def test_time_that_runs_backwards_still_shows(self):
        contract = self._create_sent_contract()
        self.env.flush_all()
        event = contract.event_ids.sorted("sequence")[-1:]
        values = {
            "contract_id": contract.id,
            "sequence": event.sequence,
            "event_type": event.event_type,
            "occurred_on": event.occurred_on - timedelta(days=1),
            "payload_digest": event.payload_digest,
            "previous_hash": event.previous_hash,
        }
        digest = event._hash_header(values)
        self._without_triggers(
            "UPDATE customer_contract_event SET occurred_on = %s, hash = %s WHERE id = %s",
            values["occurred_on"],
            digest,
            event.id,
        )
        self._without_triggers(
            "UPDATE customer_contract SET trail_head = %s WHERE id = %s", digest, contract.id
        )
        self.assertIn("backwards", str(self._get_failed(contract)))
