import base64
import binascii

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..utils import check_one

MAX_FILE_SIZE = 1024 * 1024


class CustomerContractCertificateImport(models.TransientModel):
    """Takes a seal certificate from an authority into use.

    The file holds the key and the password opens it, so neither is ever stored: the
    certificate is imported when the dialog is saved, and what was entered is dropped.
    """

    _name = "customer.contract.certificate.import"
    _inherit = "customer.contract.dialog.mixin"
    _description = "Import a Company Certificate"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    file = fields.Binary("PKCS#12 File", store=False)
    file_name = fields.Char(store=False)
    password = fields.Char(store=False)
    has_passphrase = fields.Boolean(
        default=lambda self: self.env["customer.contract.certificate"]._has_passphrase()
    )
    certificate_id = fields.Many2one("customer.contract.certificate", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        dialogs = super().create(
            [
                {"company_id": values["company_id"]} if values.get("company_id") else {}
                for values in vals_list
            ]
        )
        for dialog, values in zip(dialogs, vals_list, strict=True):
            dialog._import_file(values.get("file"), values.get("password"))
        return dialogs

    def write(self, vals):
        if set(vals) & {"file", "password", "company_id"}:
            raise UserError(_("This certificate is imported already. Please start again."))
        return super().write(vals)

    def _import_file(self, file, password):
        """Import what was entered.

        :param str | bytes file: a PKCS#12 file in base64
        :param str password: its password
        :raise UserError: if it cannot be imported
        """
        self.ensure_one()
        if not file:
            raise UserError(_("Please choose a PKCS#12 file."))
        if len(file) > MAX_FILE_SIZE * 4 // 3:
            raise UserError(_("The file is too large to be a certificate."))
        try:
            content = base64.b64decode(file, validate=True)
        except (binascii.Error, ValueError) as error:
            raise UserError(_("The file cannot be read.")) from error
        certificate = self.env["customer.contract.certificate"]._import_pkcs12(
            self.company_id, content, password
        )
        # pylint: disable=super-method-mismatch
        super().write({"certificate_id": certificate.id})  # which users cannot

    def action_open_certificate(self):
        """Open the certificate that was imported.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        return self.certificate_id._get_form_action()
