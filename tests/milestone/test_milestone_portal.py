from odoo.tests import tagged

from ..portal.common import ContractPortalCommon
from .test_milestone import MilestoneCommon


@tagged("post_install", "-at_install")
class TestMilestonePortal(MilestoneCommon, ContractPortalCommon):
    """What customers see of milestones."""

    def _get_page(self, contract):
        self.env.flush_all()
        response = self._get(f"/my/contracts/{contract.id}")
        self.assertEqual(response.status_code, 200)
        return response.text

    def test_timeline(self):
        contract = self._create_contract()
        self._create_milestone(contract, name="Late <b>one</b>", date=self._get_day(-3), amount=300)
        self._create_milestone(contract, name="Coming one", date=self._get_day(5))
        self._create_milestone(contract, name="Margin check", portal_visible=False)
        done = self._create_milestone(contract, name="Done one", date=self._get_day(-9))
        done.action_reach()
        self._sign_as_manager(contract)
        contract.action_send()
        self._log_in(self.portal_user)
        page = self._get_page(contract)
        self.assertIn("Late &lt;b&gt;one&lt;/b&gt;", page)
        self.assertLess(page.index("Done one"), page.index("Late &lt;b&gt;one"))
        self.assertLess(page.index("Late &lt;b&gt;one"), page.index("Coming one"))
        self.assertIn("300.00", page)
        self.assertIn("Three ovens\nand a manual", page)
        self.assertEqual(page.count('aria-current="step"'), 1)
        self.assertNotIn("Margin check", page)
        self.assertNotIn("o_contract_frozen_milestones", page)
        report = self._get(f"/my/contracts/{contract.id}?report_type=html").text
        self.assertNotIn("Coming one", report)
        listed = self._get("/my/contracts").text
        self.assertIn("Late &lt;b&gt;one&lt;/b&gt;", listed)
        self.assertNotIn("Coming one", listed)

    def test_hidden_and_shown_one_by_one(self):
        contract = self._create_sent_contract()
        milestone = self._create_milestone(contract)
        self._log_in(self.portal_user)
        self.assertIn("Ovens installed", self._get_page(contract))
        milestone.action_hide()
        self.assertNotIn("Ovens installed", self._get_page(contract))
        self.assertNotIn("Ovens installed", self._get("/my/contracts").text)
        milestone.action_show()
        self.assertIn("Ovens installed", self._get_page(contract))

    def test_by_link_and_to_strangers(self):
        contract = self._create_sent_contract(requester_id=self.link_holder.id)
        self._create_milestone(contract)
        self.assertIn("Ovens installed", self._open_link(contract, self.link_holder).text)
        self._log_in(self._create_portal_user("milestone_stranger", "Stan Stranger"))
        self.assertEqual(self._get(f"/my/contracts/{contract.id}").status_code, 303)
        self.assertNotIn("Ovens installed", self._get("/my/contracts").text)

    def test_frozen_text(self):
        contract = self._create_contract(show_milestones_in_report=True)
        milestone = self._create_milestone(contract, share=25)
        self._create_milestone(contract, name="Margin check", portal_visible=False)
        self._sign_as_manager(contract)
        contract.action_send()
        milestone.action_reach()
        self._log_in(self.portal_user)
        page = self._get_page(contract)
        self.assertIn("o_contract_frozen_milestones", page)
        self.assertNotIn("Margin check", page)
        report = self._get(f"/my/contracts/{contract.id}?report_type=html").text
        for text in ("Ovens installed", "Three ovens\nand a manual", "300.00"):
            self.assertIn(text, report)
        self.assertNotIn("Margin check", report)

    def _count_queries(self, path):
        """Count the queries of a page that was opened before."""
        for _warm_up in range(2):
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self.assertEqual(self._get(path).status_code, 200)
        return self.cr.sql_log_count - start

    def test_query_count_does_not_grow_with_milestones(self):
        self._log_in(self.portal_user)
        pages, lists = [], []
        for number in (1, 9):
            contract = self._create_contract(show_milestones_in_report=True)
            for position in range(number):
                self._create_milestone(contract, name=f"No. {position}", amount=position + 1)
            self._sign_as_manager(contract)
            contract.action_send()
            pages.append(self._count_queries(f"/my/contracts/{contract.id}"))
        self.assertEqual(*pages)
        for _number in range(2):
            lists.append(self._count_queries("/my/contracts"))
            for position in range(8):
                self._create_milestone(contract, name=f"More {position}", portal_visible=False)
        self.assertEqual(*lists)


@tagged("post_install", "-at_install")
class TestMilestoneReport(MilestoneCommon):
    """Milestones on paper."""

    renders_reports = True

    def test_printed(self):
        contract = self._create_contract(show_milestones_in_report=True)
        self._create_milestone(contract, share=25)
        self._create_milestone(contract, name="Margin check", portal_visible=False)
        html, _type = self.env["ir.actions.report"]._render_qweb_html(
            "customer_contract.action_report_customer_contract", contract.ids
        )
        text = html.decode()
        self.assertIn("Ovens installed", text)
        self.assertIn("Three ovens", text)
        self.assertNotIn("Margin check", text)
        self._sign_as_manager(contract)
        self.assertTrue(contract.current_version_id.pdf_attachment_id.raw.startswith(b"%PDF-"))
        contract.current_version_id._get_content()
