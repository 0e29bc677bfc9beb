from odoo import _, api, fields, models
from odoo.exceptions import UserError


class CustomerContract(models.Model):
    """What proves the contract: versions, signatures, events and the final file."""

    _inherit = "customer.contract"

    version_ids = fields.One2many(
        "customer.contract.version",
        "contract_id",
        "Versions",
        readonly=True,
        copy=False,
    )
    current_version_id = fields.Many2one(
        "customer.contract.version",
        "Version",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    signature_ids = fields.One2many(
        "customer.contract.signature",
        "contract_id",
        "Signatures",
        readonly=True,
        copy=False,
    )
    current_signature_ids = fields.One2many(
        "customer.contract.signature", compute="_compute_current_signature_ids"
    )
    event_ids = fields.One2many(
        "customer.contract.event",
        "contract_id",
        "Audit Trail",
        readonly=True,
        copy=False,
    )
    trail_length = fields.Integer(readonly=True, copy=False, groups="base.group_user")
    trail_head = fields.Char(readonly=True, copy=False, groups="base.group_user")
    verification_code = fields.Char(readonly=True, copy=False, index="btree_not_null")
    signed_document_id = fields.Many2one(
        "ir.attachment", "Signed Contract", readonly=True, copy=False
    )
    signed_document_digest = fields.Char(
        "Signed Contract's SHA-256", readonly=True, copy=False, groups="base.group_user"
    )
    copies_sent_on = fields.Datetime(readonly=True, copy=False, groups="base.group_user")

    _verification_code_unique = models.UniqueIndex(
        "(verification_code) WHERE verification_code IS NOT NULL",
        "Two contracts cannot share a verification code.",
    )
    _to_finalize = models.Index("(id) WHERE state = 'signed' AND copies_sent_on IS NULL")

    def init(self):
        """Keep contracts that were frozen, whatever goes around the ORM."""
        super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION customer_contract_refuse_deletion()
            RETURNS trigger AS $$
            BEGIN
                IF EXISTS (
                    SELECT 1 FROM customer_contract_version
                     WHERE contract_id = OLD.id
                ) THEN
                    RAISE EXCEPTION 'Contract % cannot be deleted: it is evidence',
                        OLD.id USING ERRCODE = 'restrict_violation';
                END IF;
                RETURN OLD;
            END
            $$ LANGUAGE plpgsql;
            DROP TRIGGER IF EXISTS customer_contract_refuse_deletion
                ON customer_contract;
            CREATE TRIGGER customer_contract_refuse_deletion
                BEFORE DELETE ON customer_contract
                FOR EACH ROW EXECUTE FUNCTION customer_contract_refuse_deletion();
            """
        )

    @api.depends("signature_ids", "current_version_id")
    def _compute_current_signature_ids(self):
        for contract in self:
            contract.current_signature_ids = contract.signature_ids.filtered(
                lambda signature, contract=contract: (
                    signature.version_id == contract.current_version_id
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        for contract in self:
            if contract.sudo().version_ids:
                raise UserError(
                    _(
                        "%(contract)s was frozen for signature, so its records are "
                        "evidence. Cancel or archive it instead.",
                        contract=contract.display_name,
                    )
                )

    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {
            "version_ids",
            "current_version_id",
            "signature_ids",
            "event_ids",
            "trail_length",
            "trail_head",
            "verification_code",
            "signed_document_id",
            "signed_document_digest",
            "copies_sent_on",
        }
