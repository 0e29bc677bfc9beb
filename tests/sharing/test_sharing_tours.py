from lxml import html

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
            row, page = self._read(draft, user)
            self.assertIn("In preparation", row)
            notice = page.xpath("//*[hasclass('o_contract_notice')]")[0]
            self.assertIn("in preparation", notice.text_content())
            document = page.xpath("//*[hasclass('o_contract_document')]")[0]
            self.assertEqual(document.get("data-watermark"), "DRAFT")
            self.assertIn("We maintain the ovens", document.text_content())
            self.assertFalse(page.xpath("//*[hasclass('o_contract_sign_button')]"))
            self.assertFalse(page.xpath("//*[hasclass('o_contract_download')]"))

    def _read(self, contract, user):
        """Return what the list tells of a contract, and the page that it leads to."""
        self._log_in(user)
        rows = html.fromstring(self.url_open("/my/contracts").content)
        rows = rows.xpath("//*[hasclass('o_contract_list')]//tr[.//a]")
        row = next(row for row in rows if contract.title in row.text_content())
        path = row.xpath(".//a/@href")[0]
        return row.text_content(), html.fromstring(self.url_open(path).content)

    def test_observer_and_colleague_read(self):
        contract = self._create_sent_contract()
        contract.action_share_with_customer(observer_ids=self.observer.partner_id.ids)
        self.customer_company.contract_colleague_access = True
        for user in (self.observer, self.colleague):
            _row, page = self._read(contract, user)
            text = " ".join(page.text_content().split())
            self.assertIn("Waiting for Carla Customer", text)
            self.assertIn("We maintain the ovens", text)
            self.assertFalse(page.xpath("//*[hasclass('o_contract_sign_button')]"))
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
