import json

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tests.common import JsonRpcException
from odoo.tools import mute_logger

from .common import ContractCommon


class FieldRuleCommon(ContractCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls.manager  # User: Own Contracts
        cls.agent.group_ids += cls.env.ref("base.group_allow_export")
        cls.all_user = new_test_user(
            cls.env,
            login="all_user",
            email="all@company.example.com",
            groups="customer_contract.group_contract_user_all",
        )
        cls.administrator = new_test_user(
            cls.env, login="administrator", groups="customer_contract.group_contract_manager"
        )
        cls.exempt = cls.env.ref("customer_contract.group_contract_user_all")

    def _create_rule(self, name, access="hidden", model="customer.contract", **values):
        return (
            self.env["customer.contract.field.rule"]
            .with_user(self.administrator)
            .create(
                {
                    "field_name": f"{model}:{name}",
                    "access": access,
                    "exempt_group_ids": [Command.link(self.exempt.id)],
                    **values,
                }
            )
        )

    def _assert_refused(self, call):
        """Check that a call is refused, or not understood, and gives nothing."""
        try:
            with self.env.cr.savepoint():
                answer = call()
        except (UserError, ValueError):
            self.env.invalidate_all()
            return
        self.fail(f"answered {answer!r}")

    def _run_tracking(self):
        self.env.flush_all()
        self.env.cr.precommit.run()

    def _as_agent(self, contract):
        contract.invalidate_recordset()
        return contract.with_user(self.agent)


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
        result = self.own.onchange(
            {"title": "x", "amount_total": 4}, ["title"], {"title": {}, "amount_total": {}}
        )
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


@tagged("post_install", "-at_install")
class TestFieldHiddenInStates(FieldRuleCommon):
    """A field hidden while the contract is in some states."""

    def setUp(self):
        super().setUp()
        self.draft = self._create_contract(title="Open", date_start="2026-02-03")
        self.sent = self._create_sent_contract(title="Closed", date_start="2026-02-04")
        self._create_rule("date_start", in_sent=True, in_signed=True)
        self._create_rule("requester_id", in_sent=True)
        self._create_rule("tag_ids", in_sent=True)
        self.env.invalidate_all()
        self.both = (self.draft | self.sent).with_user(self.agent)

    def test_reads_as_empty(self):
        for rows in (
            self.both.read(["title", "date_start", "requester_id", "tag_ids"]),
            self.both.web_read(
                {
                    "title": {},
                    "date_start": {},
                    "requester_id": {"fields": {"display_name": {}}},
                    "tag_ids": {"fields": {"name": {}}},
                }
            ),
            self.both.search_read(
                [("id", "in", self.both.ids)], ["title", "date_start", "requester_id"], order="id"
            ),
            self.both.web_search_read(
                [("id", "in", self.both.ids)],
                {"title": {}, "date_start": {}, "requester_id": {"fields": {}}},
                order="id",
            )["records"],
        ):
            self.assertEqual([row["title"] for row in rows], ["Open", "Closed"])
            self.assertTrue(rows[0]["date_start"])
            self.assertTrue(rows[0]["requester_id"])
            self.assertIs(rows[1]["date_start"], False)
            self.assertIs(rows[1]["requester_id"], False)
            self.assertEqual(rows[1].get("tag_ids", []), [])
        reverse = self.both[::-1].read(["title", "date_start"])
        self.assertEqual([row["title"] for row in reverse], ["Closed", "Open"])

    def test_code_is_refused(self):
        self.assertTrue(self.both[0].date_start)
        with self.assertRaises(AccessError):
            _value = self.both[1].date_start
        with self.assertRaises(AccessError):
            _value = self.both.requester_id
        self.assertTrue(self.both[1].sudo().date_start)

    def test_the_cache_is_not_spoilt(self):
        self.both.read(["date_start"])
        self.assertEqual(
            [str(day) for day in self.both.sudo().mapped("date_start")],
            ["2026-02-03", "2026-02-04"],
        )
        with self.assertRaises(AccessError):
            _value = self.both[1].date_start

    def test_export(self):
        rows = self.both.export_data(["title", "date_start", "requester_id/name", "state"])["datas"]
        self.assertEqual(rows[0][0], "Open")
        self.assertTrue(rows[0][1])
        self.assertEqual(rows[0][2], "Carla Customer")
        self.assertEqual(rows[1][:3], ["Closed", "", ""])
        self.assertTrue(rows[1][3])

    def test_searching_and_grouping(self):
        for search in (
            lambda: self.both.search([("date_start", "=", "2026-02-04")]),
            lambda: self.both.search([("requester_id", "=", self.customer.id)]),
            lambda: self.both.search([("requester_id.name", "ilike", "Carla")]),
            lambda: self.both.search([], order="date_start"),
            lambda: self.draft.with_user(self.agent).search([("date_start", ">", "2000-01-01")]),
            lambda: self.both.formatted_read_group([], ["date_start:month"], ["__count"]),
            lambda: self.both.formatted_read_group([], ["requester_id"], ["__count"]),
            lambda: self.both.formatted_read_group([], ["state"], ["date_start:max"]),
            lambda: self.customer_company.with_user(self.agent).web_read(
                {"contract_ids": {"fields": {"title": {}}, "order": "date_start"}}
            ),
        ):
            self._assert_refused(search)

    def test_onchange_with_a_lie_about_the_state(self):
        own = self.sent.with_user(self.agent)
        result = own.onchange(
            {"state": "draft", "title": "x"},
            ["title"],
            {"date_start": {}, "requester_id": {"fields": {"display_name": {}}}, "title": {}},
        )
        self.assertNotIn("2026-02-04", json.dumps(result, default=str))
        self.assertNotIn("Carla", json.dumps(result, default=str))
        record = own.new({"state": "draft"}, origin=own)
        with self.assertRaises(AccessError):
            _value = record.date_start

    def test_copying_and_messages(self):
        self.assertFalse(self.sent.with_user(self.agent).copy().date_start)
        self.assertTrue(self.draft.with_user(self.agent).copy().date_start)
        own = self.sent.with_user(self.agent).with_context(
            tracking_disable=False, mail_notrack=False
        )
        own.sign_deadline = "2099-01-01"
        self._run_tracking()

    def test_views(self):
        views = self.both.get_views([(False, "form"), (False, "list"), (False, "search")])
        form = etree.fromstring(views["views"]["form"]["arch"])
        field = form.xpath("//field[@name='date_start']")[0]
        self.assertIn("state in ('sent', 'signed')", field.get("invisible"))
        description = views["models"]["customer.contract"]["fields"]["date_start"]
        self.assertFalse(description.get("searchable", False))
        self.assertFalse(description.get("sortable", False))
        with Form(self.draft.with_user(self.agent)) as draft_form:
            draft_form.date_start = "2026-03-01"


@tagged("post_install", "-at_install")
class TestReadOnlyField(FieldRuleCommon):
    """Fields that some may read and not change."""

    def test_in_every_state(self):
        contract = self._create_contract(amount_total=7)
        self._create_rule("amount_total", "readonly")
        own = self._as_agent(contract)
        self.assertEqual(own.read(["amount_total"])[0]["amount_total"], 7)
        self.assertTrue(own.search([("amount_total", "=", 7), ("id", "=", own.id)]))
        self.assertTrue(own.fields_get(["amount_total"])["amount_total"]["readonly"])
        self.assertFalse(own.fields_get(["title"])["title"]["readonly"])
        with self.assertRaisesRegex(AccessError, "Amount"):
            own.amount_total = 8
        self.assertEqual(own.copy().amount_total, 7)
        with self.assertRaises(AccessError):
            own.copy({"amount_total": 8})
        contract.with_user(self.all_user).amount_total = 8

    def test_in_some_states(self):
        self._create_rule("sign_deadline", "readonly", in_sent=True)
        contract = self._as_agent(self._create_contract())
        contract.sign_deadline = "2098-01-01"
        self._sign_as_manager(contract)
        contract.action_send()
        with self.assertRaises(AccessError):
            contract.sign_deadline = "2099-01-01"
        with self.assertRaises(AccessError):
            (contract | self._create_contract()).write({"sign_deadline": "2099-01-01"})
        self.assertEqual(str(contract.sign_deadline), "2098-01-01")
        arch = etree.fromstring(contract.get_view(view_type="form")["arch"])
        field = arch.xpath("//field[@name='sign_deadline']")[0]
        self.assertIn("state in ('sent',)", field.get("readonly"))
        self.assertNotIn("state in ('sent',)", field.get("invisible") or "")

    def test_text_of_sections(self):
        contract = self._create_contract()
        self._create_rule("body", "readonly", model="customer.contract.section")
        section = self._as_agent(contract).section_ids[0]
        self.assertIn("ovens", section.body)
        with self.assertRaises(AccessError):
            section.body = "<p>Free of charge.</p>"
        with self.assertRaises(AccessError):
            self._as_agent(contract).section_ids = [Command.create({"body": "<p>More</p>"})]
        with self.assertRaises(AccessError):
            self._as_agent(contract).copy(
                {"section_ids": [Command.create({"title": "x", "body": "<p>More</p>"})]}
            )
        for commands in (
            [Command.update(section.id, {"body": "<p>Free</p>"})],
            [Command.create({"title": "More", "body": "<p>More</p>"})],
        ):
            with self.assertRaises(AccessError):
                self._as_agent(contract).write({"title": "x", "section_ids": commands})
            with self.assertRaises(AccessError):
                section.env["customer.contract"].create(
                    {
                        "title": "x",
                        "partner_id": self.customer_company.id,
                        "section_ids": commands,
                    }
                )
            with self.assertRaises(AccessError):
                self.customer_company.with_user(self.agent).sudo(False).write(
                    {"contract_ids": [Command.update(contract.id, {"section_ids": commands})]}
                )
        section.title = "Scope of work"
        self.assertIn("ovens", self._as_agent(contract).copy().section_ids[0].body)

    def test_amounts_of_milestones(self):
        contract = self._create_contract(amount_total=1000)
        milestone = (
            self.env["customer.contract.milestone"]
            .with_user(self.all_user)
            .create(
                {
                    "contract_id": contract.id,
                    "name": "Delivery",
                    "date": "2026-05-01",
                    "amount": 432,
                }
            )
        )
        self._create_rule("amount", "hidden", model="customer.contract.milestone")
        milestone.invalidate_recordset()
        own = milestone.with_user(self.agent)
        for call in (
            lambda: own.amount,
            lambda: own.read(["amount"]),
            lambda: own.search([("amount", ">", 1)]),
            lambda: own.write({"amount": 1}),
            lambda: self._as_agent(contract).search([("milestone_ids.amount", ">", 1)]),
            lambda: self._as_agent(contract).web_read(
                {"milestone_ids": {"fields": {"amount": {}}}}
            ),
            lambda: self._as_agent(contract).write(
                {"milestone_ids": [Command.update(milestone.id, {"amount": 1})]}
            ),
        ):
            self._assert_refused(call)
        own.name = "Delivery and assembly"
        events = self._as_agent(contract).event_ids
        self.assertNotIn("432", " ".join(events.mapped(lambda event: event.description or "")))
        self._as_agent(contract).get_view(view_type="form")
        self._sign_as_manager(self._as_agent(contract))
        contract.action_send()
        self.assertEqual(milestone.with_user(self.all_user).amount, 432)

    def test_everything_closed_and_still_at_work(self):
        """Whatever is closed to an agent, the agent's contracts go their way."""
        Rule = self.env["customer.contract.field.rule"]
        for key, _label in Rule._get_ruled_fields():
            model, _separator, name = key.partition(":")
            field = self.env[model]._fields[name]
            if model != "customer.contract":
                continue
            try:
                with self.env.cr.savepoint():
                    self._create_rule(name, "hidden")
            except ValidationError:
                if not field.required:
                    self._create_rule(name, "readonly")
        self.assertGreater(len(Rule.search([("access", "=", "hidden")])), 8)
        contract = (
            self.env["customer.contract"]
            .with_user(self.all_user)
            .create(
                {
                    "title": "Closed",
                    "partner_id": self.customer_company.id,
                    "requester_id": self.customer.id,
                    "user_id": self.agent.id,
                    "amount_total": 10,
                    "section_ids": [Command.create({"title": "Scope", "body": "<p>x</p>"})],
                    "participant_ids": [
                        Command.create({"partner_id": self.agent.partner_id.id, "role": "signer"}),
                        Command.create({"partner_id": self.customer.id, "role": "signer"}),
                    ],
                }
            )
        )
        own = self._as_agent(contract)
        own.title = "Closed fields"
        self.assertTrue(own.get_views([(False, "form"), (False, "list"), (False, "kanban")]))
        self.assertTrue(own.read())
        own.message_post(body="A word")
        self._sign_as_manager(own)
        own.action_send()
        own.action_remind()
        own.action_new_version()
        self._sign_as_manager(own)
        own.action_send()
        self._sign_as_customer(own)
        self._finalize(own)
        self.assertEqual(own.state, "signed")
        self.assertTrue(own.read())
        own.action_terminate("It is over")
        self._run_tracking()
        written = own.create(
            {
                "title": "Written by an agent",
                "partner_id": self.customer_company.id,
                "section_ids": [Command.create({"title": "Scope", "body": "<p>x</p>"})],
            }
        )
        self.assertEqual(written.env, own.env)
        written.title = "And changed"
        written.unlink()
        other = own.copy()
        other.activity_schedule("mail.mail_activity_data_todo", user_id=self.agent.id)
        other.action_cancel("not needed")
        self.assertEqual(other.state, "cancelled")


@tagged("post_install", "-at_install")
class TestFieldRuleConfiguration(FieldRuleCommon):
    """Who makes rules, and which."""

    def test_only_administrators(self):
        rule = self._create_rule("note")
        for user in (self.agent, self.all_user):
            with self.assertRaises(AccessError):
                rule.with_user(user).read(["access"])
            with self.assertRaises(AccessError):
                rule.with_user(user).access = "readonly"
            with self.assertRaises(AccessError):
                rule.with_user(user).unlink()

    def test_what_cannot_be_hidden(self):
        choices = dict(self.env["customer.contract.field.rule"]._get_ruled_fields())
        for name in ("id", "state", "name", "current_version_id", "message_ids", "access_token"):
            self.assertNotIn(f"customer.contract:{name}", choices)
        self.assertIn("customer.contract:amount_total", choices)
        for name in ("title", "partner_id", "company_id", "currency_id", "user_id", "direction"):
            with self.assertRaisesRegex(ValidationError, "cannot be hidden"):
                self._create_rule(name)
            self._create_rule(name, "readonly", in_signed=True)
        for name in ("state", "name", "nothing"):
            self._assert_refused(lambda name=name: self._create_rule(name))

    def test_changes_are_tracked(self):
        rule = self._create_rule("note").with_context(tracking_disable=False, mail_notrack=False)
        self._run_tracking()
        rule.write({"access": "readonly", "in_sent": True})
        rule.group_ids = self.env.ref("base.group_user")
        self._run_tracking()
        tracked = rule.message_ids.sudo().tracking_value_ids.field_id.mapped("name")
        self.assertLessEqual({"access", "in_sent", "group_ids"}, set(tracked))
        self.assertEqual(rule.message_ids.author_id, self.administrator.partner_id)


@tagged("post_install", "-at_install")
class TestFieldRuleHttp(FieldRuleCommon, HttpCase):
    """Rules over RPC, and in the browser."""

    def _call(self, method, *args, **kwargs):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/customer.contract/{method}",
            {"model": "customer.contract", "method": method, "args": args, "kwargs": kwargs},
        )

    def test_rpc(self):
        contract = self._create_contract(amount_total=98765)
        self._create_rule("amount_total")
        self.authenticate(self.agent.login, self.agent.login)
        for method, args in (
            ("read", [contract.ids, ["amount_total"]]),
            ("search_read", [[["amount_total", ">", 1]], ["title"]]),
            ("write", [contract.ids, {"amount_total": 3}]),
            ("export_data", [contract.ids, ["amount_total"]]),
        ):
            with self.assertRaisesRegex(JsonRpcException, "AccessError"), mute_logger("odoo.http"):
                self._call(method, *args)
        self.env.invalidate_all()
        self.assertEqual(contract.sudo().amount_total, 98765)
        refused = contract.sudo().event_ids.filtered(lambda event: event.event_type == "refused")
        self.assertEqual(len(refused), 1)
        self.assertEqual(refused.actor, self.agent.name)
        self.assertEqual(refused._get_payload()["details"]["field"], "Amount")
        self.assertTrue(contract.verify_integrity()["ok"])

    def test_no_context_opens_the_rules(self):
        contract = self._create_contract(amount_total=98765)
        self._create_rule("amount_total")
        self.authenticate(self.agent.login, self.agent.login)
        for value in (True, 1, "_SYSTEM", {}):
            with self.assertRaisesRegex(JsonRpcException, "AccessError"), mute_logger("odoo.http"):
                self._call(
                    "read",
                    contract.ids,
                    ["amount_total"],
                    context={"customer_contract_reading": value, "customer_contract_pass": value},
                )

    def test_rule_and_its_effect_in_the_browser(self):
        contract = self._create_contract(amount_total=98765)
        self.administrator.partner_id.email = "boss@company.example.com"
        self.start_tour(
            "/odoo/action-customer_contract.customer_contract_field_rule_action",
            "customer_contract_field_rule",
            login=self.administrator.login,
        )
        rule = self.env["customer.contract.field.rule"].search([])
        self.assertEqual(rule.field_name, "customer.contract:amount_total")
        self.assertEqual(rule.access, "hidden")
        self.assertEqual(rule.exempt_group_ids, self.exempt)
        self.start_tour(
            f"/odoo/contracts/{contract.id}",
            "customer_contract_field_hidden",
            login=self.agent.login,
        )
        self.env.invalidate_all()
        self.assertEqual(contract.sudo().title, "Written without the amount")
        self.assertEqual(contract.sudo().amount_total, 98765)
