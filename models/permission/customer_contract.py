from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ...const import OPEN_STATES
from ...utils import check_one

ALLOWED_ACTIONS = ("allow_esign", "allow_paper", "allow_dispute")


class CustomerContract(models.Model):
    """What signers outside the company may do on the contract's page.

    This is not part of what is signed: a manager may allow another way while the
    contract is out for signature.
    """

    _inherit = "customer.contract"

    esign_warning = fields.Text(compute="_compute_esign_warning", groups="base.group_user")
    proposed_esigner_id = fields.Many2one(
        "res.partner", compute="_compute_esign_warning", groups="base.group_user"
    )

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
            if not signer._may_esign() and not self.allow_paper and not signer._find_hold():
                problems.append(
                    _(
                        "%(person)s may not sign electronically, and the contract does not "
                        "allow to sign on paper.",
                        person=signer.partner_id.name,
                    )
                )
        return problems

    # === WHO SIGNS FOR THE COMPANY === #

    @api.depends(
        "state",
        "user_id",
        "team_id",
        "participant_ids.partner_id",
        "participant_ids.party",
        "participant_ids.role",
    )
    def _compute_esign_warning(self):
        for contract in self:
            without_right = contract._get_signers_without_right()
            problems = [person._get_standing_problem() for person in without_right]
            contract.esign_warning = "\n".join(problems)
            first = without_right[:1]
            contract.proposed_esigner_id = (
                # Who may sign for the company is known to all employees.
                contract._find_esigner(first._get_employee()).partner_id.sudo(False)
                if first
                else False
            )

    def _get_signers_without_right(self):
        """Return who is to sign a contract for the company, and may not.

        :rtype: recordset of `customer.contract.participant`
        """
        self.ensure_one()
        if not self._can_be_edited():
            return self.participant_ids.browse()
        return self.participant_ids.filtered(
            lambda person: (
                person.role == "signer" and person.partner_id and person._find_hold() == "right"
            )
        )

    def _find_esigner(self, user):
        """Find who may sign for the company, in the place of an employee who may not.

        That is the employee, the superior, the superior's superior and so on, or the
        leader of the contract's team.

        :param recordset user: the employee
        :return: the first of them who may; none if nobody does
        :rtype: recordset of `res.users`, elevated
        """
        # Who answers to whom, and who may sign, is known to all employees.
        asked_sudo = self.env["res.users"].sudo()
        candidate_sudo = user.sudo()
        while candidate_sudo and candidate_sudo not in asked_sudo:
            if candidate_sudo._may_esign_for_company(self.company_id):
                return candidate_sudo
            asked_sudo |= candidate_sudo
            candidate_sudo = candidate_sudo._get_contract_superior()
        leader_sudo = self.sudo().team_id.user_id
        is_able = leader_sudo and leader_sudo._may_esign_for_company(self.company_id)
        return leader_sudo if is_able else leader_sudo.browse()

    def _get_proposed_company_signer(self):
        return self._find_esigner(self.user_id).partner_id or super()._get_proposed_company_signer()

    def action_ask_esigner(self):
        """Have the superior or team leader sign, where an employee is to who may not.

        :return: True
        :rtype: bool
        :raise UserError: if nobody may sign instead, or everybody may
        """
        check_one(self)
        self.check_access("write")
        for participant in self._get_signers_without_right():
            other_sudo = self._find_esigner(participant._get_employee())
            if other_sudo:
                participant.partner_id = other_sudo.partner_id.sudo(False)
        if problem := "\n".join(
            person._get_standing_problem() for person in self._get_signers_without_right()
        ):
            raise UserError(problem)
        return True

    def _can_be_signed(self, participant):
        return super()._can_be_signed(participant) and participant._may_esign()

    def _explain_why_not(self, participant):
        self.ensure_one()
        if (
            self.state == "sent"
            and participant._is_in_turn()
            and not participant._may_esign()
            and not participant._find_incapacity()
        ):
            return _("You cannot sign this contract electronically. Please sign it on paper.")
        return super()._explain_why_not(participant)
