from odoo import fields, models

from ..utils import TypedChar, check_one


class CustomerContractChangeAddress(models.TransientModel):
    """Asks to which address a participant's request goes from now on, and why."""

    _name = "customer.contract.change.address"
    _inherit = "customer.contract.dialog.mixin"
    _description = "Change the Address of a Contract's Request"

    participant_id = fields.Many2one(
        "customer.contract.participant", required=True, readonly=True, ondelete="cascade"
    )
    old_email = fields.Char("Frozen Address", related="participant_id.frozen_email")
    email = TypedChar("New Address", required=True)
    reason = TypedChar(required=True)

    def action_confirm(self):
        """Send the request to the other address.

        :return: an action that closes the dialog
        :rtype: dict
        :raise UserError: if that is not possible
        """
        check_one(self)
        participant = self.participant_id
        participant.contract_id.action_change_address(participant.id, self.email, self.reason)
        return {"type": "ir.actions.act_window_close"}
