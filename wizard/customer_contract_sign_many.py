from odoo import _, api, fields, models

from odoo.addons.base.models.res_users import check_identity

from ..utils import check_one


class CustomerContractSignMany(models.TransientModel):
    """The dialog in which an employee signs several contracts with one drawn signature.

    Each contract gets a signature of its own, by the same act as it does alone.
    """

    _name = "customer.contract.sign.many"
    _inherit = "customer.contract.sign"
    _description = "Sign Several Contracts"

    contract_id = fields.Many2one(required=False)
    contract_ids = fields.Many2many(
        "customer.contract", string="Selected Contracts", required=True, readonly=True
    )
    signable_ids = fields.Many2many(
        "customer.contract", string="Contracts to Sign", compute="_compute_signable_ids"
    )
    left_out_count = fields.Integer(compute="_compute_signable_ids")

    @api.depends("contract_ids")
    def _compute_signable_ids(self):
        for dialog in self:
            dialog.signable_ids = dialog.contract_ids.filtered("can_sign")
            dialog.left_out_count = len(dialog.contract_ids) - len(dialog.signable_ids)

    @api.depends("contract_ids")
    def _compute_act(self):
        for dialog in self:
            dialog.act = _("I sign %(count)s contracts", count=len(dialog.signable_ids))
            dialog.explanation = _(
                "You sign each of these contracts for the company, in your own name. What is "
                "signed is frozen: it changes only by a new version."
            )

    def action_sign(self):
        """Sign each contract, after the identity check if a company demands one.

        :return: an action that tells what was signed and what not, or asks for the password
        :rtype: dict
        :raise UserError: if none could be signed
        """
        check_one(self)
        if any(self.contract_ids.company_id.mapped("contract_confirm_identity")):
            return self._sign_with_identity_check()
        return self._sign()

    @check_identity
    def _sign_with_identity_check(self):
        return self._sign()

    def _sign(self):
        picture = self.signature and self.signature.decode()
        outcome = self.contract_ids._act_on_each(
            lambda contract: contract.action_sign_as_manager(picture, signed_by=self.signed_by)
        )
        # Only the user's own signature is written here.
        self.env.user.sudo().contract_signature = self.signature if self.remember else False
        outcome["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return outcome
