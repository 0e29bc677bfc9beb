from odoo.http import request, route

from .contract_in_person import IN_PERSON_KEY
from .personal_link import CustomerContractPersonalLink


class CustomerContractInPerson(CustomerContractPersonalLink):
    """A device that an employee hands over, for somebody to sign in person."""

    @route("/contract/in_person/<string:token>", type="http", auth="public", website=True)
    def open_in_person(self, token, **kwargs):
        """Ask to hand the device over; nothing has happened yet."""
        handover_sudo = request.env["customer.contract.in.person"]._find(token)
        if not handover_sudo:
            return self._render_in_person_over()
        return self._make_private(
            request.render(
                "customer_contract.portal_in_person_start",
                {
                    **self._get_in_person_layout(),
                    "handover": handover_sudo,
                    "token": token,
                    "is_logged_in": not request.env.user._is_public(),
                },
            )
        )

    @route(
        "/contract/in_person/<string:token>/start",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def start_in_person(self, token, **kwargs):
        """Give the device a session that shows this contract only.

        Whoever is logged in is logged out first, so that the signer cannot use the account.
        """
        handover_sudo = request.env["customer.contract.in.person"]._find(token)
        if not handover_sudo:
            return self._render_in_person_over()
        address = self._get_localized_address(handover_sudo.participant_id)
        request.session.logout(keep_db=True)
        handover_sudo._open()
        request.session[IN_PERSON_KEY] = handover_sudo.id
        return self._make_private(request.redirect(address, code=303))

    @route("/contract/in_person/end", type="http", auth="public", website=True, methods=["POST"])
    def end_in_person(self, **kwargs):
        """End the session that was handed over."""
        self._get_in_person_handover()._close()
        return self._render_in_person_over()
