from odoo import _
from odoo.exceptions import UserError
from odoo.http import request, route

from .signing import ACT, CustomerContractSigning


class CustomerContractIdentification(CustomerContractSigning):
    """How participants show who they are, and how they want to sign."""

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
        if not access or access.is_preview or not access.participant_sudo:
            return {"error": _("Please open the link in your e-mail again.")}
        try:
            with request.env.cr.savepoint():
                return {"sent_to": access.participant_sudo._send_code()}
        except UserError as error:
            return {"error": str(error)}

    @route("/my/contracts/<int:contract_id>/channel", **ACT)
    def choose_channel(self, contract_id, channel="", **kwargs):
        """Choose between signing electronically and on paper."""

        def choose(access):
            if channel not in ("esign", "paper"):
                raise UserError(_("Please choose how you want to sign."))
            access.participant_sudo._choose_channel(channel, access.identified_by)

        return self._act(contract_id, "channel", choose)
