import json

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..custom_field.common import ContractValueCommon
from .common import FieldRuleCommon


@tagged("post_install", "-at_install")
class TestRuledCustomField(ContractValueCommon, FieldRuleCommon):
    """Each custom field by itself."""

    def setUp(self):
        super().setUp()
        self.contract = self._create_delivery()
        self.own = self._as_agent(self.contract)

    def _get_values(self, contract):
        rows = contract.read(["properties"])[0]["properties"]
        return {entry["name"]: entry.get("value") for entry in rows}

    def test_choices(self):
        choices = dict(self.env["customer.contract.field.rule"]._get_ruled_fields())
        self.assertEqual(choices["customer.contract:properties.margin"], "Custom Field: Margin")
        with self.assertRaises(UserError):
            self._create_rule("properties.nothing")

    def test_hidden(self):
        self._create_rule("properties.margin")
        values = self._get_values(self.own)
        self.assertNotIn("margin", values)
        self.assertEqual(values["ovens"], 2)
        self.assertEqual(self._get_values(self.contract.with_user(self.all_user))["margin"], 12.5)
        self.assertNotIn("margin", dict(self.own.properties))
        self.assertNotIn("12.5", json.dumps(self.own.read(), default=str))
        self.assertEqual(self.own.export_data(["properties.margin"])["datas"], [[""]])
        self.assertFalse(self.own.filtered_domain([("properties.margin", "=", 12.5)]))
        for call in (
            lambda: self.own.search([("properties.margin", "=", 12.5)]),
            lambda: self.own.search([("properties.margin", ">", 1)]),
            lambda: self.own.search([("properties.margin", "ilike", "12")]),
            lambda: self.own.search([], order="properties.margin"),
            lambda: self.own.formatted_read_group([], ["properties.margin"], ["__count"]),
            lambda: self.own.web_read_group([], ["properties.margin"]),
            lambda: self.own.participant_ids.search([("contract_id.properties.margin", "=", 12.5)]),
            lambda: self.own.write({"properties": {**values, "margin": 1}}),
            lambda: self.own.write({"properties": [{"name": "margin", "value": 1}]}),
            lambda: self.own.create(
                {
                    "title": "x",
                    "type_id": self.contract_type.id,
                    "partner_id": self.customer_company.id,
                    "properties": {"margin": 1},
                }
            ),
            lambda: self.own.with_context(default_properties={"margin": 1}).create(
                {
                    "title": "x",
                    "type_id": self.contract_type.id,
                    "partner_id": self.customer_company.id,
                }
            ),
            lambda: self.own.get_audit_trail(),
        ):
            self._assert_refused(call)
        self.assertTrue(
            self.own.with_user(self.all_user).search([("properties.margin", "=", 12.5)])
        )
        self.assertTrue(self.own.search([("properties.ovens", "=", 2)]))

    def test_what_is_hidden_is_kept(self):
        self._create_rule("properties.margin")
        for values in (
            {"ovens": 3},
            [{"name": "ovens", "type": "integer", "string": "Ovens", "value": 3}],
        ):
            self.own.write({"properties": values})
            self.assertEqual(self._get_values(self.contract.sudo())["margin"], 12.5)
            self.assertEqual(self._get_values(self.contract.sudo())["ovens"], 3)
        with Form(self.own) as form:
            form.title = "By form"
        self.assertEqual(self._get_values(self.contract.sudo())["margin"], 12.5)
        definition = self._create_contract(type_id=self.contract_type.id)
        self._as_agent(definition).write({"properties": {"ovens": 4}})
        self.assertIn("margin", [entry["name"] for entry in self.contract_type.property_definition])
        copy = self.own.copy()
        self.assertFalse(self._get_values(copy.sudo()).get("margin"))
        self.assertEqual(self._get_values(copy)["ovens"], 3)
        self.assertEqual(
            self._get_values(self.contract.with_user(self.all_user).copy())["margin"], 12.5
        )

    def test_read_only(self):
        self._create_rule("properties.ovens", "readonly", in_draft=True)
        self.assertEqual(self._get_values(self.own)["ovens"], 2)
        with self.assertRaisesRegex(AccessError, "Ovens"):
            self.own.write({"properties": {"ovens": 3}})
        rows = self.own.read(["properties"])[0]["properties"]
        next(entry for entry in rows if entry["name"] == "carrier")["value"] = "post"
        self.own.write({"properties": rows})
        self.assertEqual(self._get_values(self.own)["ovens"], 2)
        self.assertEqual(self._get_values(self.own)["carrier"], "post")
        self.own.write({"properties": {"carrier": "own_van"}})
        self.assertEqual(self._get_values(self.own)["ovens"], 2)
        self.assertEqual(self._get_values(self.own.copy())["ovens"], 2)

    def test_proposed_from_what_is_hidden(self):
        self._create_rule("amount_total")
        self.assertIn("ovens", self._get_values(self.own))
        self.contract_type.field_ids = [
            Command.create(
                {"label": "Sum", "value_type": "monetary", "default_source": "amount_total"}
            )
        ]
        self.contract.with_user(self.all_user).amount_total = 98765
        self.assertEqual(self._get_values(self.contract.sudo())["sum"], 98765)
        self.assertNotIn("sum", self._get_values(self._as_agent(self.contract)))

    def test_what_customers_want_to_change(self):
        self.own.action_send()
        self._confirm(
            self.contract, delivery_date="2027-03-01", ovens="2", carrier="post", tax_id="AB1234"
        )
        proposal = self.contract.sudo().value_proposal_ids
        self.assertTrue(proposal)
        self.assertIn("Post", self._as_agent(self.contract).proposed_changes)
        self._create_rule("properties.carrier")
        own = self._as_agent(self.contract)
        for call in (
            lambda: own.proposed_changes,
            lambda: own.read(["proposed_changes"]),
            lambda: proposal.with_user(self.agent).read(["values"]),
            lambda: proposal.with_user(self.agent).search([("values", "ilike", "post")]),
        ):
            self._assert_refused(call)
        own.action_accept_values()
        self.assertEqual(self._get_values(self.contract.sudo())["carrier"], "post")

    def test_work_goes_on(self):
        for name in ("margin", "ovens", "carrier"):
            self._create_rule(f"properties.{name}")
        self.own.action_send()
        self.assertEqual(self.own.state, "sent")
        content = self.contract.sudo().current_version_id._get_content()
        self.assertIn("2", [value["text"] for value in content["values"]])
        self.own.action_new_version()
        self.assertEqual(self._get_values(self.contract.sudo())["margin"], 12.5)
