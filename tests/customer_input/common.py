from odoo import Command

from ..custom_field.common import ContractValueCommon


class CustomerInputCommon(ContractValueCommon):
    """Customers fill in details of a contract."""

    def _get_events(self, contract, event_type):
        events = contract.sudo().event_ids.sorted("sequence")
        return events.filtered(lambda event: event.event_type == event_type)

    def _create_for_two(self):
        second = self.env["res.partner"].create(
            {"name": "Otto", "email": "otto@example.com", "parent_id": self.customer_company.id}
        )
        contract = self._create_delivery()
        customer = self._get_participant(contract, self.customer)
        contract.participant_ids = [
            Command.create({"partner_id": second.id, "sequence": customer.sequence})
        ]
        contract.action_send()
        return contract, second
