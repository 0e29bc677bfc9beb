from odoo import models

STANDING_FIELDS = {"active", "group_ids", "company_ids", "partner_id"}


class ResUsers(models.Model):
    """Whose login ends or changes may no longer act for the company."""

    _inherit = "res.users"

    def write(self, vals):
        Participant = self.env["customer.contract.participant"]
        if not STANDING_FIELDS & set(vals):
            return super().write(vals)
        people_sudo = self.sudo().partner_id
        result = super().write(vals)
        Participant._find_parts_of(people_sudo | self.sudo().partner_id)._review_standing()
        return result

    def unlink(self):
        Participant = self.env["customer.contract.participant"]
        parts_sudo = Participant._find_parts_of(self.sudo().partner_id)
        result = super().unlink()
        parts_sudo.exists()._review_standing(has_lost_login=True)
        return result
