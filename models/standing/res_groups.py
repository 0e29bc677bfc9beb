from odoo import models

MEMBERSHIP_FIELDS = {"user_ids", "implied_ids", "implied_by_ids"}


class ResGroups(models.Model):
    """Whoever loses a group may lose the right to act for the company."""

    _inherit = "res.groups"

    def write(self, vals):
        result = super().write(vals)
        if MEMBERSHIP_FIELDS & set(vals):
            # Whoever keeps groups need not have rights on contracts.
            Participant_sudo = (
                self.env["customer.contract.participant"].sudo().with_context(active_test=False)
            )
            Participant_sudo.search(
                [("party", "=", "company"), *Participant_sudo._get_reviewed_domain()]
            )._review_standing()
        return result
