import re
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ...controllers import portal_list
from ..portal.common import ContractPortalCommon

FEW, MANY = 5, 40
PAGE = 20
# A page of the list, without what Odoo's own frame puts around it
MOST_BYTES = 25_000
ROW = re.compile(r'href="/my/contracts/\d+"')
STATES = ("sent", "signed", "disputed", "cancelled", "sent")
NAMED = {"fields": {"display_name": {}}}
LIST = {
    "is_late": {},
    "name": {},
    "title": {},
    "partner_id": NAMED,
    "user_id": NAMED,
    "sign_deadline": {},
    "amount_total": {},
    "currency_id": NAMED,
    "signature_progress": {},
    "next_step": {},
    "stage_id": NAMED,
    "lifecycle": {},
    "state": {},
}
KANBAN = {
    "state": {},
    "currency_id": NAMED,
    "signer_count": {},
    "signature_count": {},
    "signature_progress": {},
    "title": {},
    "partner_id": NAMED,
    "name": {},
    "tag_ids": NAMED,
    "next_step": {},
    "amount_total": {},
    "activity_state": {},
    "user_id": NAMED,
}


@tagged("post_install", "-at_install")
class TestRowCosts(ContractPortalCommon):
    """Forty rows of a list take as many queries as five, and a page weighs little."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        milestones = []
        cls.contracts = cls.env["customer.contract"]
        for number in range(MANY):
            contract = cls._create_sent_contract(title=f"Maintenance of oven no. {number}")
            cls.contracts |= contract
            milestones.append(
                {
                    "contract_id": contract.id,
                    "name": f"Inspection {number}",
                    "date": fields.Date.today() + timedelta(30 + number),
                    "portal_visible": True,
                }
            )
            contract.sudo()._write_protected({"state": STATES[number % len(STATES)]})
        cls.env["customer.contract.milestone"].with_user(cls.manager).create(milestones)
        cls.env.flush_all()

    def _count(self, ask):
        """Return how many queries something takes, once caches that rows share are full."""
        for _number in range(3):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            ask()
        return self.cr.sql_log_count - before

    def test_back_office(self):
        Contract = self.env["customer.contract"].with_user(self.manager)
        domain = [("id", "in", self.contracts.ids)]
        for name, specification in (("list", LIST), ("kanban", KANBAN)):
            with self.subTest(view=name):
                few, many = (
                    self._count(
                        lambda limit=limit, specification=specification: Contract.web_search_read(
                            domain, specification, limit=limit
                        )
                    )
                    for limit in (FEW, MANY)
                )
                self.assertEqual(few, many)
                self.assertLessEqual(many, 25)

    def _open_list(self, rows):
        with patch.object(portal_list, "CONTRACTS_PER_PAGE", rows):
            response = self.url_open("/my/contracts")
        self.assertEqual(len(ROW.findall(response.text)), rows)
        return response

    def test_portal_list(self):
        self._log_in(self.portal_user)
        few, many = (self._count(lambda rows=rows: self._open_list(rows)) for rows in (FEW, MANY))
        self.assertEqual(few, many)
        self.assertLessEqual(many, 20)

    def test_portal_page_weighs_little(self):
        self._log_in(self.portal_user)
        page = self._open_list(PAGE).text
        self.assertLessEqual(len(page.encode()), MOST_BYTES)
