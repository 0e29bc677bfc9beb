from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ...utils import Actor
from ..custom_field.common import ContractValueCommon
from ..property_testing import Phase, given, settings, st

TEXTS = st.text(max_size=60)
MOVES = st.sampled_from(
    ["confirm"] * 3 + ["change"] * 4 + ["propose", "accept", "refuse", "withdraw"] + ["sign"] * 3
)
PEOPLE = st.sampled_from(["customer", "second", "manager"])


@tagged("post_install", "-at_install")
class TestValuesProperty(ContractValueCommon):
    """Whatever people type and in whatever order they act, what is signed was confirmed."""

    @given(st.dictionaries(st.sampled_from(["ovens", "deposit", "tax_id", "remarks"]), TEXTS))
    @settings(max_examples=60, deadline=None, database=None, phases=[Phase.generate])
    def test_whatever_is_typed(self, typed):
        contract = self._create_delivery()
        for name, text in typed.items():
            row = contract._get_value_fields().filtered(lambda one, name=name: one.name == name)
            try:
                value = row._parse_typed(text, contract)
            except ValidationError:
                continue
            # What is accepted is read again as the same value.
            again = row._parse_typed(row._format_typed(value), contract)
            self.assertTrue(row._is_same(value, again, contract))
            contract.write({"properties": {name: value}})
        contract.section_ids[0].body = "<p>{{ Remarks }} {{ Tax ID }}</p>"
        body = contract._prepare_content(1)["sections"][0]["body"]
        self.assertEqual(body.count("<span"), 2)
        self.assertNotIn("<script", body)

    @given(st.lists(st.tuples(PEOPLE, MOVES), max_size=14))
    @settings(max_examples=20, deadline=None, database=None, phases=[Phase.generate])
    def test_whatever_they_do(self, moves):
        second = self.env["res.partner"].create(
            {"name": "Otto", "email": "otto@example.com", "parent_id": self.customer_company.id}
        )
        contract = self._create_delivery()
        customer = self._get_participant(contract, self.customer)
        self.env["customer.contract.participant"].create(
            {
                "contract_id": contract.id,
                "partner_id": second.id,
                "sequence": customer.sequence,
            }
        )
        contract.action_send()
        people = {
            "customer": self.customer,
            "second": second,
            "manager": self.manager.partner_id,
        }
        for number, (person, move) in enumerate(moves):
            try:
                with self.env.cr.savepoint():
                    self._make_move(contract, people[person], move, number)
            except UserError:
                self.env.invalidate_all()
            self._check_invariants(contract)

    def _make_move(self, contract, partner, move, number):
        """Do what was drawn, as far as the person may."""
        if move == "sign" and partner == self.manager.partner_id:
            self._sign_as_manager(contract)
        elif move == "sign":
            self._sign_as_customer(contract, partner)
        elif move == "accept":
            contract.action_accept_values()
        elif move == "refuse":
            contract.action_refuse_values("No")
        elif move == "withdraw":
            contract.sudo()._withdraw_values(
                Actor(self._get_participant(contract, partner), "portal")
            )
        else:
            typed = {
                "confirm": {},
                "change": {"remarks": f"Remark {number}"},
                "propose": {"carrier": "post" if number % 2 else "own_van"},
            }[move]
            self._confirm(contract, partner=partner, **typed)

    def _check_invariants(self, contract):
        """Check what has to hold after any move."""
        contract.invalidate_recordset()
        contract = contract.sudo()
        self.assertIn(contract.state, ("sent", "signed"))
        values = {
            one["name"]: one["value"]
            for one in contract.current_version_id._get_content()["values"]
        }
        stored = contract._get_property_values()
        for row in contract._get_value_fields().filtered("is_in_contract"):
            machine = row._format_machine(stored.get(row.name), contract)
            self.assertEqual(values[row.name], machine, "The version says what is stored.")
        signers = contract.participant_ids.filtered(lambda one: one.role == "signer")
        for person in signers:
            is_signed = bool(person._get_current_signature())
            self.assertEqual(person.state == "done", is_signed, "Who is done has signed this.")
            if is_signed and person.party == "counterparty":
                self.assertEqual(person.confirmed_version_id, contract.current_version_id)
        is_complete = all(person.state == "done" for person in signers)
        self.assertEqual(contract.state == "signed", is_complete)
        if not is_complete:
            self.assertTrue(contract._get_next_participants())
            for person in contract._get_next_participants():
                self.assertIn(person.state, ("requested", "viewed"))
