import json

from odoo.tests import tagged

from ..common import ContractCommon


@tagged("post_install", "-at_install")
class TestParty(ContractCommon):
    """A contract made for a contact is one with the contact's company."""

    def _freeze(self, **values):
        """Return contract and content of a contract that was frozen."""
        contract = self._create_contract(**values)
        self._sign_as_manager(contract)
        return contract, json.loads(contract.sudo().current_version_id.content)

    def test_contact_of_a_company(self):
        self.customer_company.vat = "FR23334175221"
        contract, content = self._freeze(partner_id=self.customer.id, requester_id=False)
        usual = self._freeze()[1]
        self.assertEqual(content["counterparty"]["name"], "Aurora Bakery")
        self.assertEqual(content["counterparty"], usual["counterparty"])
        self.assertEqual(content.keys(), usual.keys())
        self.assertEqual(contract.partner_id, self.customer, "as it was chosen")

    def test_contact_stays_requester_and_signer(self):
        contract = self._create_contract(partner_id=self.customer.id)
        self.assertEqual(contract.requester_id, self.customer)
        self.assertTrue(self._get_participant(contract, self.customer))
        self._sign_as_manager(contract)
        content = json.loads(contract.sudo().current_version_id.content)
        self.assertEqual(content["requester"]["name"], "Carla Customer")
        signer = next(one for one in content["participants"] if one["party"] == "counterparty")
        self.assertEqual((signer["name"], signer["company"]), ("Carla Customer", "Aurora Bakery"))

    def test_private_person_stays_the_party(self):
        person = self.env["res.partner"].create({"name": "Paul Private", "email": "p@example.com"})
        content = self._freeze(partner_id=person.id, requester_id=False)[1]
        self.assertEqual(content["counterparty"]["name"], "Paul Private")
        child = self.env["res.partner"].create(
            {"name": "Pia Private", "email": "pia@example.com", "parent_id": person.id}
        )
        content = self._freeze(partner_id=child.id, requester_id=False)[1]
        self.assertEqual(content["counterparty"]["name"], "Pia Private")

    def test_branch_stays_the_party(self):
        branch = self.env["res.partner"].create(
            {"name": "Aurora North", "is_company": True, "parent_id": self.customer_company.id}
        )
        self.customer.parent_id = branch
        content = self._freeze(partner_id=branch.id)[1]
        self.assertEqual(content["counterparty"]["name"], "Aurora North")
