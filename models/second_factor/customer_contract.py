from odoo import models


class CustomerContract(models.Model):
    """Whoever acts for the company may have to have logged in with a second factor."""

    _inherit = "customer.contract"

    def _find_missing_right(self, participant, name):
        if participant._stands_for_company() and (
            problem := self.company_id._find_missing_second_factor()
        ):
            return problem
        return super()._find_missing_right(participant, name)

    def _check_may_sign_for_company(self):
        super()._check_may_sign_for_company()
        self.company_id._check_second_factor()

    def _check_may_decide_on_papers(self):
        super()._check_may_decide_on_papers()
        self.company_id._check_second_factor()

    def _check_may_change_address(self, participant, address):
        super()._check_may_change_address(participant, address)
        self.company_id._check_second_factor()

    def action_confirm_participant(self, participant_id, reason):
        self.company_id._check_second_factor()
        return super().action_confirm_participant(participant_id, reason)

    def action_replace_participant(self, participant_id, partner_id, reason, void_signatures=False):
        self.company_id._check_second_factor()
        return super().action_replace_participant(
            participant_id, partner_id, reason, void_signatures
        )
