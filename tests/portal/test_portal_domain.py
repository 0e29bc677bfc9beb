import random

from odoo import Command
from odoo.fields import Domain
from odoo.tests import new_test_user, tagged

from ..common import ContractCommon

STATES = ("draft", "approval", "sent", "disputed", "signed", "declined", "cancelled", "expired")

# Observers are people of the counterparty.
ROLES = ("signer", "approver", "observer")


def describe_own(person_id):
    """Return what a customer's own contracts are, in one condition and without any index."""
    own = [("partner_id", "=", person_id), ("party", "!=", "company")]
    acting = [*own, ("role", "!=", "observer")]
    acts = Domain("state", "not in", ("draft", "approval")) & Domain(
        "participant_ids", "any", acting
    )
    approves = Domain("state", "=", "approval") & Domain(
        "participant_ids", "any", [*acting, ("requested_on", "!=", False)]
    )
    is_member = [("commercial_member_ids", "any", [("id", "=", person_id)])]
    is_out = Domain("state", "not in", ("draft", "approval"))
    is_counterparty = Domain("commercial_partner_id", "=", person_id) | Domain(
        "commercial_partner_id", "any", is_member
    )
    observes = [("partner_id", "=", person_id), ("role", "=", "observer")]
    is_named = (
        Domain("requester_id", "=", person_id)
        | Domain("participant_ids", "any", observes)
        | (is_out & Domain("partner_id", "=", person_id))
    )
    is_colleague = is_out & Domain(
        "commercial_partner_id", "any", [("contract_colleague_access", "=", True), *is_member]
    )
    is_shared = Domain("portal_published", "=", True)
    return acts | approves | (is_shared & ((is_counterparty & is_named) | is_colleague))


@tagged("post_install", "-at_install")
class TestPortalDomain(ContractCommon):
    """A customer's contracts are found by their indexes, and are the same ones."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        chance = random.Random(19)
        Partner = cls.env["res.partner"]
        companies = Partner.create(
            [
                {
                    "name": f"Company {number}",
                    "is_company": True,
                    "contract_colleague_access": bool(number % 2),
                }
                for number in range(3)
            ]
        )
        cls.people = Partner.create(
            [
                {
                    "name": f"Person {number}",
                    "email": f"person{number}@random.example.com",
                    "parent_id": chance.choice([*companies.ids, False]),
                }
                for number in range(8)
            ]
        )
        for _number in range(40):
            party = chance.choice([*companies, *cls.people])
            colleagues = cls.people.filtered(
                lambda person, company=party.commercial_partner_id: (
                    person.commercial_partner_id == company
                )
            )
            contract = cls._create_contract(
                partner_id=party.id,
                requester_id=chance.choice([*colleagues.ids, False]),
                participant_ids=[
                    Command.create(
                        {
                            "partner_id": person.id,
                            "role": chance.choice(ROLES[: 3 if person in colleagues else 2]),
                            "party": chance.choice(("company", "counterparty", "other")),
                            "sequence": 10 + number,
                        }
                    )
                    for number, person in enumerate(chance.sample([*cls.people], 2))
                ],
            )
            contract._write_protected(
                {
                    "state": chance.choice(STATES),
                    "portal_published": chance.random() < 0.5,
                }
            )
        # Some have gone to other companies since.
        for person in cls.people[:3]:
            person.parent_id = chance.choice(companies)
        cls.env.flush_all()

    def test_the_same_contracts_are_found(self):
        """One by one in Python, all in one condition, and each alternative by its index."""
        Contract = self.env["customer.contract"].sudo()
        found_any = 0
        for person in self.people:
            found = Contract.search(Contract._get_portal_domain(person))
            self.assertEqual(found, Contract.search(describe_own(person.id)), person.name)
            self.assertEqual(
                found,
                Contract.search([]).filtered_domain(Contract._get_portal_domain(person)),
                person.name,
            )
            found_any += len(found)
        self.assertGreater(found_any, 20)

    def test_what_is_kept_names_nobody_but_the_person(self):
        """Queries are kept in memory: they look up whatever can change."""
        Contract = self.env["customer.contract"].sudo()
        person = self.people[3]
        self.registry.clear_cache()
        before = self.env.cr.sql_log_count
        Contract._compile_portal_query(person.id, False)
        self.assertEqual(self.env.cr.sql_log_count, before)
        contract = self._create_sent_contract()
        self.assertNotIn(contract, Contract.search(Contract._get_portal_domain(person)))
        person.parent_id = contract.partner_id.commercial_partner_id
        contract._write_protected({"requester_id": person.id, "portal_published": True})
        self.assertIn(contract, Contract.search(Contract._get_portal_domain(person)))
        person.parent_id = False
        self.assertNotIn(contract, Contract.search(Contract._get_portal_domain(person)))

    def test_archived_ones_are_found_where_they_are_asked_for(self):
        Contract = self.env["customer.contract"].sudo()
        person = self.people[4]
        domain = Contract._get_portal_domain(person)
        found = Contract.search(domain)
        self.assertTrue(found)
        found[0].action_archive()
        self.assertEqual(Contract.search(domain), found[1:])
        self.assertEqual(Contract.with_context(active_test=False).search(domain), found)
        self.assertEqual(Contract.search(domain & Domain("active", "in", (True, False))), found)

    def test_the_rule_is_the_same_domain(self):
        login = new_test_user(
            self.env, "portal_domain", partner_id=self.people[0].id, groups="base.group_portal"
        )
        own = self.env["customer.contract"].with_user(login)
        found = own.search([])
        self.assertEqual(found.ids, own.sudo().search(own._get_portal_domain()).ids)
        others = own.sudo().search([]) - found.sudo()
        self.assertTrue(found)
        self.assertFalse(others.sudo(False).with_user(login)._filtered_access("read"))

    def test_text_is_searched_in_own_contracts_only(self):
        """The plan goes from the person's parts and companies, never over all contracts."""
        Contract = self.env["customer.contract"].sudo()
        query = Contract._search(Contract._get_portal_domain(self.people[0]))
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute("EXPLAIN " + self.env.cr.mogrify(query.select()).decode())
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertNotIn("Seq Scan on customer_contract ", plan, plan)
