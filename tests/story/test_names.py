from odoo import Command
from odoo.tests import TransactionCase, new_test_user, tagged

ADDON = "odoo.addons.customer_contract."
READABLE = ("char", "text", "many2one")


@tagged("post_install", "-at_install")
class TestNames(TransactionCase):
    """Every record that a screen opens has a name that says what it is."""

    def test_every_opened_model_has_a_name(self):
        actions = self.env["ir.model.data"].search(
            [("module", "=", "customer_contract"), ("model", "=", "ir.actions.act_window")]
        )
        names = {
            action.res_model
            for action in self.env["ir.actions.act_window"].browse(actions.mapped("res_id"))
            if action.res_model.startswith("customer.contract")
            and not self.env[action.res_model].is_transient()
        }
        self.assertGreater(len(names), 10)
        for name in sorted(names):
            with self.subTest(model=name):
                model = self.env[name]
                computes = any(
                    "_compute_display_name" in vars(cls)
                    for cls in type(model).mro()
                    if cls.__module__.startswith(ADDON)
                )
                field = model._fields.get(model._rec_name)
                self.assertTrue(computes or (field is not None and field.type in READABLE))

    def test_field_rule(self):
        rule = self.env["customer.contract.field.rule"].create(
            {"field_name": "customer.contract:note", "access": "hidden"}
        )
        self.assertEqual(rule.display_name, "Internal Note · Hidden")

    def test_consent(self):
        consent = self.env["customer.contract.consent"].create(
            {"lang": "en_US", "company_id": self.env.company.id, "text": "I agree."}
        )
        self.assertEqual(
            consent.display_name,
            f"English (US), {self.env.company.name}, version {consent.version}",
        )

    def test_no_limit_is_no_amount(self):
        rule = self.env["customer.contract.approval.rule"].create({"name": "Sales"})
        self.assertEqual(rule.amount_range, "No limit")
        rule.amount_min = 5000
        self.assertRegex(rule.amount_range, r"^From \D*5,000.00")
        rule.amount_max = 9000
        self.assertRegex(rule.amount_range, r"5,000.00.* to .*9,000.00")
        rule.amount_min = 0
        self.assertRegex(rule.amount_range, r"^Up to \D*9,000.00")
        person = self.env["res.partner"].create({"name": "Ada Abel"})
        authority = self.env["customer.contract.authority"].create(
            {"partner_id": person.id, "company_partner_id": self.env.company.partner_id.id}
        )
        self.assertEqual(authority.amount_range, "No limit")

    def test_steps_name_their_people(self):
        director = new_test_user(
            self.env, login="director", name="Dora Director", groups="base.group_user"
        )
        group = self.env.ref("customer_contract.group_contract_manager")
        rule = self.env["customer.contract.approval.rule"].create(
            {
                "name": "Sales",
                "step_ids": [
                    Command.create(
                        {
                            "name": "Director",
                            "source": "user",
                            "user_ids": [Command.set(director.ids)],
                        }
                    ),
                    Command.create({"name": "Group", "source": "group", "group_id": group.id}),
                    Command.create({"name": "Leader", "source": "team_leader"}),
                ],
            }
        )
        self.assertEqual(
            rule.step_ids.mapped("who"),
            ["Dora Director", group.display_name, "Leader of the Contract's Team"],
        )
