import base64
import re

from odoo import _, api, fields, models
from odoo.exceptions import AccessError

from .customer_contract_evidence_mixin import sha256_of

MIMETYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/jpeg"}
RESULTS = [
    ("matched", "Right Page"),
    ("other_version", "Other Version"),
    ("foreign", "Other Document"),
    ("several", "Several Pages"),
    ("no_code", "No Code Found"),
    ("unchecked", "Not Checked"),
]


class CustomerContractPaperFile(models.Model):
    """A file with signed pages, as it was taken in."""

    _name = "customer.contract.paper.file"
    _inherit = "customer.contract.guard.mixin"
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
        if not self._has_pass():
            raise AccessError(_("Files of papers are taken in, and not entered."))
        return super().create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super
        raise AccessError(_("Files of papers cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_collecting(self):
        if not self._has_pass() or any(file.paper_id.state != "draft" for file in self):
            raise AccessError(_("Files of papers cannot be deleted."))

    def action_download(self):
        """Download the file as it was taken in.

        :return: an action
        :rtype: dict
        """
        self.ensure_one()
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
        Page = self.env["customer.contract.paper.page"]._with_pass()
        kind = "pdf" if inspected["kind"] == "pdf" else "jpeg"
        file = self._with_pass().create(
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
            ._with_pass()
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


class CustomerContractPaperPage(models.Model):
    """One page that was sent, and what its code says."""

    _name = "customer.contract.paper.page"
    _inherit = "customer.contract.guard.mixin"
    _description = "Signed Page"
    _order = "paper_id, sequence, id"

    paper_id = fields.Many2one(
        "customer.contract.paper", required=True, index=True, ondelete="cascade"
    )
    file_id = fields.Many2one(
        "customer.contract.paper.file", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer()
    index = fields.Integer(help="The page's position in its file, from 0.")
    turn = fields.Integer(help="By how many degrees it is turned to stand upright.")
    result = fields.Selection(RESULTS, required=True)
    number = fields.Integer("Page")
    total = fields.Integer("Of")
    other_version = fields.Integer()
    preview = fields.Binary(attachment=True)
    problem = fields.Char("Remark", compute="_compute_problem")

    @api.depends("result", "sequence")
    def _compute_problem(self):
        for page in self:
            page.problem = page._describe_problem(page.sequence)

    @api.model_create_multi
    def create(self, vals_list):
        if not self._has_pass():
            raise AccessError(_("Signed pages are taken in, and not entered."))
        return super().create(vals_list)

    def write(self, vals):
        if not self._has_pass():
            raise AccessError(_("Signed pages cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_collecting(self):
        if not self._has_pass() or any(page.paper_id.state != "draft" for page in self):
            raise AccessError(_("Signed pages cannot be deleted."))

    @api.model
    def _judge(self, paper, page):
        """Tell from the codes on a page whether it belongs to the paper.

        :param recordset paper: the paper
        :param dict page: what the gate says about the page
        :return: values of the page
        :rtype: dict
        """
        codes = page["codes"]
        if not page["is_read"]:
            return {"result": "unchecked"}
        if not codes:
            return {"result": "no_code"}
        turn = codes[0]["turn"]
        if len(codes) > 1:
            return {"result": "several", "turn": turn}
        copy_sudo, number = self.env["customer.contract.paper.copy"]._find_by_page_code(
            codes[0]["text"]
        )
        # Of other people's contracts nothing is told, not even that they exist.
        if copy_sudo.contract_id != paper.contract_id:
            return {"result": "foreign", "turn": turn}
        values = {"turn": turn, "number": number, "total": copy_sudo.page_count}
        if copy_sudo.version_id != paper.version_id:
            return {
                **values,
                "result": "other_version",
                "other_version": copy_sudo.version_id.number,
            }
        return {**values, "result": "matched"}

    def _describe_problem(self, position):
        """Tell what is wrong with the page, if anything.

        :param int position: where it stands among the pages sent
        :rtype: str
        """
        self.ensure_one()
        return {
            "foreign": _(
                "Picture %(position)s shows a page of another document.", position=position
            ),
            "other_version": _(
                "Picture %(position)s shows page %(number)s of version %(other)s; the contract "
                "is now version %(current)s. Please download it again.",
                position=position,
                number=self.number,
                other=self.other_version,
                current=self.paper_id.version_id.number,
            ),
            "several": _(
                "Picture %(position)s shows several pages. Please send one after the other.",
                position=position,
            ),
            "no_code": _(
                "No page code was found on picture %(position)s. Please take it again with the "
                "whole page and enough light.",
                position=position,
            ),
            "unchecked": _(
                "Picture %(position)s could not be checked by the computer.", position=position
            ),
        }.get(self.result, "")

    def _turn_by(self, degrees):
        """Turn the page clockwise.

        :param int degrees: by how many
        """
        self.ensure_one()
        self.paper_id._check_is_draft()
        self._write_guarded({"turn": (self.turn + degrees) % 360})
