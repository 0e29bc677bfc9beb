import json

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import FieldRuleCommon


@tagged("post_install", "-at_install")
class TestHiddenField(FieldRuleCommon):
    """A field hidden in every state, and each way around the rule."""

    def setUp(self):
        super().setUp()
        self.contract = self._create_contract(amount_total=98765)
        self._create_rule("amount_total")
        self.own = self._as_agent(self.contract)
        self.Contract = self.env["customer.contract"].with_user(self.agent)

    def test_others_are_not_restricted(self):
        for user in (self.all_user, self.administrator):
            contract = self.contract.with_user(user)
            self.assertEqual(contract.read(["amount_total"])[0]["amount_total"], 98765)
            self.assertTrue(contract.search([("amount_total", "=", 98765)]))
            contract.amount_total += 0
            self.assertIn("amount_total", contract.fields_get())
        self.assertEqual(self.own.sudo().amount_total, 98765)

    def test_reading(self):
        for read in (
            lambda: self.own.amount_total,
            lambda: self.own.mapped("amount_total"),
            lambda: self.own.read(["amount_total"]),
            lambda: self.own.web_read({"amount_total": {}}),
            lambda: self.Contract.search_read([], ["amount_total"]),
            lambda: self.Contract.web_search_read([], {"amount_total": {}}),
            lambda: self.own.export_data(["name", "amount_total"]),
            lambda: self.own.filtered_domain([("amount_total", ">", 0)]),
            lambda: self.own.grouped("amount_total"),
            lambda: self.own.web_save({"title": "New"}, {"amount_total": {}}),
        ):
            self._assert_refused(read)
        row = self.own.read()[0]
        self.assertNotIn("amount_total", row)
        self.assertIn("title", row)
        self.assertNotIn("98765", json.dumps(row, default=str))
        self.assertNotIn("amount_total", self.own.fields_get())

    def test_searching(self):
        partner = self.customer_company.with_user(self.agent)
        participants = self.env["customer.contract.participant"].with_user(self.agent)
        for search in (
            lambda: self.Contract.search([("amount_total", ">", 0)]),
            lambda: self.Contract.search_count([("amount_total", ">", 0)]),
            lambda: self.Contract.search(["!", ("amount_total", "=", 0)]),
            lambda: self.Contract.search([], order="amount_total desc"),
            lambda: self.Contract.web_search_read([], {"title": {}}, order="amount_total"),
            lambda: self.Contract.name_search("", [("amount_total", ">", 0)]),
            lambda: self.Contract.web_name_search("", {"amount_total": {}}),
            lambda: self.Contract.search([("partner_id.contract_ids.amount_total", ">", 0)]),
            lambda: self.Contract.search([("participant_ids.contract_id.amount_total", ">", 0)]),
            lambda: participants.search([("contract_id.amount_total", ">", 0)]),
            lambda: participants.search([("contract_id", "any", [("amount_total", ">", 0)])]),
            lambda: partner.search([("contract_ids.amount_total", ">", 0)]),
            lambda: partner.search([("contract_ids", "any", [("amount_total", ">", 0)])]),
            lambda: partner.search([("contract_ids", "not any", [("amount_total", ">", 0)])]),
            lambda: self.Contract.search([("id", "any", [("amount_total", ">", 0)])]),
            lambda: self.Contract.read_progress_bar(
                [("amount_total", ">", 0)],
                "stage_id",
                {"field": "state", "colors": {"draft": "info"}},
            ),
        ):
            self._assert_refused(search)

    def test_raw_subqueries_are_no_way_around(self):
        """Operators that skip record rules are for the server's own code only."""
        partner = self.customer_company.with_user(self.agent)
        for operator in ("any!", "not any!"):
            domain = [("contract_ids", operator, [("amount_total", ">", 0)])]
            self._assert_refused(lambda domain=domain: partner.search(domain))

    def test_grouping(self):
        participants = self.env["customer.contract.participant"].with_user(self.agent)
        for group in (
            lambda: self.Contract._read_group([], ["amount_total"], ["__count"]),
            lambda: self.Contract.formatted_read_group([], ["state"], ["amount_total:sum"]),
            lambda: self.Contract.formatted_read_group([], ["state"], ["amount_total:max"]),
            lambda: self.Contract.formatted_read_group(
                [], ["state"], ["__count"], having=[("amount_total:sum", ">", 1)]
            ),
            lambda: self.Contract.formatted_read_group(
                [], ["state"], ["__count"], order="amount_total:sum desc"
            ),
            lambda: self.Contract.web_read_group([], ["state"], ["amount_total:sum"]),
            lambda: self.Contract.read_group([], ["amount_total:sum"], ["state"]),
            lambda: self.Contract.read_group([], ["amount:sum(amount_total)"], ["state"]),
            lambda: participants.formatted_read_group([], ["contract_id.amount_total"], []),
            lambda: participants.formatted_read_group([], [], ["contract_id.amount_total:sum"]),
            lambda: self.Contract.search_panel_select_range("amount_total"),
            lambda: participants.search([], order="contract_id.amount_total"),
        ):
            self._assert_refused(group)

    def test_reading_through_others(self):
        partner = self.customer_company.with_user(self.agent)
        participant = self.own.participant_ids[:1]
        for read in (
            lambda: partner.web_read({"contract_ids": {"fields": {"amount_total": {}}}}),
            lambda: partner.web_read(
                {"contract_ids": {"fields": {"title": {}}, "order": "amount_total"}}
            ),
            lambda: partner.export_data(["name", "contract_ids/amount_total"]),
            lambda: participant.export_data(["contract_id/amount_total"]),
            lambda: participant.web_read({"contract_id": {"fields": {"amount_total": {}}}}),
            lambda: participant.mapped("contract_id.amount_total"),
        ):
            self._assert_refused(read)

    def test_writing(self):
        for write in (
            lambda: self.own.write({"amount_total": 1}),
            lambda: self.own.web_save({"amount_total": 1}, {}),
            lambda: self.Contract.create(
                {"title": "X", "partner_id": self.customer_company.id, "amount_total": 1}
            ),
            lambda: self.Contract.with_context(default_amount_total=1).create(
                {"title": "X", "partner_id": self.customer_company.id}
            ),
            lambda: self.own.copy({"amount_total": 1}),
            lambda: (
                self.customer_company.with_user(self.all_user)
                .with_user(self.agent)
                .write({"contract_ids": [Command.update(self.contract.id, {"amount_total": 1})]})
            ),
        ):
            self._assert_refused(write)
        self.assertEqual(self.contract.sudo().amount_total, 98765)
        self.own.title = "Still mine"

    def test_importing(self):
        result = self.Contract.load(
            ["title", "partner_id/.id", "amount_total"],
            [["Imported", str(self.customer_company.id), "5"]],
        )
        self.assertFalse(result["ids"])
        self.assertIn("Amount", result["messages"][0]["message"])
        result = self.Contract.load([".id", "amount_total"], [[str(self.contract.id), "5"]])
        self.assertFalse(result["ids"])
        self.assertTrue(
            self.Contract.load(
                ["title", "partner_id/.id"], [["Imported", str(self.customer_company.id)]]
            )["ids"]
        )

    def test_copying(self):
        duplicate = self.own.copy()
        self.assertFalse(duplicate.sudo().amount_total)
        self.assertEqual(duplicate.env, self.own.env)
        with self.assertRaises(AccessError):
            duplicate.read(["amount_total"])
        self.assertNotIn("amount_total", self.own.copy_data()[0])
        self.assertEqual(self.contract.with_user(self.all_user).copy().amount_total, 98765)

    def test_onchange(self):
        self._assert_refused(
            lambda: self.own.onchange(
                {"title": "x", "amount_total": 4}, ["title"], {"title": {}, "amount_total": {}}
            )
        )
        result = self.own.onchange({"title": "x"}, ["title"], {"title": {}})
        self.assertNotIn("amount_total", result.get("value", {}))
        spec = {"contract_id": {"fields": {"amount_total": {}}}, "role": {}}
        participants = self.env["customer.contract.participant"].with_user(self.agent)
        for values in (
            {"contract_id": self.contract.id},
            {"contract_id": {"id": self.contract.id, "amount_total": False}},
        ):
            try:
                answer = participants.onchange(values, ["contract_id"], spec)
            except AccessError:
                continue
            self.assertNotIn("98765", json.dumps(answer, default=str))

    def test_views(self):
        views = self.Contract.get_views(
            [(False, kind) for kind in ("form", "list", "kanban", "search", "calendar")],
            {"toolbar": True},
        )
        for view in views["views"].values():
            self.assertNotIn("amount_total", view["arch"])
            etree.fromstring(view["arch"])
        self.assertNotIn("amount_total", views["models"]["customer.contract"]["fields"])
        arch = self.Contract.with_user(self.all_user).get_view(view_type="form")["arch"]
        self.assertIn("amount_total", arch)
        with Form(self.own) as form:
            form.title = "Written in the form"
        self.assertEqual(self.contract.title, "Written in the form")

    def test_tracking(self):
        self._run_tracking()  # of the new contract
        changed = self.contract.with_user(self.all_user).with_context(
            tracking_disable=False, mail_notrack=False
        )
        changed.amount_total = 54321
        self._run_tracking()
        self.contract.invalidate_recordset()
        message = self.contract.message_ids.sudo().filtered("tracking_value_ids")[:1]
        tracking = message.sudo().tracking_value_ids
        self.assertEqual(tracking.field_id.name, "amount_total")

        def get_fields(user):
            return tracking._filter_has_field_access(self.env(user=user)).field_id.mapped("name")

        self.assertEqual(get_fields(self.agent), [])
        self.assertEqual(get_fields(self.all_user), ["amount_total"])
        # One mail may go to several readers.
        context = self.contract.with_user(self.all_user)._notify_by_email_prepare_rendering_context(
            message
        )
        self.assertEqual(context["tracking_values"], [])
        self.assertFalse(tracking._filter_free_field_access())

    def test_trail_and_versions(self):
        self.contract.with_user(self.all_user).amount_total = 54321
        event = self.own.event_ids.filtered(lambda event: event.event_type == "changed")[:1]
        self.assertNotIn("54", event.description)
        self.assertIn("54", event.with_user(self.all_user).description)
        version = self.contract.sudo()._freeze().with_user(self.agent)
        for read in (
            lambda: event.payload,
            lambda: event.search([("payload", "ilike", "54321")]),
            lambda: version.content,
            lambda: version.read(["content"]),
            lambda: version.search([("content", "ilike", "54321")]),
            lambda: self.Contract.search([("current_version_id.content", "ilike", "54321")]),
            self.own.get_audit_trail,
            self.own.get_readable_audit_trail,
            self.own.get_evidence_bundle,
        ):
            self._assert_refused(read)
        self.assertTrue(self.own.verify_integrity()["ok"])
        self.assertEqual(version._get_content()["amount"]["value"], "54321.00")

    def test_groups_that_are_named(self):
        self._create_rule(
            "note",
            group_ids=[Command.link(self.env.ref("customer_contract.group_contract_esign").id)],
            exempt_group_ids=[],
        )
        self.assertNotIn("note", self.own.fields_get())
        self.assertIn("note", self.contract.with_user(self.all_user).fields_get())
        self.agent.group_ids -= self.env.ref("customer_contract.group_contract_esign")
        self.assertIn("note", self.own.fields_get())

    def test_rules_hold_at_once(self):
        rule = self.env["customer.contract.field.rule"].search([])
        rule.active = False
        self.assertEqual(self.own.amount_total, 98765)
        rule.active = True
        with self.assertRaises(AccessError):
            _value = self.own.amount_total
        rule.unlink()
        self.assertEqual(self.own.amount_total, 98765)
