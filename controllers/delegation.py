from odoo.http import route

from .signing import ACT, CustomerContractSigning


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

        def delegate(access):
            contract_sudo = access.contract_sudo
            participant_sudo = access.participant_sudo
            contract_sudo._check_can_delegate(
                participant_sudo, self._clean_text(reason), access.identified_by
            )
            colleague_sudo = contract_sudo._find_colleague(
                participant_sudo, self._clean_text(name), self._clean_text(email)
            )
            contract_sudo._delegate(
                participant_sudo,
                colleague_sudo,
                self._clean_text(reason),
                access.identified_by,
            )

        typed = {"name": name, "email": email, "reason": reason}
        return self._act(contract_id, "delegate", delegate, typed)
