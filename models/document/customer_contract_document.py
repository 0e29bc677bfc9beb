import base64
import io
import logging

from PIL import Image, ImageOps, UnidentifiedImageError

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.http import request

from ...utils import check_one

_logger = logging.getLogger(__name__)
# What a browser shows by itself and cannot run: neither HTML nor SVG.
PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif"}
THUMBNAIL_SIZE = (320, 320)
MAX_PIXELS = 50_000_000


class CustomerContractDocument(models.Model):
    """What can be shown of a file, to whom, and who opened it.

    What it is is found out from the content: names and declared kinds of files may lie.
    Files are shown to the parties and hidden from them, one by one or many at once.
    """

    _inherit = "customer.contract.document"

    preview_mimetype = fields.Char(compute="_compute_preview", store=True, copy=False)
    thumbnail = fields.Binary(
        compute="_compute_preview", store=True, attachment=True, copy=False, prefetch=False
    )
    access_count = fields.Integer(compute="_compute_access_count")

    @api.depends("ir_attachment_id.checksum")
    def _compute_preview(self):
        for document in self:
            content = document.ir_attachment_id.raw or b""
            if content.startswith(b"%PDF-"):
                document.preview_mimetype, document.thumbnail = "application/pdf", False
            else:
                mimetype, thumbnail = document._make_thumbnail(content)
                document.preview_mimetype = mimetype
                document.thumbnail = thumbnail and base64.b64encode(thumbnail)

    @api.model
    def _make_thumbnail(self, content):
        """Draw a picture small.

        Nothing of the file but its pixels gets into the small one.

        :param bytes content: the file
        :return: the kind of the picture and a PNG; nothing for other or broken files
        :rtype: tuple[str | bool, bytes | bool]
        """
        try:
            with Image.open(io.BytesIO(content), formats=tuple(PICTURES)) as picture:
                mimetype = PICTURES[picture.format]
                if picture.width * picture.height > MAX_PIXELS:
                    return False, False
                picture.draft("RGB", THUMBNAIL_SIZE)
                small = ImageOps.exif_transpose(picture).convert("RGBA")
        except UnidentifiedImageError:
            return False, False
        except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
            _logger.info("A picture cannot be shown: %s", error)
            return False, False
        small.thumbnail(THUMBNAIL_SIZE)
        output = io.BytesIO()
        small.save(output, format="PNG", optimize=True)
        return mimetype, output.getvalue()

    # === ACCESS LOG === #

    def _compute_access_count(self):
        counts = dict(
            self.env["customer.contract.document.access"]._read_group(
                [("document_ref", "in", self.ids)], ["document_ref"], ["__count"]
            )
        )
        for document in self:
            document.access_count = counts.get(document.id, 0)

    def _log_access(self, act, actor=None):
        """Record in the access log that somebody got to see the file.

        :param str act: ``opened``, ``downloaded`` or ``thumbnail``
        :param Actor actor: as whom the person is here, if not as an employee
        """
        self.env["customer.contract.document.access"]._append(self, act, actor)

    def action_view_accesses(self):
        """Open the access log of the file.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_contract.customer_contract_document_access_action"
        )
        return {
            **action,
            "display_name": _("Access to %(file)s", file=self.name),
            "domain": [("document_ref", "=", self.id)],
        }

    def action_download(self):
        """Download the file.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        return {
            "type": "ir.actions.act_url",
            "url": f"/contract/document/{self.id}?download=true",
            "target": "download",
        }

    def _is_repeated_request(self):
        """Tell whether a browser only asks about the file, or for the rest of it."""
        if not request:
            return False
        start = request.httprequest.headers.get("Range", "")
        return request.httprequest.method == "HEAD" or (
            bool(start) and not start.startswith("bytes=0-")
        )

    # === SHARING === #

    def action_show(self):
        """Let the parties see files in the portal.

        :return: True
        :rtype: bool
        """
        return self.filtered(lambda document: not document.portal_visible).write(
            {"portal_visible": True}
        )

    def action_hide(self):
        """Keep files from the parties; those to sign remain, as they are signed.

        :return: True
        :rtype: bool
        :raise UserError: if all of them are to sign
        """
        to_read = self.filtered(lambda document: document.purpose != "sign")
        if self and not to_read:
            raise UserError(_("Documents to sign are always visible to the signers."))
        return to_read.filtered("portal_visible").write({"portal_visible": False})

    def action_toggle_folder(self):
        """Show the whole folder of a file in the portal, or hide it if all of it is there.

        Folders within it belong to it.

        :return: True
        :rtype: bool
        :raise UserError: if the file is in no folder
        """
        check_one(self)
        if not self.folder:
            raise UserError(_("This file is in no folder."))
        files = self.contract_id.document_ids.filtered(
            lambda document: (
                document.folder == self.folder
                or (document.folder or "").startswith(f"{self.folder}/")
            )
        )
        if all(files.mapped("portal_visible")):
            return files.action_hide()
        return files.action_show()

    def _is_visible_by_default(self, values):
        contract = self.env["customer.contract"].browse(
            values.get("contract_id") or self.env.context.get("default_contract_id")
        )
        return super()._is_visible_by_default(values) or (
            contract.portal_published and contract.documents_visible
        )
