from odoo import api, fields, models

from ..utils import TypedChar, check_one


class CustomerContractDelegate(models.TransientModel):
    """Asks an employee who acts instead, and why."""

    _name = "customer.contract.delegate"
    _inherit = "customer.contract.dialog.mixin"
    _description = "Pass a Contract On"

    contract_id = fields.Many2one("customer.contract", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users",
        "Colleague",
        required=True,
        domain="[('share', '=', False), ('id', '!=', uid), ('company_ids', 'in', company_id)]",
    )
    company_id = fields.Many2one(related="contract_id.company_id")
    reason = TypedChar(required=True)
    explanation = fields.Char(compute="_compute_explanation")

    @api.depends("contract_id")
    def _compute_explanation(self):
        for dialog in self:
            dialog.explanation = self.env._(
                "Your colleague acts in your place on “%(title)s”. The contract names you; its "
                "trail tells who acted instead, and why.",
                title=dialog.contract_id.title,
            )

    def action_confirm(self):
        """Pass the user's own part on.

        :return: an action that closes the dialog
        :rtype: dict
        :raise UserError: if that is not possible
        """
        check_one(self)
        self.contract_id.action_delegate(self.user_id.partner_id.id, self.reason)
        return {"type": "ir.actions.act_window_close"}
