import math
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ...controllers import access
from .common import ContractPortalCommon


@tagged("post_install", "-at_install")
class TestPendingPage(ContractPortalCommon):
    """While the signed contract is being made, the page says one thing, which is true."""

    def test_page_finds_out_that_the_file_is_there(self):
        contract = self._create_sent_contract()
        self._sign_as_customer(contract)
        Contract = self.registry["customer.contract"]
        get_shown_pdf = Contract._get_shown_pdf
        asked = []

        def make_when_asked_twice(contract):
            asked.append(contract.id)
            if len(asked) == 2:
                contract.sudo()._store_signed_document()
            return get_shown_pdf(contract)

        self.startPatcher(patch.object(Contract, "_get_shown_pdf", make_when_asked_twice))
        # what makes the file here is a request that may write
        self.startPatcher(patch.object(access, "OWN_ACTS_SECONDS", math.inf))
        self.start_tour(
            f"/my/contracts/{contract.id}?message=signed",
            "customer_contract_portal_pending",
            login="contract_customer",
        )
        self.assertGreaterEqual(len(asked), 2)

    def test_what_takes_long_is_told_as_such(self):
        contract = self._create_sent_contract()
        self._sign_as_customer(contract)
        self._log_in(self.portal_user)
        in_time, late = "It appears here in a moment", "It takes longer than usual"
        page = self._get(contract.access_url).text
        self.assertIn(in_time, page)
        self.assertNotIn(late, page)
        contract._as_system().signed_on = fields.Datetime.subtract(contract.signed_on, minutes=5)
        for path, status in (("", 200), ("?report_type=pdf", 202)):
            answer = self._get(contract.access_url + path)
            self.assertEqual(answer.status_code, status)
            words = " ".join(answer.text.split())
            self.assertIn(late, words)
            self.assertNotIn(in_time, words)
            self.assertNotIn("less than a minute", words)
