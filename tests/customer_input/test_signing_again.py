from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...utils import Actor
from .common import CustomerInputCommon


@tagged("post_install", "-at_install")
class TestSigningAgain(CustomerInputCommon):
    """Who signs anew after details have changed."""

    def test_the_manager_signs_again_afterwards(self):
        contract = self._create_countersigned_delivery()
        first = contract.sudo().signature_ids
        self.assertEqual(self._confirm(contract, ovens="3")["outcome"], "changed")
        manager = self._get_participant(contract, self.manager.partner_id)
        customer = self._get_participant(contract, self.customer)
        self.assertEqual(manager.state, "waiting")
        self.assertGreater(manager.sequence, customer.sequence)
        self.assertEqual(contract.sudo()._get_next_participants(), customer)
        self.assertEqual(contract.sudo().signature_ids, first, "The signature is history.")
        self.assertFalse(contract.current_signature_ids)
        with self.assertRaises(UserError):
            self._sign_as_manager(contract)
        self._sign_as_customer(contract)
        self.assertEqual(manager.state, "requested")
        self.assertTrue(
            contract.activity_ids.filtered(lambda activity: activity.user_id == self.manager)
        )
        self._sign_as_manager(contract)
        self.assertEqual(contract.state, "signed")
        self.assertEqual(len(contract.sudo().signature_ids), 3)
        self._finalize(contract)
        self.assertTrue(contract.verify_integrity()["ok"])
        names = self._get_events(contract, "values_changed")._get_payload()["details"]
        self.assertEqual(names["sign_again"], ["Mona Manager"])

    def test_no_change_keeps_the_managers_signature(self):
        contract = self._create_countersigned_delivery()
        self._confirm(contract)
        self._sign_as_customer(contract)
        self.assertEqual(contract.state, "signed")

    def test_order_of_those_who_sign_again(self):
        people = self.env["res.partner"].create(
            [{"name": f"Signer {n}", "email": f"s{n}@example.com"} for n in range(3)]
        )
        contract = self._create_delivery()
        manager, customer = (
            self._get_participant(contract, partner)
            for partner in (self.manager.partner_id, self.customer)
        )
        manager.sequence, customer.sequence = 10, 20
        contract.participant_ids = [
            Command.create({"partner_id": people[0].id, "sequence": 15, "party": "other"}),
            Command.create({"partner_id": people[1].id, "sequence": 20, "party": "other"}),
            Command.create({"partner_id": people[2].id, "sequence": 21, "party": "other"}),
        ]
        self._sign_as_manager(contract)
        contract.action_send()
        self._sign_as_customer(contract, people[0])
        self._confirm(contract, ovens="3")
        contract = contract.sudo()
        order = [
            (person.partner_id.name, person.state)
            for person in contract.participant_ids.sorted("sequence")
        ]
        self.assertCountEqual(order[:2], [("Carla Customer", "viewed"), ("Signer 1", "requested")])
        self.assertEqual(
            order[2:],
            [("Mona Manager", "waiting"), ("Signer 0", "waiting"), ("Signer 2", "waiting")],
        )
        for partner in (self.customer, people[1]):
            self._sign_as_customer(contract, partner)
        self._sign_as_manager(contract)
        for partner in (people[0], people[2]):
            self._sign_as_customer(contract, partner)
        self.assertEqual(contract.state, "signed")

    def test_steps_move_as_a_whole(self):
        contract = self._create_delivery()
        contract.participant_ids.filtered(lambda person: person.party == "company").unlink()
        colleagues = [
            self.env["res.users"].create(
                {
                    "name": f"Esigner {n}",
                    "login": f"esigner{n}",
                    "email": f"esigner{n}@company.example.com",
                    "group_ids": [
                        Command.link(self.env.ref("customer_contract.group_contract_user_all").id),
                        Command.link(self.env.ref("customer_contract.group_contract_esign").id),
                    ],
                }
            )
            for n in range(2)
        ]
        contract.routing_step_ids = [
            Command.create(
                {
                    "name": "One of two",
                    "role": "signer",
                    "policy": "any",
                    "sequence": 5,
                    "participant_ids": [
                        Command.create({"partner_id": user.partner_id.id, "party": "company"})
                        for user in colleagues
                    ],
                }
            )
        ]
        contract.action_send()
        sign = {"signature": self.signature, "signed_by": "Esigner"}
        contract.with_user(colleagues[0]).action_sign_as_manager(**sign)
        self._confirm(contract, ovens="3")
        step = contract.sudo().routing_step_ids
        customer = self._get_participant(contract, self.customer)
        self.assertGreater(step.sequence, customer.sequence)
        self.assertEqual(set(step.participant_ids.mapped("state")), {"waiting"})
        self._sign_as_customer(contract)
        contract.with_user(colleagues[1]).action_sign_as_manager(**sign)
        self.assertEqual(contract.state, "signed")

    def test_stand_ins_go_on(self):
        self.contract_type.allow_delegation = True
        colleague = self.env["res.partner"].create(
            {"name": "Cora", "email": "cora@example.com", "parent_id": self.customer_company.id}
        )
        contract = self._create_sent_delivery()
        contract.sudo()._delegate(
            Actor(self._get_participant(contract, self.customer), "portal"), colleague, "On leave"
        )
        self.assertEqual(
            self._confirm(contract, partner=colleague, ovens="3")["outcome"], "changed"
        )
        content = contract.current_version_id._get_content()
        self.assertNotIn("Cora", [person["name"] for person in content["participants"]])
        self._sign_as_customer(contract, colleague)
        self._sign_as_manager(contract)
        self.assertEqual(contract.state, "signed")
        self._finalize(contract)

    def test_the_second_is_told(self):
        contract, second = self._create_for_two()
        seen = contract.current_version_id.content_digest
        self._confirm(contract, ovens="3", remarks="By truck")
        result = self._confirm(contract, partner=second, digest=seen, ovens="4")
        self.assertEqual(result["outcome"], "conflict")
        conflicts = {one["name"]: one for one in result["conflicts"]}
        self.assertEqual(set(conflicts), {"ovens", "remarks"})
        self.assertEqual(
            [conflicts["ovens"][key] for key in ("seen", "theirs", "yours", "by")],
            ["2", "3", "4", "Carla Customer"],
        )
        self.assertEqual(contract.sudo().properties["ovens"], 3, "Nothing was written over.")
        self.assertEqual(self._confirm(contract, partner=second, ovens="4")["outcome"], "changed")
        customer = self._get_participant(contract, self.customer)
        self.assertTrue(contract._get_value_problems(customer), "She has to confirm that.")

    def test_others_who_signed_are_asked_again(self):
        contract, second = self._create_for_two()
        self._confirm(contract)
        self._sign_as_customer(contract)
        self._confirm(contract, partner=second, ovens="4")
        customer = self._get_participant(contract, self.customer)
        self.assertEqual(customer.state, "waiting")
        self._sign_as_customer(contract, second)
        with self.assertRaises(UserError):  # to be confirmed in the version that is new
            self._sign_as_customer(contract)
        self._confirm(contract)
        self._sign_as_customer(contract)
        self._sign_as_manager(contract)
        self.assertEqual(contract.state, "signed")
