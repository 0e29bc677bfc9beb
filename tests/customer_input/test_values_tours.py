from unittest.mock import patch

from odoo.tests import tagged

from ...controllers.customer_input import CustomerContractCustomerInput
from ...utils import Actor
from ..custom_field.common import ContractValueCommon
from ..portal.common import ContractPortalCommon


@tagged("post_install", "-at_install")
class TestValuesTours(ContractValueCommon, ContractPortalCommon):
    """Customers fill in details in a browser."""

    def test_desktop(self):
        contract = self._create_sent_delivery()
        self.start_tour(
            f"/my/contracts/{contract.id}",
            "customer_contract_values_desktop",
            login="contract_customer",
        )
        self.env.invalidate_all()
        self.assertEqual(contract.current_version_id.number, 2)
        self.assertEqual(contract.sudo().properties["ovens"], 7)
        self.assertEqual(contract.sudo().signature_ids.version_id, contract.current_version_id)

    def test_conflict(self):
        contract = self._create_sent_delivery()
        seen = contract.current_version_id.content_digest
        self._confirm(contract, ovens="4")
        # Somebody else's change, so that it is not hers.
        self._get_participant(contract, self.customer)._write_protected(
            {"confirmed_version_id": False}
        )
        prepare = CustomerContractCustomerInput._prepare_value_form
        calls = []

        def show_outdated(*arguments):
            form = prepare(*arguments)
            if not calls:
                form["digest"] = seen
            calls.append("page")
            return form

        self.startPatcher(
            patch.object(CustomerContractCustomerInput, "_prepare_value_form", show_outdated)
        )
        self.start_tour(
            f"/my/contracts/{contract.id}",
            "customer_contract_values_conflict",
            login="contract_customer",
        )
        self.env.invalidate_all()
        self.assertEqual(contract.current_version_id.number, 2)


@tagged("post_install", "-at_install")
class TestValuesToursPhone(ContractValueCommon, ContractPortalCommon):
    """Customers fill in details on a phone."""

    browser_size = "360x740"
    touch_enabled = True

    def test_by_link(self):
        contract = self._create_sent_delivery(requester_id=self.link_holder.id)
        participant = self._get_participant(contract, self.link_holder)
        contract.sudo()._save_value_draft(
            Actor(participant, "link"),
            {"remarks": "By the back door"},
            digest=contract.current_version_id.content_digest,
            revision=0,
        )
        self.start_tour(
            self._issue_link(contract, self.link_holder), "customer_contract_values_phone"
        )
        self.env.invalidate_all()
        self.assertEqual(contract.current_version_id.number, 2)
        self.assertEqual(contract.sudo().properties["remarks"], "By the back door")
        self.assertEqual(contract.sudo().signature_ids.signed_by, "Lina Link")
