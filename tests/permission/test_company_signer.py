from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..common import ContractCommon

USER = "customer_contract.group_contract_user"
ESIGN = "customer_contract.group_contract_esign"


@tagged("post_install", "-at_install")
class TestCompanySigner(ContractCommon):
    """Who is proposed to sign for the company may do so, or it is said before freezing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = new_test_user(
            cls.env, "signer_agent", name="Ari Agent", email="ari@company.example.com", groups=USER
        )
        cls.boss = new_test_user(
            cls.env,
            "signer_boss",
            name="Bea Boss",
            email="bea@company.example.com",
            groups=f"{USER},{ESIGN}",
        )
        cls.middle = new_test_user(
            cls.env,
            "signer_middle",
            name="Mia Middle",
            email="mia@company.example.com",
            groups=USER,
        )
        # Nobody leads the agent but those whom a test names.
        cls.env["crm.team"].search([]).user_id = False
        cls.manager.group_ids += cls.env.ref("customer_contract.group_contract_user_all")

    def _create_by_agent(self, **values):
        return self._create_contract(user_id=self.agent.id, team_id=False, **values)

    def _get_signer(self, contract):
        return contract.participant_ids.filtered(lambda person: person.party == "company")

    def test_superior_who_may_sign_is_proposed(self):
        self.agent.contract_superior_id = self.middle
        self.middle.contract_superior_id = self.boss
        contract = self._create_by_agent()
        self.assertEqual(self._get_signer(contract).partner_id, self.boss.partner_id)
        self.assertFalse(contract.esign_warning)
        contract.action_send()

    def test_team_leader_who_may_sign_is_proposed(self):
        team = self.env["crm.team"].create({"name": "Ovens", "user_id": self.boss.id})
        contract = self._create_contract(user_id=self.agent.id, team_id=team.id)
        self.assertEqual(self._get_signer(contract).partner_id, self.boss.partner_id)

    def test_whoever_may_sign_is_proposed_as_before(self):
        self.manager.contract_superior_id = self.boss
        contract = self._create_contract()
        self.assertEqual(self._get_signer(contract).partner_id, self.manager.partner_id)

    def test_it_is_said_before_freezing(self):
        contract = self._create_by_agent()
        self.assertEqual(self._get_signer(contract).partner_id, self.agent.partner_id)
        self.assertIn("Ari Agent", contract.esign_warning)
        for send in (contract.action_send, contract.action_open_send):
            with self.assertRaisesRegex(UserError, "Ari Agent may not sign"):
                send()
        self.assertFalse(contract.current_version_id)

    def test_one_click_asks_the_superior(self):
        contract = self._create_contract(
            participant_ids=[
                Command.create({"partner_id": self.agent.partner_id.id, "party": "company"}),
                Command.create({"partner_id": self.customer.id, "party": "counterparty"}),
            ]
        )
        with self.assertRaises(UserError):
            contract.action_ask_esigner()
        self.agent.contract_superior_id = self.boss
        contract.invalidate_recordset()
        self.assertIn("Bea Boss", contract.esign_warning)
        self.assertEqual(contract.proposed_esigner_id, self.boss.partner_id)
        contract.action_ask_esigner()
        self.assertEqual(self._get_signer(contract).partner_id, self.boss.partner_id)
        self.assertFalse(contract.esign_warning)
        contract.action_send()

    def test_superior_without_login_is_not_proposed(self):
        self.agent.contract_superior_id = self.boss
        self.boss.action_archive()
        contract = self._create_by_agent()
        self.assertEqual(self._get_signer(contract).partner_id, self.agent.partner_id)
