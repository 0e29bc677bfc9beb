from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..delegation.common import DelegationCommon


@tagged("post_install", "-at_install")
class TestReplacement(DelegationCommon):
    """Another person takes the place of one who was to act."""

    def test_draft_gets_another_signer(self):
        contract = self._create_contract()
        participant = self._get_participant(contract, self.customer)
        contract.action_replace_participant(participant.id, self.colleague.id, "Left")
        self.assertEqual(contract.state, "draft")
        self.assertEqual(participant.partner_id, self.colleague)

    def test_replacing_sends_a_new_version(self):
        contract = self._create_contract()
        contract.action_send()
        first = contract.current_version_id
        participant = self._get_participant(contract, self.customer)
        contract.action_replace_participant(participant.id, self.colleague.id, "Left")
        self.assertEqual(contract.state, "sent")
        self.assertEqual(contract.current_version_id.number, first.number + 1)
        self.assertEqual(participant.party, "counterparty")
        names = [one["name"] for one in contract._get_report_content()["participants"]]
        self.assertEqual(names, ["Mona Manager", "Conny Colleague"])
        self.assertEqual(self._count_events(contract, "replaced"), 1)

    def test_replacing_does_not_lose_signatures_silently(self):
        contract = self._create_sent_contract()
        participant = self._get_participant(contract, self.customer)
        values = (participant.id, self.colleague.id, "Left")
        with self.assertRaisesRegex(UserError, "Mona Manager signed"):
            contract.action_replace_participant(*values)
        contract.action_replace_participant(*values, void_signatures=True)
        self.assertEqual(len(contract.signature_ids), 1)
        self.assertFalse(contract.current_signature_ids)
        self._sign_as_manager(contract)
        self._sign_as_customer(contract, self.colleague)
        self.assertEqual(contract.state, "signed")

    def test_replacing_refusals(self):
        contract = self._create_sent_contract()
        participant = self._get_participant(contract, self.customer)
        manager = self._get_participant(contract, self.manager.partner_id)
        for values in (
            (manager.id, self.director.partner_id.id, "Left"),
            (participant.id, self.colleague.id, " "),
            (participant.id, 0, "Left"),
            (0, self.colleague.id, "Left"),
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                contract.action_replace_participant(*values, void_signatures=True)
        with self.assertRaises(AccessError):
            contract.with_user(self.bob).action_replace_participant(
                participant.id, self.colleague.id, "Mine"
            )

    def test_replacing_those_a_rule_demands_is_refused(self):
        contract = self._create_approved_contract(self._of_users(self.ann))
        participant = self._get_participant(contract, self.ann.partner_id)
        with self.assertRaisesRegex(UserError, "because of the approval rule"):
            contract.action_replace_participant(participant.id, self.bob.partner_id.id, "Nicer")

    def test_replacing_asks_for_approval_again(self):
        contract = self._create_approved_contract(self._of_users(self.ann))
        contract.with_user(self.ann).action_approve()
        participant = self._get_participant(contract, self.customer)
        contract.action_replace_participant(participant.id, self.colleague.id, "Left")
        self.assertEqual(contract.state, "approval")
        self.assertEqual(self._get_states(contract, self.ann), ["requested"])

    def test_signer_of_an_older_version_keeps_the_evidence(self):
        contract = self._create_sent_contract()
        contract.action_new_version()
        person = self._get_participant(contract, self.manager.partner_id)
        contract.user_id = self.director
        contract = contract.sudo()
        self.assertIn(self.director.partner_id, contract.participant_ids.partner_id)
        self.assertEqual(person.partner_id, self.manager.partner_id)
        self.assertTrue(person.is_retired)
        self.assertNotIn(self.manager.partner_id, contract.participant_ids.partner_id)
