from odoo import _, models
from odoo.exceptions import UserError


class CustomerContract(models.Model):
    """What people do who disagree: send back, decline."""

    _inherit = "customer.contract"

    def action_send_back(self, reason):
        """Refuse to approve contracts, as the approver whose turn it is.

        They go back to draft; what was frozen remains as history.

        :param str reason: what has to change
        :return: True
        :rtype: bool
        :raise UserError: if the user is not an approver in turn, or gives no reason
        """
        for contract in self:
            participant = contract._get_participant_in_turn(self.env.user.partner_id, "approver")
            # Approvers may act on contracts that they may not edit.
            contract.sudo()._send_back(participant.sudo(), reason, identified_by="backend")
        return True

    def _send_back(self, participant, reason, identified_by):
        """Bring the contract back to draft because an approver wants it changed.

        :param recordset participant: the approver, in turn
        :param str reason: what has to change; required
        :param str identified_by: how the person was identified
        :raise UserError: if no reason is given, or it is not the person's turn
        """
        self.ensure_one()
        self._check_objection(participant, reason)
        self._log_event(
            "sent_back",
            details={"reason": reason},
            participant=participant,
            identified_by=identified_by,
        )
        self._supersede()
        self._tell_manager(
            _(
                "%(person)s sent the contract back: %(reason)s",
                person=participant.partner_id.name,
                reason=reason,
            )
        )

    def _decline(self, participant, reason, identified_by):
        """End the request because a participant declines.

        :param recordset participant: the participant in turn
        :param str reason: why; required
        :param str identified_by: how the person was identified
        :raise UserError: if no reason is given, or it is not the person's turn
        """
        self.ensure_one()
        self._check_objection(participant, reason)
        participant._finish("declined")
        self._close("declined", "declined", reason, participant, identified_by)
        self._tell_manager(
            _(
                "%(person)s declined the contract: %(reason)s",
                person=participant.partner_id.name,
                reason=reason,
            )
        )

    def _check_objection(self, participant, reason):
        """Refuse an objection that is out of turn or without a reason."""
        self._lock_for_act()
        self._check_state("sent", "approval")
        if not participant._is_in_turn():
            raise UserError(_("It is not your turn to act on this contract."))
        if not (reason or "").strip():
            raise UserError(_("Please give a reason."))
