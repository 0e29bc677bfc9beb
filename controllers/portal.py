from markupsafe import Markup

from odoo.http import Controller, content_disposition, request, route

from .access import may_read_replica
from .page import ContractPageMixin

VIEWED_KEY = "customer_contract_viewed"


class CustomerContractPortal(ContractPageMixin, Controller):
    """Each contract's page and files; the one root of all that the addon answers with.

    Odoo merges all leaves of one root into one class, so that a feature adds to the page,
    and to what is asked before an act, by ``super()``. This class names no feature.
    """

    @route(
        "/my/contracts/<int:contract_id>",
        type="http",
        auth="public",
        website=True,
        readonly=may_read_replica,
    )
    def portal_contract_page(
        self, contract_id, report_type=None, download=None, message=None, **kwargs
    ):
        """Show a contract as it was sent: as a page, or its report.

        That it was asked for does not tell that somebody has seen it: mail providers fetch
        links. The page's own script confirms that.
        """
        access = self._get_access(contract_id)
        if not access or (access.is_link and not self._is_open_to(access)):
            return self._refuse_page(contract_id)
        if report_type == "pdf":
            return self._make_private(self._serve_pdf(access, download in ("1", "true", "True")))
        if report_type == "html":
            return self._make_private(self._serve_html(access))
        return self._render_contract_page(
            access,
            message=message if message in self._get_messages() else None,
        )

    @route(
        "/my/contracts/<int:contract_id>/viewed",
        type="jsonrpc",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def confirm_view(self, contract_id, digest="", **kwargs):
        """Record that a browser shows the contract to somebody.

        A version that was replaced since the page was made is not what is recorded as seen.

        :param int contract_id: the contract's id
        :param str digest: the version that the page shows
        :return: ``error`` for whoever does not reach the contract
        :rtype: dict
        """
        access = self._get_access(contract_id)
        if not access or (access.is_link and not self._is_open_to(access)):
            return {"error": self.env._("Please open the link in your e-mail again.")}
        if digest and digest != access.contract_sudo.current_version_id.content_digest:
            return {}
        if access.can_act:
            self._record_view(access)
        # what is read next does not wait for this
        request.has_acted = False
        return {}

    def _get_messages(self):
        """Return what the page may say after an act, as its address names it.

        :rtype: tuple[str]
        """
        return ()

    def _serve_pdf(self, access, download):
        """Serve the stored file; while it is being made, say so.

        :param ContractAccess access: who is here and as whom
        :param bool download: whether to save the file instead of showing it
        :rtype: odoo.http.Response
        """
        attachment_sudo = access.contract_sudo._get_shown_pdf()
        if not attachment_sudo:
            is_pending = access.contract_sudo._is_preparing()
            response = request.render(
                "customer_contract.portal_contract_pending",
                {
                    "page_name": "contract",
                    "contract": access.contract_sudo,
                    "is_pending": is_pending,
                    "is_late": access.contract_sudo._is_preparing_long(),
                    "no_breadcrumbs": request.env.user._is_public(),
                },
                status=202 if is_pending else 404,
            )
            if is_pending:
                response.headers["Retry-After"] = "10"
            return response
        disposition = "attachment" if download else "inline"
        name = attachment_sudo.name
        response = request.make_response(
            attachment_sudo.raw,
            headers=[
                ("Content-Type", "application/pdf"),
                ("Content-Disposition", content_disposition(name, disposition)),
            ],
        )
        # The answer is there; it leaves once this is recorded.
        self._record_download(access, name)
        return response

    def _serve_html(self, access):
        """Serve the report as a page to read and to print.

        :param ContractAccess access: who is here and as whom
        :rtype: odoo.http.Response
        """
        contract_sudo = access.contract_sudo
        # The report reads the company's layout; the contract was checked before.
        Report = request.env["ir.actions.report"].sudo().with_company(contract_sudo.company_id)
        html, _type = Report._render_qweb_html(
            "customer_contract.action_report_customer_contract", contract_sudo.ids
        )
        toolbar = request.env["ir.ui.view"]._render_template(
            "customer_contract.portal_report_toolbar",
            {"contract": contract_sudo, "stored_pdf": contract_sudo._get_stored_pdf()},
        )
        head, separator, body = html.decode().partition("<body")
        attributes, end, content = body.partition(">")
        page = Markup("").join(map(Markup, (head, separator, attributes, end, toolbar, content)))
        return request.make_response(page, headers=[("Content-Type", "text/html; charset=utf-8")])

    # === EVIDENCE === #

    def _record_view(self, access):
        """Record once a session that a participant sees this version.

        :param ContractAccess access: who is here and as whom
        """
        participant_sudo = access.participant_sudo
        if not participant_sudo or self._is_machine():
            return
        viewed = request.session.get(VIEWED_KEY) or {}
        version = access.contract_sudo.current_version_id.id
        if viewed.get(str(participant_sudo.id)) != version:
            request.session[VIEWED_KEY] = {**viewed, str(participant_sudo.id): version}
            participant_sudo._mark_viewed(access.identified_by)

    def _record_download(self, access, name):
        """Record that somebody got a file.

        :param ContractAccess access: who is here and as whom
        :param str name: the file's name
        """
        if access.is_preview or self._is_machine():
            return
        access.contract_sudo._log_event(
            "downloaded",
            details={"file": name},
            actor=access.actor,
        )
