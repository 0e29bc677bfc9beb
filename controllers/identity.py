from odoo.exceptions import UserError
from odoo.http import request, route

from .portal import CustomerContractPortal


class CustomerContractIdentity(CustomerContractPortal):
    """How participants show who they are."""

    @route(
        "/my/contracts/<int:contract_id>/code",
        type="jsonrpc",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def send_code(self, contract_id, **kwargs):
        """Send a one-time code to the participant's own e-mail address.

        :param int contract_id: the contract's id
        :return: ``sent_to``, the address mostly hidden, or ``error``
        :rtype: dict
        """
        access = self._get_access(contract_id)
        if not access or not access.can_act:
            return {"error": self.env._("Please open the link in your e-mail again.")}
        try:
            with request.env.cr.savepoint():
                return {"sent_to": access.participant_sudo._send_code()}
        except UserError as error:
            return {"error": str(error)}
