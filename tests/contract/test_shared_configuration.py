from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..common import ContractCommon

GROUP_MANAGER = "customer_contract.group_contract_manager"


@tagged("post_install", "-at_install")
class TestSharedConfiguration(ContractCommon):
    """Of two companies in one database, neither is ruled by the other's people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Other Company"})

        def create_user(login, companies, groups=GROUP_MANAGER):
            return new_test_user(
                cls.env,
                login=login,
                groups=groups,
                email=f"{login}@example.com",
                company_id=companies[-1].id,
                company_ids=[Command.set(companies.ids)],
            )

        cls.administrator = create_user("administrator", cls.company)
        cls.foreigner = create_user("foreigner", cls.other_company)
        every_company = cls.env["res.company"].search([])
        cls.head = create_user("head", every_company)
        cls.agent = create_user(
            "agent", cls.company, groups="customer_contract.group_contract_user"
        )

    def _get_shared(self):
        """Return one shared record of each kind of configuration, with a value to write."""
        values = {
            "customer.contract.type": {"name": "Shared"},
            "customer.contract.stage": {"name": "Shared"},
            "customer.contract.tag": {"name": "Shared"},
            "customer.contract.refusal.reason": {"name": "Shared"},
            "customer.contract.dispute.category": {"name": "Shared"},
            "customer.contract.consent": {"text": "Shared"},
        }
        return [(self.env[model].create(one), one) for model, one in values.items()]

    def test_shared_records(self):
        for record, values in self._get_shared():
            changed = {name: f"{value} no more" for name, value in values.items()}
            for user in (self.foreigner, self.administrator):
                own = record.with_user(user)
                with self.subTest(model=record._name, user=user.login):
                    self.assertTrue(own.has_access("read"))
                    for call in (lambda o=own, c=changed: o.write(c), own.unlink):
                        with self.assertRaises(AccessError), self.env.cr.savepoint():
                            call()
            record.with_user(self.head).write(changed)

    def test_every_shared_model_asks(self):
        """Configuration without a company of its own, and what may be without one."""
        mixin = self.env.registry["customer.contract.shared.mixin"]
        found = 0
        for model in self.env.registry.values():
            company = model._fields.get("company_id")
            if (
                model._name.startswith("customer.contract.")
                and model._auto
                and not model._abstract
                and not model._transient
                and company
                and company.store
                and not company.required
                and not company.related
            ):
                found += 1
                self.assertTrue(issubclass(model, mixin), model._name)
        self.assertGreaterEqual(found, 3)

    def test_own_records(self):
        kind = (
            self.env["customer.contract.type"]
            .with_user(self.foreigner)
            .create({"name": "Own", "company_id": self.other_company.id})
        )
        kind.name = "Own, renamed"
        tag = self.env["customer.contract.tag"].with_user(self.foreigner).create({"name": "New"})
        self.assertTrue(tag)

    def test_what_rules_the_contracts_of_all(self):
        """Whoever works in one company makes no rule for the others, and changes none."""
        kind = self.env["customer.contract.type"].create({"name": "Shared"})
        row = self.env["customer.contract.type.field"].create(
            {"type_id": kind.id, "label": "Kilowatts", "value_type": "integer"}
        )
        rule = self.env["customer.contract.approval.rule"].create({"name": "Shared"})
        step = self.env["customer.contract.approval.rule.step"].create(
            {"rule_id": rule.id, "name": "Head", "user_ids": [Command.set(self.head.ids)]}
        )
        for values in (
            {"model": row, "type_id": kind.id, "label": "Watts"},
            {"model": rule, "name": "Mine", "company_id": False},
            {
                "model": step,
                "rule_id": rule.id,
                "name": "Me",
                "user_ids": [Command.set(self.foreigner.ids)],
            },
            {
                "model": self.env["customer.contract.field.rule"],
                "field_name": self.env["customer.contract.field.rule"]._get_ruled_fields()[0][0],
            },
            {"model": self.env["customer.contract.consent"], "text": "Mine", "company_id": False},
        ):
            record = values.pop("model")
            own = record.with_user(self.foreigner)
            with self.subTest(model=record._name):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    own.create(values)
                if record:
                    with self.assertRaises(AccessError), self.env.cr.savepoint():
                        own.write({"sequence": 77})
                    with self.assertRaises(AccessError), self.env.cr.savepoint():
                        own.unlink()
        own = rule.with_user(self.foreigner).create({"name": "Own"})
        self.assertEqual(own.company_id, self.other_company, "theirs, unless they say otherwise")
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            own.company_id = False
        everybodys = rule.with_user(self.head).create({"name": "All", "company_id": False})
        self.assertFalse(everybodys.company_id)

    def test_substitutes(self):
        Substitute = self.env["customer.contract.substitute"]
        days = {"date_from": "2030-01-01", "date_to": "2030-01-02"}
        for user, values, error in (
            (
                self.foreigner,
                {"user_id": self.administrator.id, "substitute_id": self.foreigner.id},
                UserError,
            ),
            (
                self.foreigner,
                {"user_id": self.administrator.id, "substitute_id": self.agent.id},
                AccessError,
            ),
            (
                self.foreigner,
                {"user_id": self.head.id, "substitute_id": self.foreigner.id},
                AccessError,
            ),
            (
                self.administrator,
                {"user_id": self.administrator.id, "substitute_id": self.foreigner.id},
                ValidationError,
            ),
        ):
            with self.subTest(values=values):
                with self.assertRaises(error), self.env.cr.savepoint():
                    Substitute.with_user(user).create({**values, **days})
        Substitute.with_user(self.administrator).create(
            {"user_id": self.agent.id, "substitute_id": self.administrator.id, **days}
        )

    def test_who_cannot_read_is_not_asked(self):
        contract = self._create_contract()
        people = self.env["customer.contract.participant"].with_user(self.manager)
        for role in ("approver", "signer"):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                people.create(
                    {
                        "contract_id": contract.id,
                        "partner_id": self.foreigner.partner_id.id,
                        "role": role,
                        "party": "company",
                    }
                )
        person = people.create(
            {
                "contract_id": contract.id,
                "partner_id": self.agent.partner_id.id,
                "role": "approver",
                "party": "company",
            }
        )
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            person.partner_id = self.foreigner.partner_id

    def test_contract_without_a_manager(self):
        contract = self._create_contract()
        contract.sudo().participant_ids.filtered(lambda one: one.party == "company").unlink()
        contract.sudo().user_id = False
        self.env.flush_all()
        self.env.invalidate_all()
        seen = self.env["customer.contract"].with_user(self.agent)
        self.assertNotIn(contract, seen.search([]))
        for record in (contract, contract.sudo().section_ids[0]):
            for operation in ("read", "write", "unlink"):
                self.assertFalse(record.with_user(self.agent).has_access(operation))
        self.assertTrue(contract.with_user(self.administrator).has_access("write"))

    def test_cancelled_draft_revived(self):
        contract = self._create_contract()
        contract.action_cancel()
        before = contract.sudo().trail_length
        contract.action_new_version()
        self.assertEqual(contract.state, "draft")
        self.assertEqual(contract.sudo().trail_length, before + 1)
        event = contract.sudo().event_ids.sorted("id")[-1]
        self.assertEqual(event.event_type, "changed")
        self.assertIn("Cancelled", event.payload)
        self.assertTrue(contract.verify_integrity()["ok"])
