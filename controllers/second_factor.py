"""Employees who have to log in with a second factor before they act for the company."""

from .portal import CustomerContractPortal


class CustomerContractSecondFactor(CustomerContractPortal):
    def _find_company_obstacle(self, access):
        participant_sudo = access.participant_sudo
        is_obliged = participant_sudo._stands_for_company() and participant_sudo._is_in_turn()
        return super()._find_company_obstacle(access) or (
            access.contract_sudo.company_id._find_missing_second_factor() if is_obliged else None
        )
