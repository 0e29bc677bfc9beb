from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...utils import Actor
from .common import CustomerInputCommon


@tagged("post_install", "-at_install")
class TestValueProposal(CustomerInputCommon):
    """Changed details that the company decides on."""

    def test_changes_that_need_approval(self):
        contract = self._create_countersigned_delivery()
        result = self._confirm(contract, carrier="post", ovens="3")
        self.assertEqual(result, {"outcome": "proposed"})
        self.assertEqual(contract.current_version_id.number, 1)
        self.assertEqual(contract.sudo().properties["ovens"], 2)
        customer = self._get_participant(contract, self.customer)
        self.assertTrue(contract._get_value_problems(customer))
        with self.assertRaises(UserError):
            self._sign_as_customer(contract)
        self.assertIn("Carrier: Own van → Post", contract.proposed_changes)
        activity_type = self.env.ref("customer_contract.mail_activity_type_values")
        activity = contract.activity_ids.filtered(lambda one: one.activity_type_id == activity_type)
        self.assertEqual(activity.user_id, self.manager)
        contract.with_user(self.manager).action_accept_values()
        self.assertFalse(activity.exists().filtered("active"))
        self.assertEqual(contract.current_version_id.number, 2)
        self.assertEqual(contract.sudo().properties["ovens"], 3)
        self.assertFalse(contract._get_value_problems(customer))
        event = self._get_events(contract, "values_changed")
        self.assertEqual(event._get_payload()["participant"]["name"], "Carla Customer")
        self._sign_as_customer(contract)
        self._sign_as_manager(contract)
        self.assertEqual(contract.state, "signed")

    def test_refused_changes(self):
        contract = self._create_sent_delivery()
        self._confirm(contract, carrier="post")
        with self.assertRaises(UserError):
            contract.action_refuse_values(" ")
        contract.action_refuse_values("The post is too slow.")
        self.assertEqual(contract.current_version_id.number, 1)
        self.assertFalse(contract.proposed_changes)
        event = self._get_events(contract, "values_refused")
        self.assertIn("The post is too slow.", event.description)
        mails = contract.message_ids.filtered(lambda one: self.customer in one.partner_ids)
        self.assertIn("The post is too slow.", mails[0].body)
        customer = self._get_participant(contract, self.customer)
        self.assertTrue(contract._get_value_problems(customer))
        self._confirm(contract)
        self._sign_as_customer(contract)
        with self.assertRaises(UserError):
            contract.action_accept_values()

    def test_only_whoever_may_write_accepts(self):
        contract = self._create_sent_delivery()
        self._confirm(contract, carrier="post")
        with self.assertRaises(AccessError):
            contract.with_user(self.portal_user).action_accept_values()
        stranger = self.env["res.users"].create({"name": "S", "login": "stranger_values"})
        with self.assertRaises(AccessError):
            contract.with_user(stranger).action_accept_values()

    def test_taken_back(self):
        contract = self._create_sent_delivery()
        self._confirm(contract, carrier="post")
        customer = self._get_participant(contract, self.customer)
        contract.sudo()._withdraw_values(Actor(customer, "portal"))
        self.assertEqual(customer._get_value_draft()._get_typed(), {"carrier": "post"})
        with self.assertRaises(UserError):
            contract.action_accept_values()

    def test_proposed_again(self):
        contract = self._create_sent_delivery()
        self._confirm(contract, carrier="post")
        self.assertEqual(self._confirm(contract)["outcome"], "confirmed")
        self.assertFalse(contract._get_pending_proposal())
        self._sign_as_customer(contract)

    def test_others_wait_for_the_decision(self):
        contract, second = self._create_for_two()
        self._confirm(contract, carrier="post")
        with self.assertRaises(UserError):
            self._confirm(contract, partner=second, ovens="4")
        self.assertTrue(contract._get_value_problems(self._get_participant(contract, second)))

    def test_what_ends_a_proposal(self):
        for act in ("action_cancel", "action_new_version"):
            contract = self._create_sent_delivery()
            self._confirm(contract, carrier="post")
            getattr(contract, act)()
            with self.subTest(act=act), self.assertRaises(UserError):
                contract.action_accept_values()

    def test_changes_that_ask_for_other_approvals(self):
        director = self.env["res.users"].create(
            {
                "name": "Dora Director",
                "login": "dora_values",
                "email": "dora@company.example.com",
                "group_ids": [
                    Command.link(self.env.ref("customer_contract.group_contract_user_all").id)
                ],
            }
        )
        self.env["customer.contract.approval.rule"].create(
            {
                "name": "Many ovens",
                "domain": "[('properties.ovens', '=', 9)]",
                "step_ids": [
                    Command.create(
                        {
                            "name": "Director",
                            "source": "partner",
                            "partner_ids": director.partner_id.ids,
                        }
                    )
                ],
            }
        )
        contract = self._create_sent_delivery()
        self.assertEqual(self._confirm(contract, ovens="8")["outcome"], "changed")
        self.assertEqual(self._confirm(contract, ovens="9")["outcome"], "proposed")
        self.assertEqual(contract.sudo().properties["ovens"], 8)
        contract.action_accept_values()
        self.assertEqual(contract.state, "draft")
        self.assertEqual(contract.sudo().properties["ovens"], 9)
        self.assertTrue(contract.needs_approval)
        with self.assertRaises(UserError):
            contract.action_send()

    def test_versions_without_end(self):
        contract = self._create_sent_delivery()
        outcomes = []
        for number in range(40):
            outcome = self._confirm(contract, remarks=f"Remark {number}")["outcome"]
            outcomes.append(outcome)
            if outcome == "proposed":
                break
        self.assertEqual(outcomes[-1], "proposed")
        self.assertLessEqual(len(contract.sudo().version_ids), 30)
