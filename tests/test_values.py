from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..utils import Actor
from .value_common import ContractValueCommon


@tagged("post_install", "-at_install")
class TestValues(ContractValueCommon):
    """Customers confirm or change details before they sign."""

    def _get_events(self, contract, event_type):
        events = contract.sudo().event_ids.sorted("sequence")
        return events.filtered(lambda event: event.event_type == event_type)

    def test_customer_signs_first(self):
        contract = self._create_delivery()
        orders = {person.party: person.sequence for person in contract.participant_ids}
        self.assertLess(orders["counterparty"], orders["company"])

    def test_order_follows_the_type(self):
        contract = self._create_contract()
        contract.type_id = self.contract_type
        orders = {person.party: person.sequence for person in contract.participant_ids}
        self.assertLess(orders["counterparty"], orders["company"])
        contract.type_id = False
        orders = {person.party: person.sequence for person in contract.participant_ids}
        self.assertLess(orders["company"], orders["counterparty"])

    def test_nobody_signs_unconfirmed(self):
        contract = self._create_sent_delivery()
        customer = self._get_participant(contract, self.customer)
        self.assertTrue(contract._get_value_problems(customer))
        with self.assertRaises(UserError):
            self._sign_as_customer(contract)
        self.assertFalse(contract.sudo().signature_ids)

    def test_confirmed_without_changes(self):
        contract = self._create_sent_delivery()
        version = contract.current_version_id
        self.assertEqual(self._confirm(contract), {"outcome": "confirmed"})
        self.assertEqual(contract.current_version_id, version, "No version without a change.")
        self.assertEqual(len(self._get_events(contract, "values_confirmed")), 1)
        customer = self._get_participant(contract, self.customer)
        self.assertFalse(contract._get_value_problems(customer))
        self._sign_as_customer(contract)
        self.assertEqual(contract.sudo().signature_ids.version_id, version)

    def test_the_same_written_otherwise_is_no_change(self):
        contract = self._create_sent_delivery()
        result = self._confirm(contract, ovens=" 2 ", remarks="  ", deposit="")
        self.assertEqual(result, {"outcome": "confirmed"})

    def test_changes_make_a_version(self):
        contract = self._create_sent_delivery()
        before = contract.current_version_id
        result = self._confirm(
            contract, delivery_date="2027-04-15", ovens="3", weekend_service="true"
        )
        self.assertEqual(result, {"outcome": "changed"})
        version = contract.current_version_id
        self.assertEqual(version.number, before.number + 1)
        self.assertEqual(version.sudo().frozen_by, "Carla Customer")
        content = version._get_content()
        self.assertIn("04/15/2027", content["sections"][0]["body"])
        self.assertEqual([one["title"] for one in content["sections"]][1], "Weekends")
        self.assertEqual(contract.state, "sent")
        customer = self._get_participant(contract, self.customer)
        self.assertEqual(customer.state, "requested")
        event = self._get_events(contract, "values_changed")
        self.assertEqual(
            event._get_payload()["details"]["fields"],
            {
                "Delivery Date": ["03/01/2027", "04/15/2027"],
                "Ovens": ["2", "3"],
                "Weekend Service": ["", "Yes"],
            },
        )
        self.assertEqual(event.identified_by, "portal")
        self.assertIn("Delivery Date: 03/01/2027 → 04/15/2027", event.description)
        self.assertTrue(contract.verify_integrity()["ok"])
        with self.assertRaises(UserError):  # the old text is not what is signed
            self._sign_as_customer(contract, digest=before.content_digest)
        self._sign_as_customer(contract)
        self._sign_as_manager(contract)
        self.assertEqual(contract.state, "signed")
        self.assertEqual(contract.sudo().signature_ids.version_id, version)

    def test_what_changed_is_shown_to_readers_of_the_old_version(self):
        contract = self._create_sent_delivery()
        before = contract.current_version_id.content_digest
        self._confirm(contract, ovens="3", deposit="100")
        changes = contract._get_changes_since(before)
        self.assertIn("Ovens", changes)
        self.assertIn("100.00", changes)

    def test_errors(self):
        contract = self._create_sent_delivery()
        result = self._confirm(contract, delivery_date="", ovens="99", tax_id="nonsense")
        self.assertEqual(result["outcome"], "invalid")
        self.assertEqual(set(result["errors"]), {"delivery_date", "ovens", "tax_id"})
        self.assertEqual(result["errors"]["tax_id"], "Two letters and four digits, please.")
        self.assertEqual(contract.current_version_id.number, 1)

    def test_a_required_field_that_was_not_sent(self):
        contract = self._create_delivery()
        contract.properties = {**contract._get_property_values(), "delivery_date": False}
        contract.action_send()
        result = self._confirm(contract, ovens="3")
        self.assertEqual(set(result["errors"]), {"delivery_date"})

    def test_foreign_fields(self):
        contract = self._create_sent_delivery()
        for typed in (
            {"margin": "90"},
            {"amount_total": "1"},
            {"state": "signed"},
            {"__class__": "x"},
            {"ovens": 3},
            {"ovens": ["3"]},
            {"remarks": {"a": "b"}},
            {"remarks": "x" * 20000},
        ):
            with self.subTest(typed=typed), self.assertRaises(UserError):
                self._confirm(contract, **typed)
        self.assertEqual(contract.current_version_id.number, 1)

    # === WHO MAY === #

    def test_out_of_turn(self):
        contract = self._create_delivery()
        for person in contract.participant_ids:
            person.sequence = 10 if person.party == "company" else 20
        contract.action_send()
        with self.assertRaises(UserError):
            self._confirm(contract, ovens="3")

    def test_others(self):
        contract = self._create_delivery()
        observer = self.env["res.partner"].create(
            {"name": "Olga", "email": "o@example.com", "parent_id": self.customer_company.id}
        )
        contract.participant_ids = [Command.create({"partner_id": observer.id, "role": "observer"})]
        contract.action_send()
        for partner in (observer, self.manager.partner_id):
            with self.subTest(partner=partner.name), self.assertRaises(UserError):
                self._confirm(contract, partner=partner, ovens="3")

    def test_identity(self):
        self.contract_type.identity_policy = "portal"
        contract = self._create_sent_delivery()
        with self.assertRaises(UserError):
            self._confirm(contract, identified_by="link", ovens="3")
        self.assertEqual(self._confirm(contract, ovens="3")["outcome"], "changed")

    def test_states(self):
        for act in ("action_cancel", "action_new_version"):
            contract = self._create_sent_delivery()
            getattr(contract, act)()
            with self.subTest(act=act), self.assertRaises(UserError):
                self._confirm(contract, digest="x", ovens="3")

    def test_deadline(self):
        contract = self._create_sent_delivery(sign_deadline="2099-01-01")
        self.env.cr.execute(
            "UPDATE customer_contract SET sign_deadline = '2020-01-01' WHERE id = %s",
            [contract.id],
        )
        contract.invalidate_recordset()
        with self.assertRaises(UserError):
            self._confirm(contract, ovens="3")

    def test_rpc_goes_no_other_way(self):
        contract = self._create_sent_delivery()
        as_customer = contract.with_user(self.portal_user)
        with self.assertRaises(UserError):
            as_customer.write({"properties": {"ovens": 3}})
        customer = self._get_participant(contract, self.customer)
        with self.assertRaises(AccessError):
            customer.with_user(self.manager).write(
                {"confirmed_version_id": contract.current_version_id.id}
            )
        for model in ("customer.contract.value.draft", "customer.contract.value.proposal"):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(self.manager).search([])
        with self.assertRaises(AccessError):
            as_customer.action_accept_values()

    # === WHO SIGNED BEFORE === #

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
        self.assertCountEqual(
            order[:2], [("Carla Customer", "requested"), ("Signer 1", "requested")]
        )
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

    # === SEVERAL PEOPLE === #

    def _create_for_two(self):
        second = self.env["res.partner"].create(
            {"name": "Otto", "email": "otto@example.com", "parent_id": self.customer_company.id}
        )
        contract = self._create_delivery()
        customer = self._get_participant(contract, self.customer)
        contract.participant_ids = [
            Command.create({"partner_id": second.id, "sequence": customer.sequence})
        ]
        contract.action_send()
        return contract, second

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

    # === DRAFTS === #

    def _save(self, contract, revision=0, **typed):
        contract = contract.with_user(self.portal_user).sudo()
        return contract._save_value_draft(
            Actor(self._get_participant(contract, self.customer).with_env(contract.env), "portal"),
            typed,
            digest=contract.current_version_id.content_digest,
            revision=revision,
        )

    def test_drafts_are_kept_as_typed(self):
        contract = self._create_sent_delivery()
        saved = self._save(contract, ovens="two", remarks=" a ")
        self.assertEqual(saved["revision"], 1)
        self.assertEqual(set(saved["errors"]), {"ovens"})
        customer = self._get_participant(contract, self.customer)
        draft = customer._get_value_draft()
        self.assertEqual(draft._get_typed(), {"ovens": "two", "remarks": " a "})
        self.assertEqual(contract.current_version_id.number, 1)
        self.assertFalse(self._get_events(contract, "values_changed"))
        self._confirm(contract, ovens="2")
        self.assertFalse(customer._get_value_draft())

    def test_two_windows(self):
        contract = self._create_sent_delivery()
        self._save(contract, ovens="3")
        stale = self._save(contract, revision=0, ovens="4")
        self.assertTrue(stale["stale"])
        self.assertEqual(stale["typed"], {"ovens": "3"})
        self.assertEqual(self._save(contract, revision=0, ovens="3")["revision"], 1)
        self.assertEqual(self._save(contract, revision=1, ovens="4")["revision"], 2)

    # === ACCEPTANCE === #

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

    # === COMPANY'S OWN FIELDS === #

    def test_missing_internal_value(self):
        self.fields_by_label["Margin"].is_required = True
        contract = self._create_delivery()
        contract.properties = {**contract._get_property_values(), "margin": False}
        self.assertTrue(any("Margin" in one for one in contract._get_sending_problems()))
