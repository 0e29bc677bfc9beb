from unittest.mock import patch

from odoo.tests import tagged

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
        self.start_tour(
            f"/my/contracts/{contract.id}?message=signed",
            "customer_contract_portal_pending",
            login="contract_customer",
        )
        self.assertGreaterEqual(len(asked), 2)
