from odoo import _, fields, models
from odoo.exceptions import UserError

from ...const import PENDING_STATES


class CustomerContractParticipant(models.Model):
    """Which ways to sign are open to a person."""

    _inherit = "customer.contract.participant"

    hold_reason = fields.Selection(selection_add=[("right", "No Right to E-Sign")])

    def _may_esign(self):
        """Tell whether the person may sign electronically.

        For the company, that takes the right to e-sign; for others, the contract and
        the permission of the contact decide.
        """
        self.ensure_one()
        if self._stands_for_company():
            return self._get_employee()._may_esign_for_company()
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

    def _signs_by_hand_only(self):
        """Tell whether the person stands for the company and may not sign electronically.

        Such a person signs on paper, which an employee with the right takes in.
        """
        self.ensure_one()
        return self.role == "signer" and self._stands_for_company() and not self._may_esign()

    def _find_hold(self):
        reason = super()._find_hold()
        if not reason and self._signs_by_hand_only() and self._get_employee():
            return "right"
        return reason

    def _get_standing_problem(self):
        if self._find_hold() != "right":
            return super()._get_standing_problem()
        person = self.partner_id.name
        if other_sudo := self.contract_id._find_esigner(self._get_employee()):
            return _(
                "%(person)s may not sign contracts for the company. Ask %(other)s to sign instead.",
                person=person,
                other=other_sudo.name,
            )
        return _(
            "%(person)s may not sign contracts for the company. Put somebody in who may.",
            person=person,
        )

    def _align_channel(self):
        """Have people sign the only way that is open to them."""
        for participant in self:
            if (
                participant.role != "signer"
                or participant.state not in (*PENDING_STATES, "disputed")
                or (participant._get_internal_user() and not participant._signs_by_hand_only())
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
