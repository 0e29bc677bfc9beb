from odoo.tests import new_test_user, tagged

from ..common import ContractCommon


@tagged("post_install", "-at_install")
class TestPortalCustomers(ContractCommon):
    """The list of customers edits company, access and what colleagues see."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = new_test_user(
            cls.env,
            login="contract_administrator",
            email="ada@company.example.com",
            groups="customer_contract.group_contract_manager,base.group_partner_manager",
        )

    def _find(self, *domain):
        return self.env["res.partner"].with_user(self.administrator).search([*domain])

    def test_access_is_edited(self):
        person = self.customer.with_user(self.administrator)
        self.assertEqual(person.contract_portal_access, "granted")
        self.assertIn(person, self._find(("contract_portal_access", "=", "granted")))
        person.action_revoke_portal_access()
        self.env.invalidate_all()
        self.assertEqual(person.contract_portal_access, "revoked")
        self.assertFalse(self.portal_user.active)
        # whoever lost access is still in the list, to get it back
        self.assertIn(person, self._find(("contract_portal_access", "!=", False)))
        self.assertNotIn(person, self._find(("contract_portal_access", "=", "granted")))
        person.action_grant_portal_access()
        self.env.invalidate_all()
        self.assertEqual(person.contract_portal_access, "granted")

    def test_others_are_not_customers(self):
        self.assertFalse(self.manager.partner_id.contract_portal_access)
        self.assertNotIn(
            self.manager.partner_id, self._find(("contract_portal_access", "!=", False))
        )
        self.assertIn(self.manager.partner_id, self._find(("contract_portal_access", "=", False)))

    def test_row_is_edited(self):
        view = self.env.ref("customer_contract.res_partner_view_list_portal_customer")
        arch = view._get_combined_arch()
        self.assertEqual(arch.get("editable"), "bottom")
        other = self.env["res.partner"].create({"name": "Borealis", "is_company": True})
        person = self.customer.with_user(self.administrator)
        person.write({"parent_id": other.id, "company_colleague_access": True})
        self.assertTrue(other.contract_colleague_access)
        self.assertFalse(self.customer_company.contract_colleague_access)
