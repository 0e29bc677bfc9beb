from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...utils import Actor
from .common import CustomerInputCommon


@tagged("post_install", "-at_install")
class TestValues(CustomerInputCommon):
    """Customers confirm or change details before they sign."""

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
        self.assertIn("April 15, 2027", content["sections"][0]["body"])
        self.assertEqual([one["title"] for one in content["sections"]][1], "Weekends")
        self.assertEqual(contract.state, "sent")
        customer = self._get_participant(contract, self.customer)
        self.assertEqual(customer.state, "viewed")
        event = self._get_events(contract, "values_changed")
        self.assertEqual(
            event._get_payload()["details"]["fields"],
            {
                "Delivery Date": ["March 1, 2027", "April 15, 2027"],
                "Ovens": ["2", "3"],
                "Weekend Service": ["", "Yes"],
            },
        )
        self.assertEqual(event.identified_by, "portal")
        self.assertIn("Delivery Date: March 1, 2027 → April 15, 2027", event.description)
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
            "UPDATE customer_contract SET sign_deadline_at = '2020-01-01' WHERE id = %s",
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

    # === COMPANY'S OWN FIELDS === #

    def test_missing_internal_value(self):
        self.fields_by_label["Margin"].is_required = True
        contract = self._create_delivery()
        contract.properties = {**contract._get_property_values(), "margin": False}
        self.assertTrue(any("Margin" in one for one in contract._get_sending_problems()))
