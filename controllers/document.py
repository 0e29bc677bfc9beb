from werkzeug.exceptions import NotFound

from odoo.exceptions import AccessError, MissingError
from odoo.http import Controller, request, route

from .contract_access import PRIVATE_HEADERS


class CustomerContractDocument(Controller):
    """The files of contracts, for employees."""

    @route("/contract/document/<int:document_id>", type="http", auth="user", methods=["GET"])
    def open_document(self, document_id, download=None, **kwargs):
        """Serve a file of a contract to show or to keep.

        Not ``readonly``: that it was opened is recorded, by whatever serves it.
        """
        document = request.env["customer.contract.document"].browse(document_id)
        try:
            document.check_access("read")
            stream = request.env["ir.binary"]._get_stream_from(document)
        except (AccessError, MissingError) as error:
            # Files that do not exist and those of others get the same answer.
            raise NotFound() from error
        response = stream.get_response(as_attachment=bool(download))
        response.headers.update(
            {
                **PRIVATE_HEADERS,
                "Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'",
                "X-Frame-Options": "SAMEORIGIN",
            }
        )
        return response
