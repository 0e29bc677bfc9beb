from odoo import api, fields, models

from ..utils import TypedChar, check_one


class CustomerContractReplace(models.TransientModel):
    """Asks who takes a participant's place, and why."""

    _name = "customer.contract.replace"
    _inherit = "customer.contract.dialog.mixin"
    _description = "Replace a Participant of a Contract"

    participant_id = fields.Many2one(
        "customer.contract.participant", required=True, readonly=True, ondelete="cascade"
    )
    contract_id = fields.Many2one(related="participant_id.contract_id")
    partner_id = fields.Many2one(
        "res.partner", "By", required=True, domain="[('is_company', '=', False)]"
    )
    reason = TypedChar(required=True)
    is_frozen = fields.Boolean(compute="_compute_consequences")
    signed_by = fields.Char("Signed So Far", compute="_compute_consequences")
    void_signatures = fields.Boolean("Have them sign the new version")

    @api.depends("participant_id")
    def _compute_consequences(self):
        for dialog in self:
            contract = dialog.contract_id
            dialog.is_frozen = not contract._can_be_edited()
            dialog.signed_by = ", ".join(contract.current_signature_ids.mapped("signed_by"))

    def action_confirm(self):
        """Put the other person in the participant's place.

        :return: an action that closes the dialog
        :rtype: dict
        :raise UserError: if that is not possible
        """
        check_one(self)
        self.contract_id.action_replace_participant(
            self.participant_id.id,
            self.partner_id.id,
            self.reason,
            void_signatures=self.void_signatures,
        )
        return {"type": "ir.actions.act_window_close"}
