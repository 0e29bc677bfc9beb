from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, HttpCase, tagged
from odoo.tests.common import JsonRpcException
from odoo.tools import mute_logger

from .common import FieldRuleCommon


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

    def test_what_the_addon_does_sees_everything(self):
        """No act has to be listed, and what Odoo has obeys the rules."""
        for model in self.env["customer.contract.field.rule"]._get_ruled_models():
            model_class = self.registry[model]
            for name in dir(model_class):
                method = getattr(model_class, name)
                if name.startswith(("action_", "_prepare_content")) and callable(method):
                    is_odoo = any(
                        hasattr(self.registry[mixin], name)
                        for mixin in ("mail.activity.mixin", "portal.mixin")
                    )
                    self.assertEqual(hasattr(method, "__wrapped__"), not is_odoo, name)
            for name in ("read", "web_read", "search", "_search", "export_data", "write", "copy"):
                method = getattr(model_class, name)
                self.assertFalse(hasattr(method, "__wrapped__"), f"{name} of {model}")

    def test_no_other_model_pays(self):
        """Only models of which rules can hide a field ask for rules."""
        guarded = self.env["customer.contract.field.rule"]._get_guarded_models()
        for model in ("customer.contract", "customer.contract.event", "customer.contract.dispute"):
            self.assertIn(model, guarded)
            self.assertIn("_has_field_access", vars(self.registry[model]))
        for model in ("base", "res.users", "mail.message", "ir.attachment"):
            self.assertNotIn(model, guarded)
            for name in ("_has_field_access", "_check_field_access", "_search", "_field_to_sql"):
                module = getattr(self.registry[model], name).__module__
                self.assertNotIn("field_rule", module, f"{name} of {model}")

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
        with Form(self.env["customer.contract.field.rule"].with_user(self.administrator)) as form:
            form.field_name = "customer.contract:amount_total"
            form.access = "hidden"
            form.exempt_group_ids.add(self.exempt)
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
