from odoo.http import route

from .signing import ACT, ContractAct, CustomerContractSigning, whoever_can_get_one


class CustomerContractDelegation(CustomerContractSigning):
    """Participants who pass their part on to a colleague."""

    @route("/my/contracts/<int:contract_id>/delegate", **ACT)
    def delegate_contract(self, contract_id, name="", email="", reason="", **kwargs):
        """Pass a contract on to a colleague, as the participant in turn.

        :param int contract_id: the contract's id
        :param str name: the colleague's name
        :param str email: the colleague's e-mail address
        :param str reason: why
        """
        sent = {"name": name, "email": email, "reason": reason}
        return self._act(contract_id, "delegate", sent)

    def _get_acts(self):
        return {
            **super()._get_acts(),
            "delegate": ContractAct(self._run_delegate, asks_for_code=whoever_can_get_one),
        }

    def _run_delegate(self, access, name, email, reason):
        contract_sudo = access.contract_sudo
        reason = self._clean_text(reason)
        # before somebody is added to the contacts in vain
        contract_sudo._begin(access.actor, "delegate", reason)
        colleague_sudo = contract_sudo._find_colleague(
            access.participant_sudo, self._clean_text(name), self._clean_text(email)
        )
        contract_sudo._delegate(access.actor, colleague_sudo, reason)

    # === ON THE PAGE === #

    def _prepare_contract_values(self, access):
        return {
            **super()._prepare_contract_values(access),
            "can_delegate": self._can_delegate(access),
        }

    def _can_delegate(self, access):
        """Tell whether the visitor can pass the contract on to a colleague now."""
        participant_sudo = access.participant_sudo
        return (
            bool(participant_sudo)
            and participant_sudo._is_outside()
            and participant_sudo.partner_id.commercial_partner_id.is_company
            and participant_sudo._can_be_delegated()
            and self._can_be_identified(access)
        )

    def _get_freed_states(self):
        return (*super()._get_freed_states(), "delegated")

    def _get_link_problem(self, link_sudo):
        problem = super()._get_link_problem(link_sudo)
        # Why the whole contract is out of reach says more.
        is_own = problem in ("replaced", "expired")
        return "delegated" if is_own and link_sudo.participant_id.state == "delegated" else problem
