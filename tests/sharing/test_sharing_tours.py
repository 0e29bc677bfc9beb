from odoo.tests import new_test_user, tagged

from ..portal.common import ContractPortalCommon


@tagged("post_install", "-at_install")
class TestSharingTours(ContractPortalCommon):
    """Managers share, requesters, observers and colleagues read: in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.requester = cls._create_portal_user(
            "tour_requester", "Rick Requester", cls.customer_company
        )
        cls.observer = cls._create_portal_user(
            "tour_observer", "Olga Observer", cls.customer_company
        )
        cls.colleague = cls._create_portal_user(
            "tour_colleague", "Colin Colleague", cls.customer_company
        )
        elsewhere = cls.env["res.partner"].create({"name": "Zenith Mills", "is_company": True})
        cls.env["res.partner"].create({"name": "Otto Outsider", "parent_id": elsewhere.id})

    def _create_draft(self):
        return self._create_contract(title="Oven Lease", requester_id=self.requester.partner_id.id)

    def test_manager_shares_and_customers_read(self):
        draft = self._create_draft()
        self.start_tour(
            f"/odoo/contracts/{draft.id}", "customer_contract_share", login=self.manager.login
        )
        draft.invalidate_recordset()
        self.assertTrue(draft.portal_published)
        self.assertEqual(draft.sudo()._get_observers().partner_id, self.observer.partner_id)
        for user in (self.requester, self.observer):
            self.start_tour("/my/contracts", "customer_contract_read_draft", login=user.login)

    def test_observer_and_colleague_read(self):
        contract = self._create_sent_contract()
        contract.action_share_with_customer(observer_ids=self.observer.partner_id.ids)
        self.start_tour("/my/contracts", "customer_contract_read_sent", login=self.observer.login)
        self.customer_company.contract_colleague_access = True
        self.start_tour("/my/contracts", "customer_contract_read_sent", login=self.colleague.login)
        self.assertFalse(
            contract.sudo().signature_ids.filtered("participant_id.partner_id.parent_id")
        )

    def test_manager_previews(self):
        contract = self._create_sent_contract()
        before = contract.message_ids
        self.start_tour(
            f"/my/contracts/{contract.id}/preview/{self.customer.id}",
            "customer_contract_preview_as",
            login=self.manager.login,
        )
        contract.invalidate_recordset()
        self.assertEqual(contract.message_ids, before)

    def test_administrator_looks_at_the_customers(self):
        self._create_sent_contract()
        administrator = new_test_user(
            self.env,
            login="tour_administrator",
            groups="customer_contract.group_contract_manager",
        )
        self.start_tour(
            "/odoo/contract-portal-customers",
            "customer_contract_portal_customers",
            login=administrator.login,
        )
