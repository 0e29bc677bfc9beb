from odoo import _, fields, models
from odoo.exceptions import UserError


class CustomerContractParticipant(models.Model):
    """People who take part because an approval rule demands it."""

    _inherit = "customer.contract.participant"

    approval_rule_id = fields.Many2one(related="step_id.approval_rule_id", string="Rule")

    def _is_demanded(self):
        return super()._is_demanded() or bool(self.approval_rule_id)

    def _check_can_be_changed(self, values=None):
        super()._check_can_be_changed(values)
        kept = {"capacity"}
        if values is not None and set(values) <= kept:
            return
        for participant in self:
            # The rule's name tells why, whoever may read rules.
            if rule_sudo := participant.sudo().approval_rule_id:
                raise UserError(
                    _(
                        "%(person)s takes part because of the approval rule “%(rule)s” and "
                        "cannot be changed or removed.",
                        person=participant.partner_id.name,
                        rule=rule_sudo.name,
                    )
                )

    def _can_be_substituted_by(self, user):
        if not super()._can_be_substituted_by(user):
            return False
        contract_sudo = self.contract_id.sudo()
        is_maker = user.partner_id in contract_sudo._get_makers()
        if self.role == "approver":
            return not is_maker
        # Four eyes would be two if whoever wrote or approved the contract signed it too,
        # in the place of somebody else.
        approvers = contract_sudo.participant_ids.filtered(lambda person: person.role == "approver")
        return not contract_sudo.company_id.contract_four_eyes or not (
            is_maker or user.partner_id in approvers.partner_id
        )
