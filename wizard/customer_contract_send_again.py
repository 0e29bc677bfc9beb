from odoo import api, fields, models

from ..utils import check_one


class CustomerContractSendAgain(models.TransientModel):
    """Asks to which address a mail that did not arrive is sent again."""

    _name = "customer.contract.send.again"
    _inherit = "customer.contract.dialog.mixin"
    _description = "Send a Contract's E-mail Again"

    contract_id = fields.Many2one("customer.contract", required=True, readonly=True)
    participant_id = fields.Many2one(
        "customer.contract.participant",
        "Person",
        required=True,
        domain="[('contract_id', '=', contract_id), "
        "('delivery_state', 'in', ('failed', 'bounced'))]",
        ondelete="cascade",
    )
    problem = fields.Char("What the Mail Server Said", related="participant_id.delivery_problem")
    email = fields.Char(
        "Send To", compute="_compute_email", store=True, readonly=False, precompute=True
    )
    reason = fields.Char()
    is_corrected = fields.Boolean(compute="_compute_is_corrected")

    @api.depends("participant_id")
    def _compute_email(self):
        for dialog in self:
            dialog.email = dialog.participant_id.email

    @api.depends("email", "participant_id")
    def _compute_is_corrected(self):
        for dialog in self:
            dialog.is_corrected = (dialog.email or "") != (dialog.participant_id.email or "")

    def action_confirm(self):
        """Send the mail again.

        :return: an action that closes the dialog
        :rtype: dict
        :raise UserError: if that is not possible
        """
        check_one(self)
        self.contract_id.action_send_again(self.participant_id.id, self.email, self.reason)
        return {"type": "ir.actions.act_window_close"}
