from ..custom_field.common import ContractValueCommon


class CustomerInputCommon(ContractValueCommon):
    """Customers fill in details of a contract."""

    def _get_events(self, contract, event_type):
        events = contract.sudo().event_ids.sorted("sequence")
        return events.filtered(lambda event: event.event_type == event_type)
