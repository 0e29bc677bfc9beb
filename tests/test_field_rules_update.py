from pathlib import Path

from odoo.modules.migration import load_script
from odoo.tests import new_test_user, tagged

from .field_rule_common import FieldRuleCommon

SCRIPT = Path(__file__).parents[1] / "migrations" / "19.0.2.0.0" / "post-field_rule.py"


@tagged("post_install", "-at_install")
class TestFieldRuleUpdate(FieldRuleCommon):
    """Rules that hid a field in some states only, made before 19.0.2.0.0."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.french = new_test_user(
            cls.env,
            login="french",
            lang="fr_FR",
            groups="customer_contract.group_contract_manager",
        )

    def _migrate(self):
        self.env.flush_all()
        load_script(str(SCRIPT), SCRIPT.stem).migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def _get_ticks(self, rule):
        return [name for name in rule._fields if name.startswith("in_") and rule[name]]

    def test_hidden_in_some_states(self):
        partly = self._create_rule("note", in_sent=True, in_signed=True)
        archived = self._create_rule("tag_ids", in_draft=True, active=False)
        states = self.env["customer.contract.field.rule"]._get_all_states()
        everywhere = self._create_rule("date_start", **{f"in_{state}": True for state in states})
        plain = self._create_rule("date_end")
        read_only = self._create_rule("amount_total", "readonly", in_sent=True)
        self._run_tracking()
        kept = {rule: rule.message_ids for rule in (everywhere, plain, read_only)}
        sent_mails = self.env["mail.mail"].search_count([])
        self._migrate()
        for rule in (partly, archived, everywhere, plain):
            self.assertEqual(rule.access, "hidden")
            self.assertEqual(self._get_ticks(rule), [])
            self.assertEqual(rule._get_states(), states)
        self.assertEqual(self._get_ticks(read_only), ["in_sent"])
        self.assertEqual(read_only._get_states(), {"sent"})
        for rule, messages in kept.items():
            self.assertEqual(rule.message_ids, messages)
        self.assertFalse(archived.active)
        self.assertIn("Needs Signature, Signed", partly.message_ids[0].body)
        self.assertIn("Draft", archived.message_ids[0].body)
        self.assertEqual(self.env["mail.mail"].search_count([]), sent_mails)

    def test_administrators_get_the_list(self):
        rule = self._create_rule("note", in_sent=True)
        self._create_rule("tag_ids", in_draft=True)
        self._migrate()
        activities = self.env["mail.activity"].search(
            [("res_model", "=", "customer.contract.field.rule")]
        )
        self.assertIn(self.administrator, activities.user_id)
        self.assertIn(self.french, activities.user_id)
        self.assertNotIn(self.all_user, activities.user_id)
        english = activities.filtered(lambda activity: activity.user_id == self.administrator)
        self.assertEqual(len(english), 1)
        self.assertIn("Internal Note", english.note)
        self.assertIn("Tag”", english.note)
        self.assertTrue(rule.with_user(self.administrator).activity_ids)
        french = activities.filtered(lambda activity: activity.user_id == self.french)
        self.assertIn(
            dict(
                self.env["customer.contract"]
                .with_context(lang="fr_FR")
                ._fields["state"]
                ._description_selection(self.env(context={"lang": "fr_FR"}))
            )["sent"],
            french.note,
        )
        self._migrate()
        self.assertEqual(
            self.env["mail.activity"].search_count([("res_model", "=", rule._name)]),
            len(activities),
            "Told once.",
        )

    def test_nobody_sees_more(self):
        contract = self._create_contract(note="<p>secret</p>")
        self._create_rule("note", in_sent=True)
        for _time in ("before", "after"):
            with self.assertRaisesRegex(Exception, "field rule"):
                self._as_agent(contract).read(["note"])
            self._migrate()

    def test_nothing_to_tell(self):
        self._create_rule("note")
        self._migrate()
        self.assertFalse(
            self.env["mail.activity"].search([("res_model", "=", "customer.contract.field.rule")])
        )
