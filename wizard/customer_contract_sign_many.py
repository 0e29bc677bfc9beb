from odoo import _, api, fields, models


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

    def _get_contracts(self):
        return self.contract_ids

    def _record(self, picture):
        outcome = self.contract_ids._act_on_each(
            lambda contract: contract.action_sign_as_manager(picture, signed_by=self.signed_by)
        )
        outcome["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return outcome
