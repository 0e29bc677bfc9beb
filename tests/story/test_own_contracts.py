import random
from datetime import timedelta

from odoo import Command, fields
from odoo.fields import Domain
from odoo.tests import new_test_user, tagged

from ..common import ContractCommon, make_pdf

# The rule as a condition on contracts, of which nothing says where to begin.
MANAGED, TAKING_PART = "user_id", "participant_ids.partner_id"

# From what has a rule of own contracts to the contract.
OWNERS = {
    "customer.contract": "",
    "customer.contract.section": "contract_id",
    "customer.contract.participant": "contract_id",
    "customer.contract.routing.step": "contract_id",
    "customer.contract.document": "contract_id",
    "customer.contract.document.access": "contract_id",
    "customer.contract.version": "contract_id",
    "customer.contract.signature": "contract_id",
    "customer.contract.event": "contract_id",
    "customer.contract.export": "contract_ids",
    "customer.contract.anchor": "contract_id",
    "customer.contract.milestone": "contract_id",
    "customer.contract.date": "contract_id",
    "customer.contract.dispute": "contract_id",
    "customer.contract.paper": "contract_id",
    "customer.contract.paper.file": "paper_id.contract_id",
    "customer.contract.paper.page": "paper_id.contract_id",
}
# Those that every contract of these tests has.
ALWAYS_THERE = (
    "customer.contract",
    "customer.contract.section",
    "customer.contract.participant",
    "customer.contract.document",
    "customer.contract.version",
    "customer.contract.signature",
    "customer.contract.event",
    "customer.contract.anchor",
    "customer.contract.export",
    "customer.contract.milestone",
)


@tagged("post_install", "-at_install")
class TestOwnContracts(ContractCommon):
    """Agents find their contracts and all in them by indexes, and find the same ones."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        chance = random.Random(12)
        cls.agents = [
            new_test_user(
                cls.env,
                f"own_agent_{number}",
                email=f"agent{number}@company.example.com",
                groups="customer_contract.group_contract_user,"
                "customer_contract.group_contract_esign",
            )
            for number in range(5)
        ]
        people = [agent.partner_id for agent in cls.agents]
        contracts = cls.env["customer.contract"]
        for number in range(12):
            contract = cls._create_contract(
                participant_ids=[
                    Command.create({"partner_id": person.id, "sequence": 10 + position})
                    for position, person in enumerate(chance.sample(people, chance.randint(0, 2)))
                ]
                + [
                    Command.create({"partner_id": cls.manager.partner_id.id, "sequence": 1}),
                    Command.create({"partner_id": cls.customer.id, "sequence": 2}),
                ],
                document_ids=[Command.create({"name": "Annex.pdf", "raw": make_pdf()})],
            )
            cls.env["customer.contract.milestone"].create(
                {
                    "contract_id": contract.id,
                    "name": "Delivery",
                    "date": fields.Date.today() + timedelta(number),
                }
            )
            cls._sign_as_manager(contract)
            contract.action_send()
            contracts |= contract.sudo()
        cls.env["customer.contract.daily.record"]._take(cls.company)
        cls.env["customer.contract.export"].sudo()._log_export(contracts[:4], "sale", ["name"])
        for contract in contracts:
            contract._write_protected(
                {"user_id": chance.choice([agent.id for agent in cls.agents] + [False])}
            )
        cls.env.flush_all()

    def _get_old_domain(self, model, user):
        prefix = f"{OWNERS[model]}." if OWNERS[model] else ""
        return Domain(f"{prefix}{MANAGED}", "=", user.id) | Domain(
            f"{prefix}{TAKING_PART}", "=", user.partner_id.id
        )

    def _get_plan(self, records, domain):
        query = records._search(domain)
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute("EXPLAIN " + self.env.cr.mogrify(query.select()).decode())
        return "\n".join(row[0] for row in self.env.cr.fetchall())

    def test_every_rule_is_compared(self):
        rules = self.env["ir.rule"].search([("domain_force", "like", "_get_own_domain")])
        self.assertEqual(set(rules.mapped("model_id.model")), OWNERS.keys())

    def test_the_same_records_are_found(self):
        for model in OWNERS:
            found_any, missed_any = 0, 0
            everything = self.env[model].sudo().search([])
            for user in self.agents:
                with self.subTest(model=model, user=user.login):
                    expected = everything.search(self._get_old_domain(model, user))
                    own = self.env[model].with_user(user)
                    found = own.search([])
                    self.assertEqual(found.ids, expected.ids)
                    # What is asked for single records, in memory.
                    readable = everything.sudo(False).with_user(user)._filtered_access("read")
                    self.assertEqual(readable, found)
                    found_any += len(found)
                    missed_any += len(everything - expected)
            if model in ALWAYS_THERE:
                self.assertTrue(found_any and missed_any, model)

    def test_what_was_just_changed_counts(self):
        first, second = self.agents[:2]
        contract = self._create_contract()
        own = self.env["customer.contract"].with_user(first)
        self.assertNotIn(contract, own.search([]))
        contract.sudo()._write_protected({"user_id": first.id})
        self.assertIn(contract, own.search([]))
        self.env["customer.contract.participant"].create(
            {"contract_id": contract.id, "partner_id": second.partner_id.id}
        )
        self.assertIn(contract, own.with_user(second).search([]))
        self.assertTrue(contract.with_user(second).has_access("read"))

    def test_the_plan_begins_with_what_is_own(self):
        """Neither contracts nor what belongs to them are gone through one by one."""
        rule = self.env["ir.rule"].with_user(self.agents[0])
        for model in ("customer.contract", "customer.contract.event"):
            plan = self._get_plan(
                self.env[model].sudo(), Domain(rule._compute_domain(model, "read"))
            )
            self.assertIn("customer_contract_user_id_index", plan.replace("__", "_"), plan)
            self.assertNotIn("Seq Scan", plan)
