import base64
import re

from odoo import _, api, fields, models
from odoo.exceptions import AccessError

from ...utils import check_one, sha256_of

MIMETYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/jpeg"}


class CustomerContractPaperFile(models.Model):
    """A file with signed pages, as it was taken in."""

    _name = "customer.contract.paper.file"
    _inherit = ["customer.contract.component.mixin", "customer.contract.protection.mixin"]
    _description = "File with Signed Pages"
    _order = "id"

    paper_id = fields.Many2one(
        "customer.contract.paper", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True)
    kind = fields.Selection(
        [("pdf", "PDF"), ("jpeg", "Picture")],
        required=True,
        help="What it is by its bytes, whatever it was called.",
    )
    size = fields.Integer(help="In bytes, as it was sent.")
    received_digest = fields.Char(
        "Received SHA-256",
        required=True,
        help="Of the file as it was sent. Pictures are stored anew, without what cameras note.",
    )
    attachment_id = fields.Many2one("ir.attachment", required=True, ondelete="restrict")
    page_ids = fields.One2many("customer.contract.paper.page", "file_id", "Pages")

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_system_write():
            raise AccessError(_("Files of papers are taken in, and not entered."))
        return super().create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super
        raise AccessError(_("Files of papers cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_collecting(self):
        if not self._is_system_write() or any(file.paper_id.state != "draft" for file in self):
            raise AccessError(_("Files of papers cannot be deleted."))

    def action_download(self):
        """Download the file as it was taken in.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.attachment_id.id}?download=true",
            "target": "download",
        }

    def _discard(self):
        """Delete a file that nobody wants to send any more, as its last page was taken out."""
        for file in self:
            attachment_sudo = file.attachment_id
            file.unlink()
            if not self.search_count([("attachment_id", "=", attachment_sudo.id)], limit=1):
                attachment_sudo.unlink()

    @api.model
    def _add(self, paper, name, content, inspected):
        """Store a file that was checked, and its pages.

        :param recordset paper: the paper
        :param str name: what the sender called it
        :param bytes content: the file as it was sent
        :param dict inspected: what the gate says about it
        :rtype: recordset of `customer.contract.paper.file`
        """
        Page = self.env["customer.contract.paper.page"]._as_system()
        kind = "pdf" if inspected["kind"] == "pdf" else "jpeg"
        file = self._as_system().create(
            {
                "paper_id": paper.id,
                "name": self._clean_file_name(name, kind),
                "kind": kind,
                "size": len(content),
                "received_digest": sha256_of(content),
                "attachment_id": self._store(paper, name, inspected).id,
            }
        )
        position = max(paper.page_ids.mapped("sequence"), default=0)
        Page.create(
            [
                {
                    "paper_id": paper.id,
                    "file_id": file.id,
                    "sequence": position + index + 1,
                    "index": index,
                    "preview": base64.b64encode(page["preview"]) if page["preview"] else False,
                    **Page._judge(paper, page),
                }
                for index, page in enumerate(inspected["pages"])
            ]
        )
        return self.browse(file.id)

    @api.model
    def _store(self, paper, name, inspected):
        """Store a file's content where only readers of the contract get at it.

        :rtype: recordset of `ir.attachment`, elevated
        """
        kind = inspected["kind"]
        attachment_sudo = (
            self.env["ir.attachment"]
            .sudo()
            ._as_system()
            .create(
                {
                    "name": self._clean_file_name(name, kind),
                    "raw": inspected["content"],
                    "mimetype": MIMETYPES[kind],
                    "res_model": paper._name,
                    "res_id": paper.id,
                }
            )
        )
        return attachment_sudo

    @api.model
    def _clean_file_name(self, name, kind):
        """Return a file's name without what does not belong there, and with its true ending.

        :param str name: what the sender called it
        :param str kind: what it is
        :rtype: str
        """
        stem = re.sub(r"\.\w{1,5}$", "", str(name or ""))
        stem = re.sub(r"[^\w .()-]+", "_", stem).strip(" ._")[:80]
        return f"{stem or _('page')}.{'pdf' if kind == 'pdf' else 'jpg'}"
