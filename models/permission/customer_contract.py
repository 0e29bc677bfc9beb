from odoo import _, models
from odoo.exceptions import UserError

from ...const import OPEN_STATES

ALLOWED_ACTIONS = ("allow_esign", "allow_paper", "allow_dispute")


class CustomerContract(models.Model):
    """What signers outside the company may do on the contract's page.

    This is not part of what is signed: a manager may allow another way while the
    contract is out for signature.
    """

    _inherit = "customer.contract"

    def write(self, vals):
        if not set(ALLOWED_ACTIONS) & set(vals):
            return super().write(vals)
        if not self._is_system_write():
            self._check_allowed_actions_open()
        result = super().write(vals)
        self.participant_ids._align_channel()
        return result

    def _check_allowed_actions_open(self):
        """Refuse to change what signers may do once nobody can do it any more.

        :raise UserError: if a contract is signed or has ended
        """
        for contract in self:
            if contract.state not in OPEN_STATES:
                raise UserError(
                    _(
                        "%(contract)s can no longer be signed: what its signers may do "
                        "cannot be changed.",
                        contract=contract.display_name,
                    )
                )

    def _get_trailed_fields(self):
        return super()._get_trailed_fields() | set(ALLOWED_ACTIONS)

    def _get_sending_problems(self):
        problems = super()._get_sending_problems()
        signers = self._get_acting_participants().filtered(lambda person: person.role == "signer")
        for signer in signers:
            if not signer._may_esign() and not self.allow_paper:
                problems.append(
                    _(
                        "%(person)s may not sign electronically, and the contract does not "
                        "allow to sign on paper.",
                        person=signer.partner_id.name,
                    )
                )
        return problems

    def _can_be_signed(self, participant):
        return super()._can_be_signed(participant) and participant._may_esign()

    def _explain_why_not(self, participant):
        self.ensure_one()
        if self.state == "sent" and participant._is_in_turn() and not participant._may_esign():
            return _("You cannot sign this contract electronically. Please sign it on paper.")
        return super()._explain_why_not(participant)
