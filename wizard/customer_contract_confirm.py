from odoo import fields, models

from ..utils import TypedChar, check_one


class CustomerContractConfirm(models.TransientModel):
    """Asks why somebody whose part is held acts all the same."""

    _name = "customer.contract.confirm"
    _inherit = "customer.contract.dialog.mixin"
    _description = "Confirm a Participant of a Contract"

    participant_id = fields.Many2one(
        "customer.contract.participant", required=True, readonly=True, ondelete="cascade"
    )
    hold_reason = fields.Selection(related="participant_id.hold_reason")
    reason = TypedChar(required=True)

    def action_confirm(self):
        """Let the person act.

        :return: an action that closes the dialog
        :rtype: dict
        :raise UserError: if that is not possible
        """
        check_one(self)
        participant = self.participant_id
        participant.contract_id.action_confirm_participant(participant.id, self.reason)
        return {"type": "ir.actions.act_window_close"}
