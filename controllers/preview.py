"""What a given person sees of a contract, for its manager to look at."""

from contextlib import contextmanager
from typing import NamedTuple

from odoo.http import request, route

from ..const import PREVIEW_KEY
from .access import ContractAccess, may_read_replica
from .portal import CustomerContractPortal

PREVIEW = "/my/contracts/<int:contract_id>/preview/<int:partner_id>"


class ContractPreview(NamedTuple):
    """As whom an employee looks at a contract."""

    partner_sudo: object
    person_name: str
    part: str


class CustomerContractPreview(CustomerContractPortal):
    """The contract's page as somebody else sees it, and who is let in to read it.

    The page is made in that person's name, and everything on it leads back here, where
    nothing is recorded and every act is refused.
    """

    @route(
        PREVIEW, type="http", auth="user", website=True, methods=["GET"], readonly=may_read_replica
    )
    def preview_contract_page(
        self, contract_id, partner_id, report_type=None, download=None, **kwargs
    ):
        """Show a contract's page, or its report, as a person sees it.

        :param int contract_id: the contract's id
        :param int partner_id: the person: requester, participant or colleague
        """

        def serve(access, preview):
            if report_type == "pdf":
                return self._serve_pdf(access, download in ("1", "true", "True"))
            if report_type == "html":
                return self._serve_html(access)
            # The list last seen is the manager's own.
            return self._render_contract_page(
                access, preview=preview, prev_record=None, next_record=None
            )

        return self._serve_preview(contract_id, partner_id, serve)

    # Nothing is done here, so that there is nothing a forged request could do.
    @route(
        [PREVIEW, f"{PREVIEW}/<path:act>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
        csrf=False,
        readonly=may_read_replica,
    )
    def refuse_act_in_preview(self, contract_id, partner_id, act="", **kwargs):
        """Refuse whatever a person could do on the page."""
        preview, contract_sudo = self._get_preview(contract_id, partner_id)
        if not preview:
            return self._refuse_page(contract_id)
        if request.httprequest.is_json:
            answer = {
                "error": self.env._("This is a preview: nothing you do here counts."),
                "reason": "preview",
            }
            return request.make_json_response({"jsonrpc": "2.0", "id": None, "result": answer})
        return self._make_private(
            request.render(
                "customer_contract.portal_preview_refused",
                {"page_name": "contract", "preview": preview, "contract": contract_sudo},
                status=403,
            )
        )

    def _get_preview(self, contract_id, partner_id):
        """Return as whom the current user may look at a contract, and the contract.

        :param int contract_id: the contract's id
        :param int partner_id: the person
        :return: the preview and the contract, elevated; none if the user may not
        :rtype: tuple
        """
        Contract = request.env["customer.contract"].with_context(active_test=False)
        if not request.env.user._is_internal() or not Contract.has_access("read"):
            return None, None
        contract = Contract.search([("id", "=", contract_id)])
        # The page shows what the person sees, not what the user may.
        contract_sudo = contract.sudo().with_context(**{PREVIEW_KEY: partner_id})
        partner_sudo = contract_sudo.env["res.partner"].browse(partner_id).exists()
        if not contract or not partner_sudo or not contract_sudo._is_previewable(partner_sudo):
            return None, None
        part = contract_sudo._describe_part(partner_sudo)
        return ContractPreview(partner_sudo, partner_sudo.name, part), contract_sudo

    def _serve_preview(self, contract_id, partner_id, serve):
        """Answer in a person's name, or tell that the person does not see the contract.

        :param int contract_id: the contract's id
        :param int partner_id: the person
        :param callable serve: makes the answer from the access and the preview
        :rtype: odoo.http.Response
        """
        preview, _contract_sudo = self._get_preview(contract_id, partner_id)
        if not preview:
            return self._refuse_page(contract_id)
        with self._in_the_name_of(preview):
            # read anew, so that it is shown in the person's language and zone
            contract_sudo = request.env["customer.contract"].sudo().browse(contract_id)
            access = self._get_access_of(contract_sudo, preview)
            if access:
                response = serve(access, preview)
            else:
                response = self._make_private(
                    request.render(
                        "customer_contract.portal_preview_hidden",
                        {
                            "page_name": "contract",
                            "preview": preview,
                            "contract": contract_sudo,
                            "reason": contract_sudo._explain_invisibility(preview.partner_sudo),
                        },
                    )
                )
            response.flatten()
        return response

    @contextmanager
    def _in_the_name_of(self, preview):
        """Make the pages as the person would get them; the session remains the user's.

        :param ContractPreview preview: as whom
        """
        own = request.env
        user_sudo = preview.partner_sudo.user_ids[:1] or own.ref("base.public_user").sudo()
        context = {
            "lang": preview.partner_sudo.lang or own.lang,
            "tz": preview.partner_sudo.tz or own.context.get("tz"),
            PREVIEW_KEY: preview.partner_sudo.id,
        }
        request.update_env(user=user_sudo.id, context=context)
        try:
            yield
        finally:
            request.update_env(user=own.uid, context=own.context)

    def _get_access_of(self, contract_sudo, preview):
        """Find out how the person would reach the contract.

        :param recordset contract_sudo: the contract, elevated
        :param ContractPreview preview: as whom
        :return: the access, or none
        :rtype: ContractAccess | None
        """
        partner_sudo = preview.partner_sudo
        user_sudo = partner_sudo.user_ids[:1]
        participant_sudo = self._get_own_part(contract_sudo, partner_sudo)
        if contract_sudo._is_found_by(partner_sudo):
            strength = "portal_2fa" if user_sudo._mfa_type() else "portal"
            return ContractAccess(contract_sudo, participant_sudo, strength, "previewing_as")
        access = ContractAccess(contract_sudo, participant_sudo, "link", "previewing_as")
        return access if contract_sudo._is_linked_to(participant_sudo) else None

    # === WHO IS LET IN === #

    def _is_open_to(self, access):
        return access.participant_sudo._may_read_early() or super()._is_open_to(access)

    def _get_link_problem(self, link_sudo):
        participant_sudo = link_sudo.participant_id
        if participant_sudo.role == "observer" and not participant_sudo._is_let_in():
            return "unshared"
        return super()._get_link_problem(link_sudo)
