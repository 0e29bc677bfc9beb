from odoo.tests import tagged

from .common import ContractPortalCommon


@tagged("post_install", "-at_install")
class TestWording(ContractPortalCommon):
    """What pages and notices say while people sign, one after the other."""

    def _create_for_two(self):
        contract = self._create_contract()
        contract.write(
            {
                "participant_ids": [
                    (0, 0, {"partner_id": self.link_holder.id, "role": "signer", "sequence": 99})
                ]
            }
        )
        self._sign_as_manager(contract)
        contract.action_send()
        return contract

    def test_signed_by_you_and_who_is_awaited(self):
        contract = self._create_for_two()
        self._sign_as_customer(contract, self._first(contract).partner_id)
        signed, other = self._first_signed(contract)
        words = f"Signed by you, waiting for {other.partner_id.name}"
        self.assertEqual(contract._get_next_step(signed.partner_id), words)
        self.assertNotIn("Signed by you", contract._get_next_step(other.partner_id))
        self.assertNotIn("Signed by you", contract._get_next_step())
        self._open_link(contract, signed.partner_id)
        self.assertIn(words, self._get(contract.access_url).text)

    def _first(self, contract):
        return contract._get_next_participants()[:1]

    def _first_signed(self, contract):
        people = contract.participant_ids.filtered(lambda one: one.party != "company")
        signed = people.filtered(lambda one: one.state == "done")
        return signed, people - signed

    def test_one_notice_that_somebody_signed(self):
        contract = self._create_for_two()
        known = contract.message_ids
        first = self._first(contract)
        self._sign_as_customer(contract, first.partner_id)
        told = (contract.message_ids - known).filtered(
            lambda one: f"Contract signed by {first.partner_id.name}" in (one.body or "")
        )
        self.assertEqual(len(told), 1)
        self.assertIn(self.manager.partner_id, told.partner_ids)

    def test_a_state_is_written_once(self):
        contract = self._create_sent_contract()
        self._open_link(contract, self.customer)
        self._post(f"/my/contracts/{contract.id}/decline", reason="No")
        self._log_in(self.portal_user)
        for path in ("/my/contracts", contract.access_url):
            page = self._get(path).text
            summary = page[page.index(contract.name) :][:1500]
            self.assertLessEqual(summary.count(">Declined<"), 1, path)
