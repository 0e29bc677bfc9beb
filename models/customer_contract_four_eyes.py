from odoo import _, models
from odoo.exceptions import UserError

from .customer_contract_routing import OPEN_STATES


class CustomerContract(models.Model):
    """Four eyes: whoever made a contract cannot be the only one to approve it."""

    _inherit = "customer.contract"

    def _get_makers(self):
        """Return the people who made the contract: its author and its manager.

        :rtype: recordset of `res.partner`
        """
        self.ensure_one()
        return ((self.create_uid or self.env.user) | self.user_id).partner_id

    def _leave_out_makers(self, line, people, needed):
        """Leave the makers out of a step which has others enough.

        :param recordset line: the rule's step
        :param recordset people: those who could act in it
        :param int needed: how many of them have to
        :return: those who are asked
        :rtype: recordset of `res.partner`
        """
        if line.role != "approver" or not self.company_id.contract_four_eyes:
            return people
        others = people - self._get_makers()
        return others if line.policy != "all" and len(others) >= needed else people

    def _has_four_eyes(self, acting=None):
        """Tell whether somebody approves who did not make the contract.

        :param recordset acting: an approver who is about to act
        """
        self.ensure_one()
        # Who made a contract is nobody's secret among those who approve it.
        contract_sudo = self.sudo()
        approvers_sudo = contract_sudo.participant_ids.filtered(
            lambda person: person.role == "approver" and person.state != "delegated"
        )
        if not contract_sudo.company_id.contract_four_eyes or not approvers_sudo:
            return True
        makers = contract_sudo._get_makers()
        done_sudo = approvers_sudo.filtered(
            lambda person: person.state == "done" or person == acting
        )
        if done_sudo.partner_id - makers:
            return True
        pending_sudo = approvers_sudo.filtered(
            lambda person: person.state in ("waiting", *OPEN_STATES) and person not in done_sudo
        )
        if pending_sudo.filtered(lambda person: not person.step_id).partner_id - makers:
            return True
        return any(
            step_sudo._get_needed_count() - len(step_sudo.participant_ids & done_sudo)
            > len((step_sudo.participant_ids & pending_sudo).partner_id & makers)
            for step_sudo in pending_sudo.step_id
        )

    def _get_four_eyes_problem(self):
        """Return what is said when nobody else approves what somebody made.

        :rtype: str
        """
        makers = self.sudo()._get_makers() & self.sudo().participant_ids.partner_id
        return _(
            "%(people)s made this contract and cannot be the only one to approve it.",
            people=", ".join(makers.mapped("name")),
        )

    def _get_sending_problems(self):
        problems = super()._get_sending_problems()
        if not self._has_four_eyes():
            problems.append(self._get_four_eyes_problem())
        return problems

    def _approve(self, participant, identified_by):
        self.ensure_one()
        self._lock_for_act()
        if participant.partner_id in self.sudo()._get_makers() and not self._has_four_eyes(
            acting=participant
        ):
            raise UserError(self._get_four_eyes_problem())
        return super()._approve(participant, identified_by)
