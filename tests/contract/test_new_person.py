from odoo import Command
from odoo.fields import Domain
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from ..common import ContractCommon

PERSON_VIEW = "customer_contract.res_partner_view_form_person"


@tagged("post_install", "-at_install")
class TestNewPerson(ContractCommon):
    """A new customer and its contact are added on the contract, in one go."""

    def _find_offered(self, field, values):
        domain = Domain(safe_eval(field.domain, values))
        return self.env["res.partner"].search(domain)

    def test_person_belongs_to_the_counterparty_and_has_an_address(self):
        company = self.env["res.partner"].create({"name": "Zeta Works", "is_company": True})
        person = Form(
            self.env["res.partner"].with_context(
                default_parent_id=company.id, default_is_company=False, default_name="Zoe Zeta"
            ),
            view=PERSON_VIEW,
        )
        self.assertEqual(person.parent_id, company)
        person.email = "zoe@zeta.example.com"
        person.function = "Owner"
        person = person.save()
        self.assertFalse(person.is_company)
        self.assertEqual(person.commercial_partner_id, company)
        contract = self._create_contract(partner_id=company.id, requester_id=person.id)
        self.assertEqual(contract.requester_id, person)
        contract.participant_ids = [Command.create({"partner_id": person.id, "role": "observer"})]
        self.assertEqual(contract.participant_ids[-1].email, "zoe@zeta.example.com")

    def test_firm_is_not_offered_as_a_person(self):
        Contract = self.env["customer.contract"]
        company = self.customer_company
        offered = self._find_offered(
            Contract._fields["requester_id"],
            {"commercial_partner_id": company.id, "company_id": self.company.id},
        )
        self.assertIn(self.customer, offered)
        self.assertNotIn(company, offered)
        Participant = self.env["customer.contract.participant"]
        offered = self._find_offered(Participant._fields["partner_id"], {})
        self.assertIn(self.customer, offered)
        self.assertNotIn(company, offered)

    def test_private_person_is_offered(self):
        person = self.env["res.partner"].create({"name": "Greta Holm"})
        offered = self._find_offered(
            self.env["customer.contract"]._fields["requester_id"],
            {"commercial_partner_id": person.id, "company_id": self.company.id},
        )
        self.assertEqual(offered, person)
