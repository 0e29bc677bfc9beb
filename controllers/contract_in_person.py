"""The session of a device that was handed over: one contract, one person, a short time."""

from odoo.http import request

IN_PERSON_KEY = "customer_contract_in_person"


class ContractInPersonMixin:
    """For controllers that serve a device that was handed over."""

    def _get_in_person_handover(self):
        """Return what the session of this device was opened for, even if it is over.

        :rtype: recordset of `customer.contract.in.person`, elevated
        """
        # Nobody has rights on handovers; the session proves that this one was opened here.
        Handover = request.env["customer.contract.in.person"].sudo()
        return Handover.browse(request.session.get(IN_PERSON_KEY) or []).exists()

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

    def _prepare_in_person_values(self, access):
        """Prepare the page's values on a device that was handed over: it only signs.

        :param ContractAccess access: who is here and as whom
        :rtype: dict
        """
        if not access.is_in_person:
            return {}
        return {
            **self._get_in_person_layout(),
            "witness": self._get_in_person_handover().witness_id.name,
            "can_object": False,
            "can_dispute": False,
            "can_decline": False,
            "can_delegate": False,
            "can_use_paper": False,
            "paper_props": None,
            "dispute": None,
            "comments": [],
            "events": [],
            "prev_record": None,
            "next_record": None,
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
