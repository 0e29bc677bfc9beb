from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..common import ContractCommon

USER = "customer_contract.group_contract_user"
MIXIN = "customer.contract.component.mixin"
EVIDENCE = "customer.contract.evidence.mixin"


@tagged("post_install", "-at_install")
class TestComponent(ContractCommon):
    """What belongs to one contract comes into no other one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = new_test_user(cls.env, "component_agent", name="Ari Agent", groups=USER)
        cls.colleague = cls.env["res.partner"].create({"name": "Lina", "email": "l@x.example.com"})
        cls.own, cls.other = cls._create_contract(), cls._create_contract()
        cls.own.user_id = cls.agent

    def _create_all(self, contract):
        """Create one component of each kind that people create, as the agent does."""
        values = {
            "customer.contract.section": {"title": "Terms", "body": "<p>Text</p>"},
            "customer.contract.document": {"name": "annex.txt", "raw": b"Annex"},
            "customer.contract.milestone": {"name": "Ovens", "date": "2030-01-01"},
            "customer.contract.participant": {"partner_id": self.colleague.id, "role": "approver"},
            "customer.contract.routing.step": {"name": "Both"},
        }
        return [
            self.env[model].with_user(self.agent).create({"contract_id": contract.id, **given})
            for model, given in values.items()
        ]

    def test_every_model_of_a_contract_is_closed(self):
        closed = (self.env.registry[MIXIN], self.env.registry[EVIDENCE])
        for name, model in self.env.registry.items():
            field = model._fields.get("contract_id")
            if (
                field is None
                or model._abstract
                or model._transient
                or not (field.required and field.store)
                or field.comodel_name != "customer.contract"
            ):
                continue
            with self.subTest(name):
                self.assertTrue(issubclass(model, closed))

    def test_nothing_moves(self):
        for component in self._create_all(self.own):
            with self.subTest(component._name):
                for user in (self.agent, self.env.ref("base.user_admin")):
                    with self.assertRaises(UserError):
                        component.with_user(user).write({"contract_id": self.other.id})
                component.write({"contract_id": self.own.id})
                with self.assertRaises(AccessError):
                    component.copy({"contract_id": self.other.id})
                self.assertEqual(component.contract_id, self.own)

    def test_nothing_is_linked_across(self):
        sections = self.other.section_ids
        with self.assertRaises(UserError):
            self.own.with_user(self.agent).write(
                {"section_ids": [Command.link(section.id) for section in sections]}
            )
        self.assertEqual(self.other.section_ids, sections)

    def test_nothing_is_made_in_a_foreign_contract(self):
        with self.assertRaises(AccessError):
            self._create_all(self.other)
        for model in ("section", "document", "milestone", "participant", "routing.step"):
            records = self.env[f"customer.contract.{model}"].with_user(self.agent)
            with self.subTest(model), self.assertRaises(AccessError):
                records.with_context(default_contract_id=self.other.id).create(
                    {"partner_id": self.colleague.id, "role": "approver"}
                    if model == "participant"
                    else {"name": "Planted", "date": "2030-01-01"}
                    if model == "milestone"
                    else {"title": "Planted"}
                    if model == "section"
                    else {"name": "planted.txt"}
                )

    def test_import_moves_nothing(self):
        component = self._create_all(self.own)[0]
        result = (
            self.env["customer.contract.section"]
            .with_user(self.agent)
            .load([".id", "contract_id/.id"], [[str(component.id), str(self.other.id)]])
        )
        self.assertFalse(result["ids"])
        self.assertEqual(component.contract_id, self.own)
