from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import ApprovalCommon


@tagged("post_install", "-at_install")
class TestSuperiors(ApprovalCommon):
    """Steps for the superior of whoever wrote or manages a contract."""

    def _find(self, source, contract):
        rule = self._create_rule({"source": source})
        return rule.step_ids._find_people(contract.sudo())

    def test_superior_of_the_manager_and_of_the_author(self):
        contract = self._create_contract()
        self.manager.contract_superior_id = self.director
        self.assertEqual(self._find("manager_superior", contract), self.director.partner_id)
        self.assertEqual(self._find("creator_superior", contract), self.director.partner_id)
        contract.sudo().user_id = self.ann
        self.ann.contract_superior_id = self.bob
        self.assertEqual(self._find("manager_superior", contract), self.bob.partner_id)
        self.assertEqual(self._find("creator_superior", contract), self.director.partner_id)

    def test_team_leader_stands_in(self):
        team = self.env["crm.team"].create({"name": "South", "user_id": self.cem.id})
        self.env["crm.team.member"].create({"crm_team_id": team.id, "user_id": self.manager.id})
        contract = self._create_contract()
        self.assertEqual(self._find("manager_superior", contract), self.cem.partner_id)
        team.user_id = self.manager
        self.assertFalse(self._find("manager_superior", contract))

    def test_approval_by_the_superior(self):
        self.manager.contract_superior_id = self.director
        self._create_rule({"source": "creator_superior"})
        contract = self._create_contract()
        contract.action_submit()
        self.assertEqual(self._get_states(contract, self.director), ["requested"])
        contract.with_user(self.director).action_approve()
        self.assertEqual(contract.state, "sent")

    def test_who_can_be_superior(self):
        for wrong in (self.manager, self.portal_user):
            with self.assertRaises(ValidationError):
                self.manager.contract_superior_id = wrong
        with self.assertRaises(UserError):
            self.manager.with_user(self.manager).contract_superior_id = self.ann
