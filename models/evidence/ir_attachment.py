import hashlib
import os
import re
import tempfile
from pathlib import Path

from odoo import _, api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

IMAGE_ADDRESS = re.compile(r"^/web/image/(?:ir\.attachment/)?(\d+)(?:[-/?]|$)")


class IrAttachment(models.Model):
    """Files of contracts: evidence cannot be changed, hidden ones cannot be read."""

    _name = "ir.attachment"
    _inherit = ["ir.attachment", "customer.contract.protection.mixin"]

    contract_evidence = fields.Boolean(readonly=True, copy=False)

    def init(self):
        super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION customer_contract_refuse_file_change()
            RETURNS trigger AS $$
            BEGIN
                IF TG_OP = 'DELETE' THEN
                    RAISE EXCEPTION 'Contract evidence (file) cannot be deleted'
                        USING ERRCODE = 'restrict_violation';
                END IF;
                -- files may move between storages, as long as they stay the same
                IF (NEW.checksum, NEW.name, NEW.res_model, NEW.res_id, NEW.file_size,
                    NEW.mimetype, NEW.contract_evidence)
                    IS DISTINCT FROM
                   (OLD.checksum, OLD.name, OLD.res_model, OLD.res_id, OLD.file_size,
                    OLD.mimetype, OLD.contract_evidence)
                THEN
                    RAISE EXCEPTION 'Contract evidence (file) cannot be changed'
                        USING ERRCODE = 'restrict_violation';
                END IF;
                RETURN NEW;
            END
            $$ LANGUAGE plpgsql;
            DROP TRIGGER IF EXISTS customer_contract_refuse_file_change ON ir_attachment;
            CREATE TRIGGER customer_contract_refuse_file_change
                BEFORE UPDATE OR DELETE ON ir_attachment
                FOR EACH ROW WHEN (OLD.contract_evidence)
                EXECUTE FUNCTION customer_contract_refuse_file_change();
            """
        )

    @api.model_create_multi
    def create(self, vals_list):
        for values in vals_list:
            self._check_protected_fields(values)
        return super().create(vals_list)

    def write(self, vals):
        self._check_protected_fields(vals)
        if set(vals) & self._get_evidence_fields():
            self._check_no_evidence()
        return super().write(vals)

    @api.model
    def _same_content(self, bin_data, filepath):
        """Put a whole file in the place of one that was cut off while it was written.

        A full disk, or a process that was killed, leaves a part of a file under the name of
        the whole. The same picture of a signature that is sent again, or the same PDF that
        a job makes again, would be refused for ever, as if it were another file.
        """
        if super()._same_content(bin_data, filepath):
            return True
        path = Path(filepath)
        if self._compute_checksum(bin_data) != path.name or (
            hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest() == path.name
        ):
            return False  # two whole files with one digest
        handle, whole = tempfile.mkstemp(dir=path.parent, prefix=".whole-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(bin_data)
            Path(whole).chmod(path.stat().st_mode)
            Path(whole).replace(path)
        except OSError:
            Path(whole).unlink()
            raise
        self._mark_for_gc(f"{path.parent.name}/{path.name}")
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_contract_evidence(self):
        self._check_no_evidence()

    def _get_protected_fields(self):
        return super()._get_protected_fields() | {"contract_evidence"}

    def _get_evidence_fields(self):
        """Return the fields that make up a stored file.

        :rtype: set[str]
        """
        return {
            "name",
            "raw",
            "datas",
            "db_datas",
            "mimetype",
            "res_model",
            "res_id",
            "res_field",
            "type",
            "url",
            "public",
            "access_token",
        }

    def _check_no_evidence(self):
        """Refuse changes of files that prove a contract.

        :raise AccessError: if one of the files does
        """
        if not self._is_system_write() and any(
            attachment.contract_evidence for attachment in self.sudo()
        ):
            raise AccessError(
                _("This file proves a contract. It can neither be changed nor deleted.")
            )

    def _check_access(self, operation):
        """Keep portal users from files of contracts.

        What they may read is served by the contract's own page, which knows which
        documents are visible to whom.
        """
        result = super()._check_access(operation)
        if not self.env.user.share:
            return result
        models_of_contracts = self._get_contract_models()
        closed = self.browse(
            self.sudo()
            .filtered(
                lambda attachment: (
                    attachment.res_model in models_of_contracts and not attachment.public
                )
            )
            .ids
        )
        if not closed:
            return result
        forbidden = closed | (result[0] if result else self.browse())
        return forbidden, lambda: AccessError(self.env._("You may not read this file."))

    @api.model
    def _get_contract_models(self):
        """Return the models whose files portal users get from the contract's page only.

        Features that keep files of their own extend this.

        :rtype: set[str]
        """
        return {"customer.contract", "customer.contract.document"}

    def _to_store_defaults(self, target):
        # The chatter offers to delete what can be deleted.
        return [*super()._to_store_defaults(target), "contract_evidence"]

    @api.model
    def _get_by_image_address(self, address):
        """Return the stored picture behind an address used in a text editor.

        :param str address: an address such as ``/web/image/12-3f/logo.png``
        :return: the attachment, if the user may read it and it is a plain picture
        :rtype: recordset of `ir.attachment`
        """
        match = IMAGE_ADDRESS.match(address)
        attachment = self.browse(int(match[1])).exists() if match else self
        if (
            not attachment
            or not attachment.has_access("read")
            or attachment.mimetype not in ("image/png", "image/jpeg", "image/gif")
        ):
            return self.browse()
        return attachment

    @api.model
    def _release_contract_evidence(self):
        """Lift the protection, as the addon is being uninstalled."""
        self.env.cr.execute(
            SQL("DROP FUNCTION IF EXISTS customer_contract_refuse_file_change() CASCADE")
        )
