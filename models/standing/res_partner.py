from odoo import models

# Whatever is written to these may change whether somebody may act, and for whom.
CONTACT_FIELDS = {"active", "parent_id", "is_company", "commercial_partner_id"}


class ResPartner(models.Model):
    """Contacts who are archived, leave or get other addresses while they are asked."""

    _inherit = "res.partner"

    def write(self, vals):
        result = super().write(vals)
        Participant = self.env["customer.contract.participant"]
        if CONTACT_FIELDS & set(vals):
            # Who belongs to which company does not depend on who asks.
            people_sudo = (
                self.sudo().with_context(active_test=False).search([("id", "child_of", self.ids)])
            )
            Participant._find_parts_of(people_sudo)._review_standing()
        if "email" in vals:
            Participant._find_parts_of(self)._tell_address_changes()
        return result
