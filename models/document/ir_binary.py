from odoo import models
from odoo.http import request

from ...utils import Actor

DOCUMENT = "customer.contract.document"
ACTS = {"raw": "opened", "datas": "opened", "db_datas": "opened", "thumbnail": "thumbnail"}


class IrBinary(models.AbstractModel):
    """Files of contracts are not served without a line in their access log."""

    _inherit = "ir.binary"

    def _record_to_stream(self, record, field_name):
        if record._name == DOCUMENT and field_name in ("raw", "datas"):
            record = record.ir_attachment_id  # which holds the file
        stream = super()._record_to_stream(record, field_name)
        if request and field_name in ACTS:
            self._log_contract_document(record, ACTS[field_name])
        return stream

    def _log_contract_document(self, record, act):
        """Record the access to a contract's file, whatever address it was asked for by.

        :param recordset record: what is served
        :param str act: what is done with it, if it is only shown
        """
        if record._name == DOCUMENT:
            document_id = record.id
        elif record._name == "ir.attachment" and record.res_model == DOCUMENT:
            document_id = record.res_id
        else:
            return
        # Whoever got here may read the file, and need not be able to write the log.
        document_sudo = self.env[DOCUMENT].sudo().browse(document_id).exists()
        if not document_sudo or document_sudo._is_repeated_request():
            return
        nobody = document_sudo.contract_id.participant_ids.browse()
        document_sudo._log_access(
            "downloaded" if request.params.get("download") else act,
            None if self.env.user._is_internal() else Actor(nobody, "portal"),
        )
