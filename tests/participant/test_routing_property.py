from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...utils import Actor
from ..common import ContractCommon
from ..property_testing import Phase, given, settings, st

END_EVENTS = ("completed", "declined", "sent_back", "cancelled")
BLOCKS = st.lists(
    st.tuples(
        st.integers(1, 3),  # order
        st.sampled_from(["approver", "signer"]),
        st.integers(1, 3),  # people
        st.sampled_from(["alone", "all", "any", "count"]),
    ),
    min_size=1,
    max_size=4,
).filter(lambda blocks: any(role == "signer" for _order, role, _size, _policy in blocks))
# Acts that go on are drawn more often than those that end the request.
MOVES = st.sampled_from(["act"] * 6 + ["delegate"] * 2 + ["refuse", "cancel"])


@tagged("post_install", "-at_install")
class TestRoutingProperty(ContractCommon):
    """Whatever people are in a contract and whatever they do, the order holds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract_type = cls.env["customer.contract.type"].create(
            {"name": "Passed on", "allow_delegation": True}
        )
        cls.people = cls.env["res.partner"].create(
            [
                {
                    "name": f"Person {number}",
                    "email": f"person{number}@aurora.example.com",
                    "parent_id": cls.customer_company.id,
                }
                for number in range(12)
            ]
        )
        cls.colleagues = cls.env["res.partner"].create(
            [
                {
                    "name": f"Colleague {number}",
                    "email": f"colleague{number}@aurora.example.com",
                    "parent_id": cls.customer_company.id,
                }
                for number in range(3)
            ]
        )

    def _create_routed_contract(self, blocks, data):
        """Create a contract with the people and steps that were drawn."""
        contract = self._create_contract(
            type_id=self.contract_type.id, requester_id=self.people[0].id
        )
        contract.participant_ids.unlink()
        people = iter(self.people)
        for number, (order, role, size, policy) in enumerate(blocks):
            members = [
                Command.create({"partner_id": next(people).id, "party": "counterparty"})
                for _number in range(size)
            ]
            if policy == "alone":
                for _create, _id, values in members:
                    contract.participant_ids.create(
                        {**values, "contract_id": contract.id, "role": role, "sequence": order}
                    )
            else:
                contract.routing_step_ids.create(
                    {
                        "contract_id": contract.id,
                        "name": f"Step {number}",
                        "role": role,
                        "sequence": order,
                        "policy": policy,
                        "needed_count": data.draw(st.integers(1, size)),
                        "participant_ids": members,
                    }
                )
        return contract

    # Looking for a simpler example would take minutes: every example is a whole request.
    @settings(
        max_examples=20,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
    )
    @given(blocks=BLOCKS, data=st.data())
    def test_nobody_acts_out_of_turn(self, blocks, data):
        savepoint = self.env.cr.savepoint()
        try:
            contract = self._create_routed_contract(blocks, data)
            contract.action_submit() if contract._needs_approval() else contract.action_send()
            orders = []
            while contract.state in ("approval", "sent"):
                following = contract._get_next_participants()
                self.assertTrue(following)
                self.assertEqual(len(set(following.mapped("sequence"))), 1)
                self._check_others_cannot_act(contract, contract.participant_ids - following)
                person = data.draw(st.sampled_from(list(following)))
                orders.append(person.sequence)
                self._move(contract, person, data.draw(MOVES), data)
            self.assertEqual(orders, sorted(orders))
            self._check_end(contract)
        finally:
            savepoint.close(rollback=True)

    def _check_others_cannot_act(self, contract, others):
        """Prove that nobody acts, refuses or passes on out of turn."""
        sudo = contract.sudo()
        for other in others.sudo():
            for act in (
                lambda other=other: self._act(contract, other),
                lambda other=other: sudo._send_back(Actor(other, "link"), "No"),
                lambda other=other: sudo._decline(Actor(other, "link"), "No"),
                lambda other=other: sudo._delegate(
                    Actor(other, "link"), self.colleagues[0], "Busy"
                ),
            ):
                with self.assertRaises(UserError):
                    act()

    def _move(self, contract, person, move, data):
        """Do what was drawn for a person in turn."""
        sudo = contract.sudo()
        if move == "delegate":
            colleague = data.draw(st.sampled_from(list(self.colleagues)))
            with self.env.cr.savepoint(flush=True) as savepoint:
                try:
                    sudo._delegate(Actor(person.sudo(), "link"), colleague, "Busy")
                except UserError:
                    savepoint.rollback()  # already takes part in that role
                    self._act(contract, person)
        elif move == "refuse" and person.role == "approver":
            sudo._send_back(Actor(person.sudo(), "link"), "No")
        elif move == "refuse":
            sudo._decline(Actor(person.sudo(), "link"), "No")
        elif move == "cancel":
            contract.action_cancel("Changed plans")
        else:
            self._act(contract, person)

    def _act(self, contract, participant):
        """Approve or sign, as the participant's role asks."""
        if participant.role == "approver":
            contract.sudo()._approve(Actor(participant.sudo(), "link"))
        else:
            sudo = contract.with_user(self.portal_user).sudo()
            sudo._sign(
                Actor(participant.with_user(self.portal_user).sudo(), "link"),
                signature=self.signature,
                signed_by=participant.partner_id.name,
                digest=sudo.current_version_id.content_digest,
            )

    def _check_end(self, contract):
        """Prove that the request ended in one way, with all acts that way needs."""
        ends = [
            event.event_type
            for event in contract.sudo().event_ids
            if event.event_type in END_EVENTS
        ]
        states = {
            "completed": "signed",
            "declined": "declined",
            "sent_back": "draft",
            "cancelled": "cancelled",
        }
        self.assertEqual(len(ends), 1)
        self.assertEqual(contract.state, states[ends[0]])
        people = contract.participant_ids
        self.assertFalse(people.filtered(lambda person: person.state in ("requested", "viewed")))
        self.assertFalse(contract._get_next_participants() if contract.state != "draft" else False)
        if contract.state == "signed":
            for step in contract.routing_step_ids:
                done = step.participant_ids.filtered(lambda person: person.state == "done")
                self.assertEqual(len(done), step._get_needed_count())
            alone = people.filtered(lambda person: not person.step_id)
            self.assertFalse(set(alone.mapped("state")) - {"done", "delegated"})
            self.assertEqual(
                contract.current_signature_ids.participant_id,
                people.filtered(lambda person: person.role == "signer" and person.state == "done"),
            )
        if contract.state == "draft":
            self.assertEqual(set(people.mapped("state")), {"waiting"})
            self.assertFalse(people.filtered("delegated_from_id"))
