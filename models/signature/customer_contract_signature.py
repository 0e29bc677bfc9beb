import base64
import binascii
import io

from PIL import Image, ImageOps, UnidentifiedImageError

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ...tools.signature_picture import is_filled, is_photo, take_ink_off_paper

PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_END = b"IEND\xaeB\x60\x82"
MAX_FILE_SIZE = 2 * 1024 * 1024
MAX_SIDE = 4000
MIN_SIDE = 16
STORED_SIZE = (1200, 600)
INK_THRESHOLD = 60
MIN_INK_PIXELS = 40


class CustomerContractSignature(models.Model):
    """One act of signing: who signed what, when, where from and how identified."""

    _name = "customer.contract.signature"
    _inherit = "customer.contract.evidence.mixin"
    _description = "Contract Signature"
    _order = "contract_id, id"
    _rec_name = "signed_by"
    _log_access = False

    contract_id = fields.Many2one(
        "customer.contract", required=True, index=True, ondelete="cascade"
    )
    participant_id = fields.Many2one(
        "customer.contract.participant", required=True, index=True, ondelete="cascade"
    )
    version_id = fields.Many2one(
        "customer.contract.version", required=True, index=True, ondelete="cascade"
    )
    content_digest = fields.Char(
        "Version's SHA-256",
        required=True,
        help="Digest of the content that was signed.",
    )
    signed_by = fields.Char(required=True)
    capacity = fields.Char(help="In which function the person signed.")
    signed_on = fields.Datetime(required=True)
    channel = fields.Selection(
        [("esign", "Electronic"), ("paper", "On Paper")], required=True, default="esign"
    )
    image = fields.Binary(attachment=False, required=True)
    image_digest = fields.Char("Image's SHA-256", required=True)
    intent_text = fields.Char(
        "Act",
        required=True,
        help="The words on the button with which the person signed.",
    )
    consent_text = fields.Text()
    consent_digest = fields.Char("Consent's SHA-256")
    identified_by = fields.Char(required=True)
    identification = fields.Char(compute="_compute_identification")
    account = fields.Char(help="Login or e-mail address with which the person signed.")
    ip_address = fields.Char("IP Address")
    user_agent = fields.Char()
    _participant_version_unique = models.UniqueIndex(
        "(participant_id, version_id)",
        "This participant has already signed this version.",
    )

    @api.depends("identified_by")
    def _compute_identification(self):
        for signature in self:
            signature.identification = signature.contract_id._describe_identity(
                signature.identified_by
            )

    @api.model
    def _prepare_image(self, data):
        """Prove that some data is the picture of a signature, and clean it.

        The picture is decoded, checked for ink and encoded again, so that nothing
        of the original file but its pixels is kept. Of a photo, the ink is kept.

        :param str | bytes data: the picture in base64, with or without the
            ``data:image/png;base64,`` in front
        :return: a PNG
        :rtype: bytes
        :raise UserError: if it is no PNG, too large, has too little ink, or is filled
        """
        picture = self._decode_png(data)
        if is_filled(picture):
            raise UserError(
                _("This is a filled picture, not a signature. Please draw or type it again.")
            )
        if is_photo(picture):
            picture = take_ink_off_paper(picture)
        ink = self._find_ink(picture)
        box = ink.getbbox()
        if box is None or ink.histogram()[255] < MIN_INK_PIXELS:
            raise UserError(_("The signature is empty. Please draw or type it again."))
        width, height = box[2] - box[0], box[3] - box[1]
        if max(width, height) < MIN_SIDE:
            raise UserError(_("The signature is only a dot. Please draw or type it again."))
        picture.thumbnail(STORED_SIZE)
        output = io.BytesIO()
        picture.save(output, format="PNG", optimize=True)
        return output.getvalue()

    @api.model
    def _decode_png(self, data):
        """Decode a PNG of a sensible size.

        :param str | bytes data: the picture in base64
        :return: the picture with transparency
        :rtype: PIL.Image.Image
        :raise UserError: if it is none
        """
        refusal = UserError(
            _("The signature could not be read. Please draw it, type it or load a PNG picture.")
        )
        if not data or not isinstance(data, str | bytes):
            raise UserError(_("Please sign before you confirm."))
        text = data.decode("ascii", "replace") if isinstance(data, bytes) else data
        text = text.removeprefix("data:image/png;base64,")
        if len(text) > MAX_FILE_SIZE * 4 // 3:
            raise UserError(_("The signature's picture is too large. 2 MB are allowed."))
        try:
            raw = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise refusal from error
        # Odoo has Pillow accept truncated files: ask for the last chunk
        if not raw.startswith(PNG_START) or PNG_END not in raw:
            raise refusal
        try:
            with Image.open(io.BytesIO(raw), formats=("PNG",)) as picture:
                if max(picture.size) > MAX_SIDE or min(picture.size) < MIN_SIDE:
                    raise UserError(
                        _(
                            "The signature's picture must be between %(least)s and "
                            "%(most)s pixels wide and high.",
                            least=MIN_SIDE,
                            most=MAX_SIDE,
                        )
                    )
                # Phones store how they were held beside the pixels.
                return ImageOps.exif_transpose(picture).convert("RGBA")
        except (
            UnidentifiedImageError,
            Image.DecompressionBombError,
            OSError,
            SyntaxError,
            ValueError,
        ) as error:
            raise refusal from error

    @api.model
    def _find_ink(self, picture):
        """Return a mask of the pixels that are visibly darker than white paper.

        :param PIL.Image.Image picture: a picture with transparency
        :rtype: PIL.Image.Image
        """
        paper = Image.new("RGBA", picture.size, (255, 255, 255, 255))
        grey = Image.alpha_composite(paper, picture).convert("L")
        return grey.point(lambda value: 255 if value < 255 - INK_THRESHOLD else 0)

    def _find_problem(self):
        """Return what is wrong with the signature, or none.

        :rtype: str | None
        """
        self.ensure_one()
        if self.content_digest != self.version_id.content_digest:
            return _("it belongs to other content than the version it names")
        if self._digest(self._get_picture()) != self.image_digest:
            return _("its picture was changed")
        if problem := self._find_consent_problem():
            return problem
        signed = self.contract_id._get_events("signed", "approved")
        known = [event.details.get("signature_digest") for event in signed]
        if self._get_evidence_digest() not in known:
            return _("the audit trail knows nothing of it, or something else")
        return None

    def _find_consent_problem(self):
        """Return what is wrong with the words that were agreed to, or none.

        :rtype: str | None
        """
        self.ensure_one()
        has_consent = self.consent_text or self.consent_digest
        if has_consent and self._digest(self.consent_text or "") != self.consent_digest:
            return _("its consent text was changed")
        return None

    def _get_picture(self):
        """Return what the signature looks like, as it was stored.

        :rtype: bytes
        """
        self.ensure_one()
        return base64.b64decode(self.image or b"")

    def _get_picture_ending(self):
        """Return the ending of a file with that content."""
        self.ensure_one()
        return "png"

    def _get_evidence_digest(self):
        """Return the digest over all that makes up the act.

        :rtype: str
        """
        self.ensure_one()
        rows = self.contract_id._get_read_rows()
        return rows.remember(
            (self._name, self.id, "digest"),
            lambda: self._digest(self._serialize(self._read_export())),
        )

    def _read_export(self):
        """Return the act, made once for all checks that ask for it.

        :rtype: dict
        """
        rows = self.contract_id._get_read_rows()
        return rows.remember((self._name, self.id), self._export)

    def _export(self):
        """Return the act as it stands in the bundle and under the digest.

        :rtype: dict
        """
        self.ensure_one()
        return {
            "participant": self.participant_id.id,
            "version": self.version_id.number,
            "content_digest": self.content_digest,
            "signed_by": self.signed_by,
            "capacity": self.capacity or "",
            "signed_on": fields.Datetime.to_string(self.signed_on) + "Z",
            "channel": self.channel,
            "image_digest": self.image_digest,
            "intent_text": self.intent_text,
            "consent_digest": self.consent_digest or "",
            "identified_by": self.identified_by,
            "account": self.account or "",
            "ip_address": self.ip_address or "",
            "user_agent": self.user_agent or "",
        }

    def _get_place_note(self):
        """Return what stands beside the signature about its place, if anything.

        Features by which somebody signs in another's place extend this.

        :rtype: str
        """
        self.ensure_one()
        return ""
