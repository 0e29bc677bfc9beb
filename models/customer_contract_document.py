from odoo import _, api, fields, models
from odoo.exceptions import UserError

from .customer_contract_evidence_mixin import sha256_of


class CustomerContractDocument(models.Model):
    """A file that goes with the contract.

    Files to sign are part of what is signed: their digests stand in the frozen
    content, and they are closed with it.
    """

    _name = "customer.contract.document"
    _inherits = {"ir.attachment": "ir_attachment_id"}
    _description = "Contract Document"
    _order = "contract_id, sequence, id"

    contract_id = fields.Many2one(
        "customer.contract", required=True, index=True, ondelete="cascade"
    )
    ir_attachment_id = fields.Many2one(
        "ir.attachment", "Attachment", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    purpose = fields.Selection(
        [("read", "To Read"), ("sign", "To Sign")],
        required=True,
        default="read",
        help="Documents to sign are annexes: part of the contract itself.",
    )
    portal_visible = fields.Boolean(
        "Visible in Portal", help="Everybody who finds the contract in the portal may read it."
    )

    @api.model_create_multi
    def create(self, vals_list):
        for values in vals_list:
            if values.get("purpose") == "sign":
                values["portal_visible"] = True
        documents = super().create(vals_list)
        documents._check_open_for_signing()
        for document in documents:
            # The file belongs to this row, whose rights decide who may read it.
            document.ir_attachment_id.write({"res_model": self._name, "res_id": document.id})
            document._log_event("document_added")
            if document.portal_visible:
                document._log_event("document_shared")
        return documents

    def write(self, vals):
        if set(vals) - {"portal_visible", "sequence"}:
            self._check_open_for_signing()
        if vals.get("purpose") == "sign":
            vals = {**vals, "portal_visible": True}
        if "portal_visible" in vals:
            for document in self:
                if document.purpose == "sign" and not vals["portal_visible"]:
                    raise UserError(_("Documents to sign are always visible to the signers."))
                if document.portal_visible != bool(vals["portal_visible"]):
                    document._log_event(
                        "document_shared" if vals["portal_visible"] else "document_unshared"
                    )
        result = super().write(vals)
        if vals.get("purpose") == "sign":
            self._check_open_for_signing()
        return result

    def unlink(self):
        self._check_open_for_signing()
        for document in self:
            document._log_event("document_removed")
        attachments = self.ir_attachment_id
        result = super().unlink()
        attachments.unlink()
        return result

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        for document, values in zip(self, vals_list, strict=True):
            values["ir_attachment_id"] = document.ir_attachment_id.copy().id
        return vals_list

    def action_download(self):
        """Download the file.

        :return: an action
        :rtype: dict
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/raw/?download=true",
            "target": "download",
        }

    def _check_open_for_signing(self):
        """Refuse changes of documents that are part of a frozen contract.

        :raise UserError: if one is
        """
        for document in self:
            if document.purpose == "sign":
                document.contract_id._check_content_is_open()

    def _log_event(self, event_type):
        """Record in the contract's trail what happened to the file."""
        self.ensure_one()
        self.contract_id._log_event(event_type, details={"document": self.name})

    def _prepare_content(self):
        """Prepare how the file is named in the canonical content.

        :rtype: dict
        """
        self.ensure_one()
        content = self.ir_attachment_id.raw or b""
        return {
            "name": self.name,
            "mimetype": self.mimetype or "",
            "size": len(content),
            "sha256": sha256_of(content),
        }
