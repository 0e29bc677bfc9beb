from PIL import Image

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.http import DEFAULT_MAX_CONTENT_LENGTH
from odoo.tools.misc import human_size

from ...utils import TypedChar, sha256_of, strip_unseen

MAX_FOLDER_LENGTH = 250


class CustomerContractDocument(models.Model):
    """A file that goes with the contract.

    Files to sign are part of what is signed: their digests stand in the frozen
    content, and they are closed with it.
    """

    _name = "customer.contract.document"
    _inherit = "customer.contract.component.mixin"
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
    folder = TypedChar(help="Where the file lies, such as Drawings/Ground floor.")
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
        prepared = [
            {**values, **self._prepare_placement(values), "public": False} for values in vals_list
        ]
        for values in prepared:
            if values.get("purpose") == "sign":
                values["portal_visible"] = True
            elif "portal_visible" not in values:
                values["portal_visible"] = self._is_visible_by_default(values)
        default = self.env.context.get("default_purpose")
        annexes = [values for values in prepared if values.get("purpose", default) == "sign"]
        # Before, since the database itself refuses it, in its own words.
        self._get_owners("contract_id", annexes)._check_content_is_open()
        try:
            # Files are kept as they were given: pictures are not made smaller.
            documents = super(
                CustomerContractDocument, self.with_context(image_no_postprocess=True)
            ).create(prepared)
        except Image.DecompressionBombError as error:
            raise UserError(_("The picture has too many pixels to be shown.")) from error
        documents = documents.with_env(self.env)
        documents._check_files()
        for document in documents:
            # The file belongs to this row, whose rights decide who may read it.
            document.ir_attachment_id.write({"res_model": self._name, "res_id": document.id})
            document._log_event("document_added")
            if document.portal_visible:
                document._log_event("document_shared")
        return documents

    def write(self, vals):
        vals = {**vals, **self._prepare_placement(vals)}
        if set(vals) - {"portal_visible", "sequence", "folder"}:
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
        if vals.keys() & {"raw", "datas", "type", "ir_attachment_id"}:
            self._check_files()
        if vals.get("purpose") == "sign":
            self._check_open_for_signing()
        return result

    def unlink(self):
        self._check_open_for_signing()
        for document in self:
            document._log_event("document_removed")
        attachments = self.ir_attachment_id
        result = super().unlink()
        # those that hang on the deleted rows are gone with them
        attachments.exists().unlink()
        return result

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        for document, values in zip(self, vals_list, strict=True):
            values["ir_attachment_id"] = document.ir_attachment_id.copy().id
        return vals_list

    def _prepare_placement(self, values):
        """Prepare name and folder: neither leads out of where it belongs.

        :param dict values: values of a create or write
        :return: those of them that have to be other ones
        :rtype: dict
        :raise UserError: if the name is empty, or the folder's path is too long to be kept
        """
        prepared = {}
        if "name" in values:
            # Some browsers and mail programs send a whole path.
            name = str(values["name"] or "").replace("\\", "/").rstrip("/").split("/")[-1]
            prepared["name"] = strip_unseen(name, one_line=True)
            if not prepared["name"].strip("."):
                raise UserError(_("A document needs a name."))
        if "folder" in values:
            parts = [
                part.strip() for part in (values["folder"] or "").replace("\\", "/").split("/")
            ]
            folder = "/".join(part for part in parts if part not in ("", ".", ".."))
            if len(folder) > MAX_FOLDER_LENGTH:
                raise UserError(_("The folder's path is too long."))
            prepared["folder"] = folder or False
        return prepared

    def _is_visible_by_default(self, values):
        """Tell whether a new document is visible at once.

        None is by itself; features that show documents extend this.

        :param dict values: the values it is created with
        """
        return False

    def _check_files(self):
        """Refuse what is no file that people can open.

        :raise UserError: if a file is a mere link, empty or too large
        """
        # The limit is the one that browsers are told; users may not read parameters.
        Parameter = self.env["ir.config_parameter"].sudo()
        limit = int(Parameter.get_param("web.max_file_upload_size", DEFAULT_MAX_CONTENT_LENGTH))
        for document in self:
            if document.type != "binary":
                raise UserError(
                    _("%(file)s is a link. Upload the file itself.", file=document.name)
                )
            if not document.file_size:
                raise UserError(_("%(file)s is empty.", file=document.name))
            if document.file_size > limit:
                raise UserError(
                    _(
                        "%(file)s is too large (%(size)s). Files may have up to %(limit)s.",
                        file=document.name,
                        size=human_size(document.file_size),
                        limit=human_size(limit),
                    )
                )

    @api.model
    def _get_guarded_columns(self):
        return ["purpose", "ir_attachment_id"]

    @api.model
    def _get_guarded_rows(self):
        return {**super()._get_guarded_rows(), "rows": [{"purpose": "sign"}]}

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
