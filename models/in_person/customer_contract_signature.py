from odoo import _, api, fields, models


class CustomerContractSignature(models.Model):
    """Signatures that were given in person, and in front of whom."""

    _inherit = "customer.contract.signature"

    witnessed_by = fields.Char(help="The employee in front of whom the person signed.")
    witness_account = fields.Char(help="The employee's login.")

    @api.depends("witnessed_by")
    @api.depends_context("lang")
    def _compute_identification(self):
        witnessed = self.filtered("witnessed_by")
        for signature in witnessed:
            signature.identification = _(
                "In person, witnessed by %(witness)s", witness=signature.witnessed_by
            )
        return super(CustomerContractSignature, self - witnessed)._compute_identification()

    def _export(self):
        # Acts without a witness keep the digest they always had.
        act = super()._export()
        if self.witnessed_by:
            act["witnessed_by"] = self.witnessed_by
            act["witness_account"] = self.witness_account or ""
        return act
