from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ...utils import Actor
from ..common import ContractCommon
from ..property_testing import given, settings, st


@tagged("post_install", "-at_install")
class TestRouting(ContractCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls.env["res.partner"].create(
            [
                {"name": f"Person {number}", "email": f"person{number}@x.example.com"}
                for number in range(5)
            ]
        )
        cls.approver = new_test_user(
            cls.env,
            login="contract_approver",
            groups="customer_contract.group_contract_user",
        )

    def _create_routed_contract(self, steps):
        """Create a contract whose participants act in given orders.

        :param list steps: pairs of an order and a role, one per person
        """
        contract = self._create_contract(
            partner_id=self.people[0].id,
            requester_id=self.people[0].id,
            participant_ids=[
                Command.create(
                    {
                        "partner_id": person.id,
                        "sequence": order,
                        "role": role,
                        "party": "counterparty",
                    }
                )
                for person, (order, role) in zip(self.people, steps, strict=False)
            ],
        )
        contract.participant_ids.filtered(lambda p: p.party == "company").unlink()
        return contract

    def test_approval_comes_first(self):
        contract = self._create_contract()
        self.env["customer.contract.participant"].create(
            {
                "contract_id": contract.id,
                "partner_id": self.approver.partner_id.id,
                "role": "approver",
                "sequence": 5,
            }
        )
        with self.assertRaisesRegex(UserError, "approved first"):
            contract.action_send()
        contract.action_submit()
        self.assertEqual(contract.state, "approval")
        with self.assertRaises(UserError):
            contract.action_approve()
        self.assertTrue(contract.with_user(self.approver).can_approve)
        contract.with_user(self.approver).action_approve()
        self.assertEqual(contract.state, "sent")
        self.assertEqual(contract._get_next_participants().partner_id, self.manager.partner_id)

    def test_approver_sends_back(self):
        contract = self._create_contract()
        self.env["customer.contract.participant"].create(
            {
                "contract_id": contract.id,
                "partner_id": self.approver.partner_id.id,
                "role": "approver",
                "sequence": 5,
            }
        )
        contract.action_submit()
        with self.assertRaises(UserError):
            contract.with_user(self.approver).action_send_back("")
        contract.with_user(self.approver).action_send_back("Price too low")
        self.assertEqual(contract.state, "draft")
        self.assertTrue(contract.is_editable)

    def test_employees_in_turn_get_an_activity(self):
        contract = self._create_contract()
        contract.action_send()
        activity = contract.activity_ids
        self.assertEqual(activity.user_id, self.manager)
        self._sign_as_manager(contract)
        self.assertFalse(contract.activity_ids)

    @settings(max_examples=10, deadline=None, database=None)
    @given(
        steps=st.lists(
            st.tuples(st.integers(1, 3), st.sampled_from(["signer", "approver"])),
            min_size=1,
            max_size=5,
        ).filter(lambda steps: any(role == "signer" for _order, role in steps)),
        data=st.data(),
    )
    def test_nobody_acts_out_of_turn(self, steps, data):
        savepoint = self.env.cr.savepoint()
        try:
            contract = self._create_routed_contract(steps)
            contract.action_submit() if contract._needs_approval() else contract.action_send()
            acted = []
            while contract.state in ("approval", "sent"):
                following = contract._get_next_participants()
                self.assertTrue(following)
                self.assertEqual(len(set(following.mapped("sequence"))), 1)
                for other in contract._get_acting_participants() - following:
                    with self.assertRaises(UserError), self.env.cr.savepoint():
                        self._act(contract, other)
                person = data.draw(st.sampled_from(list(following)))
                acted.append(person.sequence)
                self._act(contract, person)
            self.assertEqual(contract.state, "signed")
            self.assertEqual(acted, sorted(acted))
            self.assertEqual(len(acted), len(steps))
            self.assertEqual(set(contract.participant_ids.mapped("state")), {"done"})
        finally:
            savepoint.close(rollback=True)

    def _act(self, contract, participant):
        """Approve or sign, as the participant's role asks."""
        if participant.role == "approver":
            own = contract._get_participant_in_turn(participant.partner_id, "approver")
            contract.sudo()._approve(Actor(own.sudo(), "link"))
        else:
            self._sign_as_customer(contract, partner=participant.partner_id)
