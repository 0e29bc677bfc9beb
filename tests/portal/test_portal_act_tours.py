from urllib.parse import urlsplit

from odoo.tests import tagged

from .common import ContractPortalCommon


@tagged("post_install", "-at_install")
class TestActionToursPhone(ContractPortalCommon):
    """What signers do besides signing, on a phone: where there is least room."""

    browser_size = "360x740"
    touch_enabled = True

    def _hand_over(self, contract):
        """Return where the device starts that is handed over to the customer."""
        address = contract.with_user(self.manager)._hand_over(
            self._get_participant(contract, self.customer)
        )
        return urlsplit(address).path

    def test_dispute(self):
        """Dispute, be answered, go on and sign."""
        contract = self._create_sent_contract()
        path = f"/my/contracts/{contract.id}"
        self.start_tour(path, "customer_contract_dispute", login="contract_customer")
        contract.invalidate_recordset()
        dispute = contract.sudo().dispute_ids
        self.assertEqual((contract.state, dispute.clause), ("disputed", "2. Price"))
        self.assertEqual(len(dispute._get_thread().attachment_ids), 2)
        contract.action_answer_dispute("It includes parts.")
        self.start_tour(path, "customer_contract_dispute_settled", login="contract_customer")
        self.env.invalidate_all()
        self.assertEqual((contract.state, dispute.outcome), ("signed", "explained"))

    def test_in_person(self):
        """Sign on a device on which the manager was logged in."""
        contract = self._create_sent_contract()
        self.start_tour(
            self._hand_over(contract), "customer_contract_in_person", login=self.manager.login
        )
        self.env.invalidate_all()
        self.assertEqual(contract.state, "signed")
        signature = self._get_participant(contract, self.customer).signature_ids
        self.assertEqual(signature.witnessed_by, "Mona Manager")
