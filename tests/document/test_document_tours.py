from lxml import etree

from odoo.tests import tagged

from ..milestone.test_milestone import MilestoneCommon
from ..portal.common import ContractPortalCommon
from .test_document import DocumentCommon, make_picture


@tagged("post_install", "-at_install")
class TestDocumentTours(DocumentCommon, MilestoneCommon, ContractPortalCommon):
    """Files and milestones in a real browser."""

    def test_manager_adds_files_and_a_milestone(self):
        contract = self._create_contract()
        self.start_tour(
            f"/odoo/contracts/{contract.id}", "customer_contract_folder", login=self.manager.login
        )
        contract.invalidate_recordset()
        files = {document.name: document for document in contract.document_ids}
        self.assertEqual(set(files), {"heating.pdf", "roof.pdf", "terms.pdf"})
        self.assertEqual(files["heating.pdf"].folder, "Plans/Cellar")
        self.assertEqual(files["roof.pdf"].folder, "Plans")
        self.assertFalse(files["terms.pdf"].folder)
        self.assertTrue(files["roof.pdf"].raw.startswith(b"%PDF-1.4\n1 0 obj"))
        self.assertTrue(files["heating.pdf"].portal_visible)
        self.assertTrue(files["terms.pdf"].portal_visible)
        self.assertFalse(files["roof.pdf"].portal_visible)
        self.assertEqual(self._get_log(files["roof.pdf"]).mapped("act"), ["opened"])
        milestone = contract.milestone_ids
        self.assertEqual((milestone.amount, milestone.share, milestone.basis), (300, 25, "share"))
        self.assertEqual((milestone.state, milestone.user_id), ("reached", self.manager))

    def test_manager_shows_many_files(self):
        contract = self._create_contract()
        documents = self._create_document(contract, name="a.pdf", folder="Plans")
        documents |= self._create_document(contract, name="b.pdf")
        own = documents.with_user(self.manager)
        arch = etree.fromstring(own.get_view(view_type="list")["arch"])
        self.assertTrue(arch.xpath("//header/button[@name='action_show']"))
        self.assertTrue(arch.xpath("//button[@name='action_view_accesses']"))
        own.action_show()
        documents.invalidate_recordset()
        self.assertTrue(all(documents.mapped("portal_visible")))
        self.assertEqual(own[0].action_view_accesses()["display_name"], "Access to a.pdf")

    def test_customer_reads(self):
        contract = self._create_contract()
        plan = self._create_document(
            contract, name="plan.pdf", folder="Drawings/Cellar", portal_visible=True
        )
        picture = self._create_document(
            contract, name="oven.jpg", raw=make_picture(), portal_visible=True
        )
        self._create_milestone(contract, name="Ovens delivered", date=self._get_day(-5))
        contract.milestone_ids.action_reach()
        self._create_milestone(contract)
        self._sign_as_manager(contract)
        contract.action_send()
        self.start_tour(
            f"/my/contracts/{contract.id}",
            "customer_contract_portal_plan",
            login=self.portal_user.login,
        )
        self.assertEqual(self._get_log(plan).mapped("act"), ["opened"])
        acts = self._get_log(picture).mapped("act")
        self.assertEqual(set(acts), {"thumbnail", "opened"})
