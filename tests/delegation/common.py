from ...utils import Actor
from ..approval.common import ApprovalCommon


class DelegationCommon(ApprovalCommon):
    """People who may act in the place of others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls.env["res.partner"].create(
            {
                "name": "Conny Colleague",
                "email": "conny@aurora.example.com",
                "function": "Deputy",
                "parent_id": cls.customer_company.id,
            }
        )
        cls.stranger = cls.env["res.partner"].create(
            {"name": "Sven Stranger", "email": "sven@elsewhere.example.com"}
        )

    def _create_delegable_contract(self):
        """Create a contract that waits for a customer who may pass it on."""
        return self._create_sent_contract(type_id=self.contract_type.id)

    def _delegate(self, contract, partner=None, participant=None, **values):
        """Pass the customer's part on, as the portal does."""
        participant = participant or self._get_participant(contract, self.customer)
        return contract.sudo()._delegate(
            Actor(participant, values.pop("identified_by", "portal")),
            partner or self.colleague,
            **{"reason": "On leave", **values},
        )

    def _create_approved_contract(self, *steps, **values):
        """Create and submit a contract that rules want approved."""
        self._create_rule(*steps)
        contract = self._create_contract(type_id=self.contract_type.id, **values)
        contract.action_submit()
        return contract
