import base64

from werkzeug.exceptions import NotFound

from odoo.exceptions import AccessError, MissingError
from odoo.http import request, route
from odoo.tools.misc import human_size

from ..utils import Actor, strip_unseen
from .access import PRIVATE_HEADERS, may_read_replica
from .preview import PREVIEW, CustomerContractPreview

# Browsers show these themselves; the page may frame them, other sites may not.
PREVIEW_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}
DOWNLOAD_HEADERS = {"Content-Security-Policy": "sandbox; frame-ancestors 'none'"}


class CustomerContractDocument(CustomerContractPreview):
    """The files of contracts: on each contract's page, in its previews, for employees."""

    @route(
        "/contract/document/<int:document_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=may_read_replica,
    )
    def open_document(self, document_id, download=None, **kwargs):
        """Serve a file of a contract to show or to keep.

        That it was opened is recorded, by whatever serves it.
        """
        document = request.env["customer.contract.document"].browse(document_id)
        try:
            document.check_access("read")
            stream = request.env["ir.binary"]._get_stream_from(document)
        except (AccessError, MissingError) as error:
            # Files that do not exist and those of others get the same answer.
            raise NotFound() from error
        response = stream.get_response(as_attachment=bool(download))
        response.headers.update({**PRIVATE_HEADERS, **PREVIEW_HEADERS})
        return response

    @route(
        "/my/contracts/<int:contract_id>/document/<int:document_id>",
        type="http",
        auth="public",
        website=True,
        readonly=may_read_replica,
    )
    def portal_contract_document(self, contract_id, document_id, **kwargs):
        """Serve a document of the contract, if it is visible to the parties."""
        access = self._get_access(contract_id)
        if not access or (access.is_link and not self._is_open_to(access)):
            return self._refuse_page(contract_id)
        return self._serve_document(access, document_id)

    @route(
        f"{PREVIEW}/document/<int:document_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=may_read_replica,
    )
    def preview_contract_document(self, contract_id, partner_id, document_id, **kwargs):
        """Serve a document that a person finds on the contract's page."""

        def serve(access, _preview):
            return self._serve_document(access, document_id)

        return self._serve_preview(contract_id, partner_id, serve)

    def _prepare_contract_values(self, access):
        return {
            **super()._prepare_contract_values(access),
            "document_groups": self._prepare_document_groups(access.contract_sudo),
        }

    def _prepare_document_groups(self, contract_sudo):
        """Prepare the files the parties may read, by the folders they lie in.

        :param recordset contract_sudo: the contract, elevated
        :return: folders with their files; those without a folder come first
        :rtype: list[dict]
        """
        groups = {}
        for document in contract_sudo._get_portal_documents():
            groups.setdefault(document.folder or "", []).append(
                {
                    "id": document.id,
                    "name": document.name,
                    "size": human_size(document.file_size),
                    "is_annex": document.purpose == "sign",
                    "is_pdf": document.preview_mimetype == "application/pdf",
                    "is_picture": bool(document.preview_mimetype)
                    and document.preview_mimetype.startswith("image/"),
                    "url": f"{contract_sudo.access_url}/document/{document.id}",
                }
            )
        return [
            {"folder": folder.replace("/", " / "), "documents": groups[folder]}
            for folder in sorted(groups)
        ]

    def _serve_document(self, access, document_id):
        """Serve a file that is visible to the parties: to show, small, or to keep.

        :param ContractAccess access: who is here and as whom
        :param int document_id: the `customer.contract.document`
        :rtype: odoo.http.Response
        """
        document_sudo = access.contract_sudo._get_portal_documents().filtered(
            lambda document: document.id == document_id
        )
        if not document_sudo:
            raise request.not_found()
        if request.params.get("thumbnail"):
            return self._serve_thumbnail(access, document_sudo)
        is_shown = bool(document_sudo.preview_mimetype) and not request.params.get("download")
        self._record_access(access, document_sudo, "opened" if is_shown else "downloaded")
        stream = document_sudo.ir_attachment_id._to_http_stream()
        # Names from before they were cleaned would not fit into a header.
        stream.download_name = strip_unseen(document_sudo.name, one_line=True)
        if is_shown:
            stream.mimetype = document_sudo.preview_mimetype
        response = self._make_private(stream.get_response(as_attachment=not is_shown))
        response.headers.update(PREVIEW_HEADERS if is_shown else DOWNLOAD_HEADERS)
        return response

    def _serve_thumbnail(self, access, document_sudo):
        """Serve a picture small.

        :param ContractAccess access: who is here and as whom
        :param recordset document_sudo: the `customer.contract.document`, elevated
        :rtype: odoo.http.Response
        """
        if not document_sudo.thumbnail:
            raise request.not_found()
        self._record_access(access, document_sudo, "thumbnail")
        response = self._make_private(
            request.make_response(
                base64.b64decode(document_sudo.thumbnail), headers=[("Content-Type", "image/png")]
            )
        )
        response.headers.update(PREVIEW_HEADERS)
        return response

    def _record_access(self, access, document_sudo, act):
        """Record in the file's access log, and in the trail, that somebody gets a file.

        :param ContractAccess access: who is here and as whom
        :param recordset document_sudo: the `customer.contract.document`, elevated
        :param str act: ``opened``, ``downloaded`` or ``thumbnail``
        """
        if self._is_machine() or document_sudo._is_repeated_request():
            return
        if access.is_preview:
            # A preview is made in somebody else's name; the session tells who looks.
            nobody = access.participant_sudo.browse()
            document_sudo.with_user(request.session.uid).sudo()._log_access(
                act, Actor(nobody, "preview")
            )
            return
        document_sudo._log_access(act, access.actor)
        if act != "thumbnail":
            self._record_download(access, document_sudo.name)
