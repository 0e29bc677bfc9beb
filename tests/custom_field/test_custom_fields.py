from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import ContractValueCommon


@tagged("post_install", "-at_install")
class TestCustomFields(ContractValueCommon):
    """Types have custom fields of their own, and contracts have values for them."""

    # === TYPES === #

    def test_rows_and_definition_say_the_same(self):
        definition = {entry["name"]: entry for entry in self.contract_type.property_definition}
        self.assertEqual(definition["delivery_date"]["type"], "date")
        self.assertEqual(definition["deposit"]["currency_field"], "currency_id")
        self.assertEqual(
            definition["carrier"]["selection"], [["own_van", "Own van"], ["post", "Post"]]
        )
        self.fields_by_label["Remarks"].label = "Notes"
        self.assertIn(
            "Notes", [entry["string"] for entry in self.contract_type.property_definition]
        )

    def test_definition_changed_in_a_contract(self):
        definition = [
            entry for entry in self.contract_type.property_definition if entry["name"] != "remarks"
        ]
        definition[0]["string"] = "Day of Delivery"
        definition.append({"name": "abc123", "string": "Color", "type": "char"})
        self.contract_type.property_definition = definition
        rows = self.contract_type.field_ids
        self.assertNotIn("remarks", rows.mapped("name"))
        self.assertEqual(rows.filtered(lambda row: row.name == "abc123").label, "Color")
        date_row = self.fields_by_label["Delivery Date"]
        self.assertEqual(date_row.label, "Day of Delivery")
        self.assertTrue(date_row.is_editable, "What else was set has to stay.")

    def test_renamed_choices_keep_their_keys(self):
        carrier = self.fields_by_label["Carrier"]
        carrier.choices = "Our van\nPost"
        self.assertEqual(carrier._get_options(), [["own_van", "Our van"], ["post", "Post"]])
        carrier.choices = "Post\nOur van\nTrain"
        self.assertEqual(
            carrier._get_options(), [["post", "Post"], ["own_van", "Our van"], ["train", "Train"]]
        )

    def test_copied_type(self):
        copied = self.contract_type.copy({"name": "Copy"})
        self.assertEqual(
            copied.field_ids.mapped("name"), self.contract_type.field_ids.mapped("name")
        )
        self.assertTrue(copied.field_ids.filtered(lambda row: row.name == "carrier").needs_approval)
        self.assertEqual(
            len(copied.property_definition), len(self.contract_type.property_definition)
        )

    def test_refused_settings(self):
        Field = self.env["customer.contract.type.field"]
        for values in (
            {"label": "Two", "value_type": "selection", "choices": "Same\nSame"},
            {"label": "None", "value_type": "selection"},
            {"label": "Delivery date"},
            {"label": "{{ x }}"},
            {"label": "Seen", "is_editable": True, "is_in_contract": False},
            {"label": "When", "value_type": "datetime", "is_editable": True},
            {"label": "Least", "value_type": "integer", "minimum": "few"},
            {"label": "Day", "value_type": "date", "maximum": "soon"},
            {"label": "Bad", "pattern": "(["},
            {"label": "Slow", "pattern": "(a+)+$"},
            {"label": "Slower", "pattern": "a*a*a*a*a*b"},
            {"label": "Count", "value_type": "integer", "pattern": "[0-9]"},
            {"label": "Number", "value_type": "integer", "default_source": "partner_id.vat"},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                Field.create({"type_id": self.contract_type.id, **values})

    def test_kinds_do_not_change(self):
        with self.assertRaises(UserError):
            self.fields_by_label["Ovens"].value_type = "char"
        with self.assertRaises(UserError):
            self.fields_by_label["Ovens"].name = "stoves"

    def test_fields_in_use_stay(self):
        self._create_sent_delivery()
        with self.assertRaises(UserError):
            self.fields_by_label["Remarks"].unlink()
        with self.assertRaises(UserError):
            self.contract_type.property_definition = []

    def test_fields_of_a_type_show_before_saving(self):
        Contract = self.env["customer.contract"].with_user(self.manager)
        spec = {"type_id": {"fields": {}}, "properties": {}}
        self.assertEqual(Contract.onchange({}, [], spec)["value"]["properties"], [])
        chosen = {"type_id": self.contract_type.id}
        shown = Contract.onchange(chosen, ["type_id"], spec)["value"]["properties"]
        self.assertEqual(
            [field["string"] for field in shown], self.contract_type.field_ids.mapped("label")
        )

    def test_only_managers_define(self):
        row = self.fields_by_label["Ovens"].with_user(self.manager)
        self.assertEqual(row.label, "Ovens")
        with self.assertRaises(AccessError):
            row.label = "Stoves"

    def test_form_of_a_type(self):
        with Form(self.env["customer.contract.type"]) as form:
            form.name = "Typed"
            with form.field_ids.new() as line:
                line.label = "Color"
                line.is_editable = True
        contract_type = form.record
        self.assertEqual(contract_type.property_definition[0]["name"], "color")

    # === CONTRACTS === #

    def test_values_are_closed_once_frozen(self):
        contract = self._create_delivery()
        contract.properties = {**contract._get_property_values(), "ovens": 3}
        self.assertEqual(contract.properties["ovens"], 3)
        contract.action_send()
        with self.assertRaises(UserError):
            contract.properties = {"ovens": 4}
        with self.assertRaises(UserError):
            contract.sudo().write({"properties": {"ovens": 4}})

    def test_changes_stand_in_the_trail(self):
        contract = self._create_delivery()
        contract.write({"properties": {"ovens": 5}})
        event = contract.sudo().event_ids.sorted("sequence")[-1]
        self.assertEqual(event.event_type, "changed")
        self.assertIn("Ovens: 2 → 5", event.description)

    def test_wrong_kinds_are_refused(self):
        contract = self._create_delivery()
        for values in ({"ovens": "many"}, {"delivery_date": "tomorrow"}, {"deposit": True}):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                contract.write({"properties": values})

    def test_proposed_values(self):
        self.customer_company.vat = False
        contract = self._create_delivery()
        self.assertFalse(contract.properties.get("tax_id"))
        other = self.env["res.partner"].create(
            {"name": "Bakery Two", "is_company": True, "vat": "XX1234", "email": "b@example.com"}
        )
        contract.write({"partner_id": other.id, "requester_id": False})
        self.assertEqual(contract.properties["tax_id"], "XX1234")
        contract.properties = {**contract._get_property_values(), "tax_id": "YY9999"}
        contract.write({"partner_id": self.customer_company.id})
        self.assertEqual(contract.properties["tax_id"], "YY9999", "Typed values stay.")

    def test_only_listed_sources(self):
        contract = self._create_delivery()
        row = self.fields_by_label["Tax ID"]
        self.env.cr.execute(
            "UPDATE customer_contract_type_field SET default_source = 'user_id.password' "
            "WHERE id = %s",
            [row.id],
        )
        self.env.invalidate_all()
        self.assertEqual(contract._read_sources(), {})

    def test_portal_users_do_not_read_internal_values(self):
        contract = self._create_sent_delivery()
        as_customer = contract.with_user(self.portal_user)
        with self.assertRaises(AccessError):
            as_customer.read(["properties"])
        self.assertNotIn("margin", contract.current_version_id.content)

    def test_approval_rules_compare_custom_fields(self):
        director = self.env["res.users"].create(
            {
                "name": "Dora Director",
                "login": "dora_director",
                "email": "dora@company.example.com",
                "group_ids": [
                    Command.link(self.env.ref("customer_contract.group_contract_user_all").id)
                ],
            }
        )
        rule = self.env["customer.contract.approval.rule"].create(
            {
                "name": "Many ovens",
                "domain": "[('properties.ovens', '=', 9)]",
                "step_ids": [
                    Command.create({"name": "Director", "source": "user", "user_ids": director.ids})
                ],
            }
        )
        contract = self._create_delivery()
        self.assertFalse(contract.needs_approval)
        self.assertFalse(contract.approval_plan)
        contract.properties = {**contract._get_property_values(), "ovens": 9}
        self.assertTrue(contract.needs_approval)
        self.assertIn("Dora Director", contract.approval_plan)
        for domain, expected in (
            ("[('properties.ovens', '>', 8)]", True),
            ("[('properties.ovens', '>', 9)]", False),
            ("[('properties.deposit', '>', 5)]", False),
            ("[('properties.carrier', '=', 'own_van')]", True),
            ("[('properties.weekend_service', '=', True)]", False),
            ("[('properties.delivery_date', '>=', '2027-03-01')]", True),
        ):
            with self.subTest(domain=domain):
                rule.domain = domain
                self.assertEqual(rule._fits(contract.sudo()), expected)

    # === TEXT === #

    def _get_bodies(self, contract):
        content = contract._prepare_content(1)
        return "".join(section["body"] for section in content["sections"])

    def test_placeholders(self):
        contract = self._create_delivery()
        bodies = self._get_bodies(contract)
        self.assertIn('data-contract-value="ovens">2</span> ovens on', bodies)
        self.assertIn("<b><span", bodies)
        self.assertIn("March 1, 2027", bodies)
        self.assertNotIn("{{", bodies)

    def test_placeholder_forms(self):
        contract = self._create_delivery()
        for written in ("{{Ovens}}", "{{ ovens }}", "{{\xa0OVENS\xa0}}", "a {{ ovens }} b"):
            with self.subTest(written=written):
                contract.section_ids[0].body = f"<p>{written}</p>"
                self.assertIn(">2</span>", self._get_bodies(contract))
                self.assertFalse(contract._get_sending_problems())
        contract.section_ids[0].title = "{{ Ovens }} ovens"
        self.assertEqual(contract._prepare_content(1)["sections"][0]["title"], "2 ovens")

    def test_unknown_placeholders_are_not_sent(self):
        contract = self._create_delivery()
        for body in (
            "<p>{{ Price list }}</p>",
            "<p>{{ object.user_id.password }}</p>",
            "<p>{{ Delivery <b>Date</b> }}</p>",
        ):
            with self.subTest(body=body):
                contract.section_ids[0].body = body
                self.assertTrue(contract._get_sending_problems())
                with self.assertRaises(UserError):
                    contract.action_send()

    def test_values_are_text(self):
        contract = self._create_delivery()
        evil = "<script>alert(1)</script> & {{ Ovens }} <img src=x onerror=alert(1)>"
        contract.write({"properties": {"remarks": evil}})
        contract.section_ids[0].body = "<p>Note: {{ Remarks }}</p>"
        bodies = self._get_bodies(contract)
        self.assertIn("&lt;script&gt;", bodies)
        self.assertNotIn("<script", bodies)
        self.assertNotIn("<img", bodies)
        self.assertIn("{{ Ovens }}", bodies, "Values are no placeholders.")

    def test_lines_of_a_long_text(self):
        contract = self._create_delivery()
        contract.write({"properties": {"remarks": "one\ntwo"}})
        contract.section_ids[0].body = "{{ Remarks }} and &lt;more&gt;"
        bodies = self._get_bodies(contract)
        self.assertIn("one<br>two</span> and &lt;more&gt;", bodies)

    def test_nobody_writes_the_mark_of_a_value(self):
        contract = self._create_delivery()
        contract.section_ids[0].body = '<p><span data-contract-value="ovens">9</span></p>'
        self.assertNotIn("data-contract-value", self._get_bodies(contract))

    def test_conditional_sections(self):
        contract = self._create_delivery()
        titles = [section["title"] for section in contract._prepare_content(1)["sections"]]
        self.assertEqual(titles, ["Delivery", "Price"])
        contract.write({"properties": {"weekend_service": True}})
        sections = contract._prepare_content(1)["sections"]
        self.assertEqual([one["number"] for one in sections], [1, 2, 3])
        self.assertEqual(sections[1]["title"], "Weekends")

    def test_conditions(self):
        contract = self._create_delivery()
        section = contract.section_ids[1]
        rows = self.fields_by_label
        cases = (
            ("Ovens", ">=", "2", True),
            ("Ovens", ">=", "3", False),
            ("Ovens", "<=", "2", True),
            ("Ovens", "!=", "2", False),
            ("Delivery Date", ">=", "2027-03-02", False),
            ("Delivery Date", "<=", "2027-03-01", True),
            ("Carrier", "=", "Own van", True),
            ("Carrier", "=", "post", False),
            ("Weekend Service", "=", "no", True),
            ("Weekend Service", "not set", False, True),
            ("Deposit", "set", False, False),
            ("Deposit", "!=", "3", True),
            ("Remarks", "not set", False, True),
        )
        for label, operator, value, expected in cases:
            with self.subTest(label=label, operator=operator, value=value):
                section.write(
                    {
                        "condition_field_id": rows[label].id,
                        "condition_operator": operator,
                        "condition_value": value,
                    }
                )
                self.assertEqual(section._is_condition_met(), expected)
        for label, value in (("Ovens", "few"), ("Carrier", "Train"), ("Delivery Date", "soon")):
            with self.subTest(label=label), self.assertRaises(ValidationError):
                section.write(
                    {
                        "condition_field_id": rows[label].id,
                        "condition_operator": "=",
                        "condition_value": value,
                    }
                )

    def test_condition_on_a_field_of_another_type(self):
        contract = self._create_delivery()
        other = self.env["customer.contract.type"].create({"name": "Other"})
        contract.section_ids[0].body = "<p>No placeholder</p>"
        contract.type_id = other
        self.assertTrue(any("Weekend" in one for one in contract._get_sending_problems()))

    def test_content(self):
        contract = self._create_sent_delivery()
        values = {
            value["name"]: value for value in contract.current_version_id._get_content()["values"]
        }
        self.assertEqual(
            values["delivery_date"],
            {
                "name": "delivery_date",
                "label": "Delivery Date",
                "type": "date",
                "value": "2027-03-01",
                "text": "March 1, 2027",
            },
        )
        self.assertEqual(values["carrier"]["text"], "Own van")
        self.assertEqual(values["weekend_service"]["text"], "")
        self.assertNotIn("margin", values)

    def test_contracts_without_custom_fields(self):
        contract = self._create_contract()
        self.assertNotIn("values", contract._prepare_content(1))
        self.assertFalse(contract.has_custom_fields)

    def test_language_of_the_contract(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer_company.lang = "fr_FR"
        contract = self._create_delivery()
        contract.write({"properties": {"deposit": 1234.5, "weekend_service": True}})
        texts = contract._get_value_texts()
        self.assertIn("234,50", texts["deposit"])

    # === TYPED VALUES === #

    def test_parsing(self):
        contract = self._create_delivery()
        rows = self.fields_by_label
        good = (
            ("Ovens", " 7 ", 7),
            ("Deposit", "1,234.50", 1234.5),
            ("Deposit", "1234.5", 1234.5),
            ("Delivery Date", "2027-01-31", "2027-01-31"),
            ("Weekend Service", "false", False),
            ("Weekend Service", "", None),
            ("Carrier", "post", "post"),
            ("Carrier", "", False),
            ("Tax ID", "AB1234", "AB1234"),
            ("Remarks", "a\r\nb\u202e\x00", "a\nb"),
        )
        for label, typed, expected in good:
            with self.subTest(label=label, typed=typed):
                self.assertEqual(rows[label]._parse_typed(typed, contract), expected)
        bad = (
            ("Ovens", "1.5"),
            ("Ovens", "0"),
            ("Ovens", "21"),
            ("Ovens", "1e3"),
            ("Ovens", "٣"),
            ("Deposit", "1.234"),
            ("Deposit", "1,23"),
            ("Deposit", "NaN"),
            ("Deposit", "9" * 30),
            ("Delivery Date", ""),
            ("Delivery Date", "2027-02-30"),
            ("Delivery Date", "31/01/2027"),
            ("Delivery Date", "2025-12-31"),
            ("Weekend Service", "on"),
            ("Carrier", "Train"),
            ("Tax ID", "ab1234"),
            ("Tax ID", "AB12345"),
            ("Remarks", "x" * 5001),
            ("Remarks", 5),
            ("Remarks", None),
        )
        for label, typed in bad:
            with self.subTest(label=label, typed=typed), self.assertRaises(ValidationError):
                rows[label]._parse_typed(typed, contract)

    def test_parsing_in_another_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        contract = self._create_delivery()
        row = self.fields_by_label["Deposit"].with_context(lang="fr_FR")
        self.assertEqual(row._parse_typed("1\u202f234,50", contract), 1234.5)
        self.assertEqual(row._format_typed(1234.5), "1234,5")

    def test_days_from_today(self):
        row = self.fields_by_label["Delivery Date"]
        row.minimum = "today+3"
        contract = self._create_delivery()
        with self.assertRaises(ValidationError):
            row._parse_typed("2026-01-02", contract)
