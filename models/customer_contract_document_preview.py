import base64
import io
import logging

from PIL import Image, ImageOps, UnidentifiedImageError

from odoo import api, fields, models

_logger = logging.getLogger(__name__)

# What a browser shows by itself and cannot run: neither HTML nor SVG.
PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif"}
THUMBNAIL_SIZE = (320, 320)
MAX_PIXELS = 50_000_000


class CustomerContractDocument(models.Model):
    """What can be shown of a file without downloading it.

    It is found out from the content: names and declared kinds of files may lie.
    """

    _inherit = "customer.contract.document"

    preview_mimetype = fields.Char(compute="_compute_preview", store=True, copy=False)
    thumbnail = fields.Binary(
        compute="_compute_preview", store=True, attachment=True, copy=False, prefetch=False
    )

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
