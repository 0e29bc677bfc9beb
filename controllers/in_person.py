from odoo.http import request, route

from .access import ContractAccess, may_read_replica
from .link import CustomerContractLink
from .signing import ActRefusal, CustomerContractSigning

IN_PERSON_KEY = "customer_contract_in_person"


class CustomerContractInPerson(CustomerContractSigning, CustomerContractLink):
    """A device that an employee hands over, for somebody to sign in person.

    Its session is for one contract, one person and a short time.
    """

    @route(
        "/contract/in_person/<string:token>",
        type="http",
        auth="public",
        website=True,
        readonly=may_read_replica,
    )
    def open_in_person(self, token, **kwargs):
        """Ask to hand the device over; nothing has happened yet."""
        handover_sudo = request.env["customer.contract.in.person"]._find(token)
        if not handover_sudo:
            return self._lead_back() or self._render_in_person_over()
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
            return self._lead_back() or self._render_in_person_over()
        address = self._get_localized_address(handover_sudo.participant_id)
        secret = handover_sudo._open()
        if not secret:
            return self._render_in_person_over()
        request.session.logout(keep_db=True)
        request.session[IN_PERSON_KEY] = {"id": handover_sudo.id, "secret": secret}
        return self._make_private(request.redirect(address, code=303))

    @route("/contract/in_person/end", type="http", auth="public", website=True, methods=["POST"])
    def end_in_person(self, **kwargs):
        """End the session that was handed over."""
        self._get_in_person_handover()._close()
        return self._render_in_person_over()

    # === THE SESSION === #

    def _get_access(self, contract_id):
        participant_sudo = self._get_in_person_participant(contract_id)
        if participant_sudo:
            contract_sudo = participant_sudo.contract_id
            return ContractAccess(contract_sudo, participant_sudo, "in_person", "signing")
        return super()._get_access(contract_id)

    def _refuse_page(self, contract_id):
        if request.session.get(IN_PERSON_KEY):
            return self._lead_back() or self._render_in_person_over()
        return super()._refuse_page(contract_id)

    def _lead_back(self):
        """Lead whoever tries another address on a device handed over back to the contract.

        :return: the answer; none if the time on this device is over
        :rtype: odoo.http.Response | None
        """
        handover_sudo = self._get_in_person_handover()
        participant_sudo = handover_sudo.participant_id
        if not handover_sudo or not self._get_in_person_participant(
            participant_sudo.contract_id.id
        ):
            return None
        address = self._get_localized_address(participant_sudo)
        return self._make_private(request.redirect(address, code=303))

    def _find_refusal(self, access, act):
        refusal = super()._find_refusal(access, act)
        if not refusal and access.signs_only and not act.is_signing:
            return ActRefusal(
                "signing_only", self.env._("This device was handed over to sign only.")
            )
        return refusal

    def _get_in_person_handover(self):
        """Return what the session of this device was opened for, even if it is over.

        :rtype: recordset of `customer.contract.in.person`, elevated
        """
        # Nobody has rights on handovers; the session proves that this one was opened here.
        Handover = request.env["customer.contract.in.person"].sudo()
        opened = request.session.get(IN_PERSON_KEY)
        if not isinstance(opened, dict):
            return Handover
        handover_sudo = Handover.browse(opened["id"]).exists()
        return handover_sudo.filtered(lambda one: one._is_opened_by(opened["secret"]))

    def _get_in_person_participant(self, contract_id):
        """Return who signs on this device, if it was handed over for the contract.

        :param int contract_id: the contract's id
        :rtype: recordset of `customer.contract.participant`, elevated
        """
        handover_sudo = self._get_in_person_handover()
        participant_sudo = handover_sudo.participant_id
        if (
            request.env.user._is_public()
            and handover_sudo
            and handover_sudo._is_usable()
            and participant_sudo.contract_id.id == contract_id
        ):
            return participant_sudo
        return participant_sudo.browse()

    # === ON THE PAGE === #

    def _prepare_sign_props(self, access):
        props = super()._prepare_sign_props(access)
        # Whoever signs in person types the name.
        return {**props, "defaultName": ""} if access.signs_only else props

    def _restrict_contract_values(self, access, values):
        values = super()._restrict_contract_values(access, values)
        if not access.signs_only:
            return values
        return {
            **values,
            **self._get_in_person_layout(),
            "witness": self._get_in_person_handover().witness_id.name,
            "can_object": False,
            "can_dispute": False,
            "can_decline": False,
            "can_delegate": False,
            "dispute": None,
            "comments": [],
            "events": [],
            "prev_record": None,
            "next_record": None,
        }

    def _get_in_person_layout(self):
        """Return the values that leave out header, footer and all ways to other pages.

        :rtype: dict
        """
        return {
            "page_name": "contract",
            "no_breadcrumbs": True,
            "no_header": True,
            "no_footer": True,
        }

    def _render_in_person_over(self):
        """Ask to hand the device back.

        :rtype: odoo.http.Response
        """
        handover_sudo = self._get_in_person_handover()
        request.session.pop(IN_PERSON_KEY, None)
        participant_sudo = handover_sudo.participant_id
        return self._make_private(
            request.render(
                "customer_contract.portal_in_person_over",
                {
                    **self._get_in_person_layout(),
                    "signer": participant_sudo.partner_id.name
                    if participant_sudo.state == "done"
                    else None,
                    "reference": participant_sudo.contract_id.name,
                },
            )
        )
