from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ...controllers.page import ContractPageMixin
from .common import ContractPortalCommon


@tagged("post_install", "-at_install")
class TestPortalTours(ContractPortalCommon):
    """Customers sign in a browser."""

    def setUp(self):
        super().setUp()
        self.contract = self._create_sent_contract()

    def _assert_signed(self, contract, name):
        contract.invalidate_recordset()
        self.assertEqual(contract.state, "signed")
        self.assertIn(name, contract.sudo().signature_ids.mapped("signed_by"))

    def test_with_account(self):
        self.start_tour("/my", "customer_contract_portal_sign", login="contract_customer")
        self._assert_signed(self.contract, "Carla Customer")

    def test_errors_keep_what_was_typed(self):
        contract = self.contract
        outdated = contract.current_version_id.content_digest
        contract.action_new_version()
        contract.section_ids[1].body = "<p>The price is negotiable.</p>"
        self._sign_as_manager(contract)
        contract.action_send()
        sign = self.registry["customer.contract"]._sign
        prepare = ContractPageMixin._prepare_sign_props
        calls = []

        def fail_at_first(*arguments, **values):
            calls.append("sign")
            if len(calls) == 1:
                raise ValueError("out of order")
            return sign(*arguments, **values)

        def show_outdated(*arguments):
            return {**prepare(*arguments), "digest": outdated}

        self.startPatcher(patch.object(self.registry["customer.contract"], "_sign", fail_at_first))
        self.startPatcher(patch.object(ContractPageMixin, "_prepare_sign_props", show_outdated))
        with mute_logger("odoo.http"):
            self.start_tour(
                f"/my/contracts/{contract.id}",
                "customer_contract_sign_again",
                login="contract_customer",
            )
        self.assertEqual(len(calls), 2)
        contract.invalidate_recordset()
        self.assertEqual(contract.state, "sent")
