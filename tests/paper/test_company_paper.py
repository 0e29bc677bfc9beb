from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import PaperCommon, make_scan


@tagged("post_install", "-at_install")
class TestCompanyPaper(PaperCommon):
    """Whoever stands for the company without a login signs by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.director = cls.env["res.partner"].create(
            {"name": "Dora Director", "email": "dora@company.example.com"}
        )
        cls.clerk = new_test_user(
            cls.env, "company_clerk", groups="customer_contract.group_contract_user_all"
        )

    def _take_in(self, contract, user):
        own = self._get_participant(contract, self.director)
        return contract.with_user(user)._receive_paper(
            own.with_user(user),
            [("scan.pdf", make_scan(*self._get_codes(contract)))],
            {
                "signed_by": "Dora Director",
                "signed_date": "2026-01-15",
                "received_through": "person",
                "received_on": "2026-01-15",
            },
        )

    def _create_for_director(self, **values):
        return self._create_contract(
            participant_ids=[
                Command.create(
                    {"partner_id": self.director.id, "party": "company", "sequence": 10}
                ),
                Command.create(
                    {"partner_id": self.customer.id, "party": "counterparty", "sequence": 20}
                ),
            ],
            **values,
        )

    def test_employee_with_the_right_takes_it_in(self):
        contract = self._create_for_director()
        contract.action_send()
        paper = self._take_in(contract, self.clerk)
        with self.assertRaisesRegex(AccessError, "right to sign"):
            paper.action_accept()
        paper.with_user(self.manager).action_accept()
        own = self._get_participant(contract, self.director)
        self.assertEqual(own.state, "done")
        self.assertEqual(own.signature_ids.channel, "paper")
        self._sign_as_customer(contract)

    def test_without_paper_it_is_not_sent(self):
        contract = self._create_for_director(allow_paper=False)
        with self.assertRaisesRegex(UserError, "Dora Director may not sign electronically"):
            contract.action_send()

    def test_leavers_sign_no_paper(self):
        leaver = new_test_user(
            self.env,
            "company_leaver",
            groups="customer_contract.group_contract_user,customer_contract.group_contract_esign",
        )
        self.director = leaver.partner_id
        self.director.email = "gone@company.example.com"
        contract = self._create_for_director()
        contract.action_send()
        leaver.action_archive()
        with self.assertRaises(UserError):
            self._take_in(contract, self.manager)
