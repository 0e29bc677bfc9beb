import json
from datetime import date

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..common import make_pdf
from .common import FieldRuleCommon


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
        self._create_rule("date", "readonly", model="customer.contract.milestone", in_sent=True)
        arch = etree.fromstring(contract.get_view(view_type="form")["arch"])
        for field in arch.xpath("//field[@name='milestone_ids']//field[@name='date']"):
            self.assertIn("parent.state in ('sent',)", field.get("readonly"))
        for kind in ("search", "pivot", "graph", "calendar"):
            arch = etree.fromstring(contract.get_view(view_type=kind)["arch"])
            self.assertFalse(arch.xpath("//field[@name='state'][@column_invisible]"))

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
            try:
                with self.env.cr.savepoint():
                    self._create_rule(name, "hidden", model=model)
            except ValidationError:
                if not self.env[model]._fields[name.partition(".")[0]].required:
                    self._create_rule(name, "readonly", model=model)
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
                    "milestone_ids": [
                        Command.create({"name": "Delivery", "date": "2026-05-01", "amount": 4})
                    ],
                    "document_ids": [
                        Command.create({"name": "plan.pdf", "raw": make_pdf(), "folder": "Plans"})
                    ],
                }
            )
        )
        own = self._as_agent(contract)
        own.title = "Closed fields"
        self.assertTrue(own.get_views([(False, "form"), (False, "list"), (False, "kanban")]))
        self.assertTrue(own.read())
        own.message_post(body=contract.title)
        self._open_all(own)
        own.milestone_ids.action_start()
        own.milestone_ids.name = "Delivery and assembly"
        own.document_ids.action_show()
        self._sign_as_manager(own)
        own.action_send()
        own.action_remind()
        own.action_new_version()
        self._sign_as_manager(own)
        own.action_send()
        self._sign_as_customer(own)
        self._finalize(own)
        self.assertEqual(own.state, "signed")
        self._open_all(own)
        own.milestone_ids.action_reach()
        self.assertTrue(own.read())
        own.action_terminate("It is over")
        self._run_tracking()
        written = own.create(
            {"title": "Written by an agent", "partner_id": self.customer_company.id}
        )
        self.assertEqual(written.env, own.env)
        written.title = "And changed"
        written.unlink()
        other = own.copy()
        other.activity_schedule("mail.mail_activity_data_todo", user_id=self.agent.id)
        other.action_cancel("not needed")
        self.assertEqual(other.state, "cancelled")

    def _open_all(self, contract):
        """Press each button that opens something."""
        for records in (contract, contract.milestone_ids, contract.document_ids):
            for name in dir(type(records)):
                if name.startswith(("action_open_", "action_view_")):
                    try:
                        with self.env.cr.savepoint():
                            action = getattr(records, name)() or {}
                    except UserError as error:
                        self.assertNotIn("field rule", str(error), name)
                    else:
                        json.dumps(action, default=self._name_type)

    def _name_type(self, value):
        self.assertIsInstance(value, date, "Only text and days leave the server.")
        return str(value)
