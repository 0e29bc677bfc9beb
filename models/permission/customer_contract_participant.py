from odoo import _, models
from odoo.exceptions import UserError

from ...const import PENDING_STATES


class CustomerContractParticipant(models.Model):
    """Which ways to sign are open to a person."""

    _inherit = "customer.contract.participant"

    def _may_esign(self):
        """Tell whether the person may sign electronically.

        For the company, that takes the right to e-sign; for others, the contract and
        the permission of the contact decide.
        """
        self.ensure_one()
        user_sudo = self._get_internal_user()
        if user_sudo and self.party == "company":
            return user_sudo.has_group("customer_contract.group_contract_esign")
        # People outside have no rights on contacts.
        contract_sudo = self.sudo().contract_id
        partner_sudo = self.sudo().partner_id
        return contract_sudo.allow_esign and partner_sudo._may_esign_contracts(
            contract_sudo.company_id
        )

    def _may_sign_on_paper(self):
        """Tell whether the contract lets the person sign by hand."""
        self.ensure_one()
        return self.role == "signer" and self.sudo().contract_id.allow_paper

    def _can_choose_paper(self):
        """Tell whether the person can sign by hand now."""
        self.ensure_one()
        contract_sudo = self.sudo().contract_id
        return (
            self._may_sign_on_paper()
            and contract_sudo.state == "sent"
            and self._is_in_turn()
            and not contract_sudo._is_overdue()
        )

    def _choose_channel(self, channel, identified_by):
        self.ensure_one()
        if channel == "paper" and not self._may_sign_on_paper():
            raise UserError(_("This contract cannot be signed on paper."))
        if channel == "esign" and not self._may_esign():
            raise UserError(
                _("You cannot sign this contract electronically. Please sign it on paper.")
            )
        return super()._choose_channel(channel, identified_by)

    def _align_channel(self):
        """Have people outside sign the only way that is open to them."""
        for participant in self:
            if (
                participant.role != "signer"
                or participant.state not in (*PENDING_STATES, "disputed")
                or participant._get_internal_user()
            ):
                continue
            may_esign, may_paper = participant._may_esign(), participant._may_sign_on_paper()
            if participant.channel == "esign" and may_paper and not may_esign:
                participant._write_protected({"channel": "paper"})
            elif participant.channel == "paper" and may_esign and not may_paper:
                participant._write_protected({"channel": "esign"})

    def _request(self):
        self._align_channel()
        return super()._request()

    def _is_reminder_paused(self):
        """Tell whether automatic reminders leave the person alone for now."""
        self.ensure_one()
        return self.state == "disputed" or self.contract_id.state == "disputed"
