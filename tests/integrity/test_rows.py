import json

from odoo.tests import tagged

from .common import IntegrityCommon


@tagged("post_install", "-at_install")
class TestRows(IntegrityCommon):
    """The rows of a frozen contract are compared with what the trail keeps of them."""

    def _change(self, contract, statement):
        self._without_triggers(statement, contract.id)
        return self._get_failed(contract)

    def _forget_digests(self, contract):
        """Make the contract look as if an earlier release had frozen it."""
        event = contract.sudo().event_ids.filtered(
            lambda event: event.event_type == "version_frozen"
        )
        payload = json.loads(event.payload)
        for name in ("rows", "people"):
            del payload["details"][name]
        self._without_triggers(
            "UPDATE customer_contract_event SET payload = %s WHERE id = %s",
            event._serialize(payload),
            event.id,
        )
        self._rebuild_chain(contract)

    def test_what_stays_open(self):
        contract = self._create_signed_contract()
        contract.note = "<p>Internal</p>"
        contract.active = False
        contract.portal_published = False
        self.assertFalse(self._get_failed(contract))

    def test_trail_does_not_tell_digests_in_words(self):
        contract = self._create_sent_contract()
        events = contract.sudo().event_ids
        frozen = events.filtered(lambda event: event.event_type == "version_frozen")
        self.assertIn("rows", json.loads(frozen.payload)["details"])
        self.assertNotIn("sections", frozen.description)
        self.assertNotIn("people", frozen._describe()["details"])

    def test_merged_contacts(self):
        contract = self._create_signed_contract()
        double = self.customer_company.copy({"name": "Aurora Bakery Ltd"})
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((double | self.customer_company).ids, double)
        self.env.invalidate_all()
        self.assertEqual(contract.partner_id, double)
        self.assertFalse(self._get_failed(contract))

    def test_new_version_has_its_own_digests(self):
        contract = self._create_sent_contract()
        contract.action_new_version()
        contract.section_ids[0].body = "<p>Another text.</p>"
        self._sign_as_manager(contract)
        self.assertFalse(self._get_failed(contract))

    def test_frozen_by_an_earlier_release(self):
        contract = self._create_sent_contract()
        self._forget_digests(contract)
        self.assertFalse(self._get_failed(contract))
        for change in (
            "title = 'Another'",
            "amount_total = 1",
            "date_end = '2098-01-01'",
            "name = 'CTR/0'",
        ):
            with self.subTest(change), self.env.cr.savepoint() as savepoint:
                failed = self._change(
                    contract, f"UPDATE customer_contract SET {change} WHERE id = %s"
                )
                self.assertEqual(set(failed), {"contract"})
                savepoint.rollback()
            self.env.invalidate_all()
