from odoo.tests import tagged

from ..portal.common import ContractPortalCommon
from .common import PaperTourCommon, make_photo, make_scan


@tagged("post_install", "-at_install")
class TestPaperTours(PaperTourCommon, ContractPortalCommon):
    """Customers print, sign and send at a desk; managers check."""

    def test_customer(self):
        codes = self._get_codes()
        foreign = self._get_codes(self._create_sent_contract())
        self._lay_ready(
            page1_jpg=make_photo(codes[0], 5),
            page2_pdf=make_scan(codes[1], turn=180),
            page3_jpg=make_photo(codes[2]),
            foreign_jpg=make_photo(foreign[1]),
            program_jpg=b"MZ\x90" + b"\0" * 1000,
        )
        self.start_tour(
            f"/my/contracts/{self.contract.id}",
            "customer_contract_paper",
            login="contract_customer",
        )
        self.env.invalidate_all()
        paper = self.participant._get_paper()
        self.assertEqual((paper.state, paper.check_state), ("submitted", "matched"))
        self.assertEqual(paper.signed_by, "Carla C. Customer")

    def test_manager(self):
        codes = self._get_codes()
        self._collect(make_photo(codes[0]), make_photo(codes[1]))
        self._submit(is_confirmed=True)
        self.start_tour(
            f"/odoo/contracts/{self.contract.id}",
            "customer_contract_paper_review",
            login=self.manager.login,
        )
        self.env.invalidate_all()
        self.assertEqual(self.contract.state, "signed")


@tagged("post_install", "-at_install")
class TestPaperToursPhone(PaperTourCommon, ContractPortalCommon):
    """Customers photograph page by page with a phone."""

    browser_size = "360x740"
    touch_enabled = True

    def test_by_link(self):
        contract = self._create_sent_contract(requester_id=self.link_holder.id)
        codes = self._get_codes(contract)
        self._lay_ready(
            page1_jpg=make_photo(codes[0], 180, size=(3024, 4032)),
            page2_jpg=make_photo(codes[1], 90),
            page3_jpg=make_photo(codes[2], -8),
        )
        path = self._issue_link(contract, self.link_holder)
        self.start_tour(path, "customer_contract_paper_phone")
        self.env.invalidate_all()
        paper = self._get_participant(contract, self.link_holder)._get_paper()
        self.assertEqual((paper.state, paper.check_state), ("submitted", "matched"))
        self.assertEqual(paper.identified_by, "paper_link")
        self.assertEqual(paper.page_ids.sorted("sequence").mapped("turn"), [180, 90, 0])
