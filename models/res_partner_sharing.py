from odoo import Command, fields, models

# Whatever is written to these may move people to another company.
COMPANY_FIELDS = {"parent_id", "is_company", "commercial_partner_id"}


class ResPartner(models.Model):
    """Whether a company's people see each other's contracts, and who leaves it."""

    _inherit = "res.partner"

    contract_colleague_access = fields.Boolean(
        "Share Contracts Among Colleagues",
        tracking=True,
        copy=False,
        groups="customer_contract.group_contract_manager",
        help="Everybody of this company who has a portal account reads the contracts that "
        "are shared with one of them, once they are sent. Drafts remain with those they "
        "are shared with.",
    )
    commercial_member_ids = fields.One2many(
        "res.partner",
        "commercial_partner_id",
        "People of the Company",
        context={"active_test": False},
        groups="base.group_user",
    )

    def write(self, vals):
        if not COMPANY_FIELDS & set(vals):
            return super().write(vals)
        # Who belongs to which company does not depend on who asks.
        people_sudo = (
            self.sudo().with_context(active_test=False).search([("id", "child_of", self.ids)])
        )
        before = {person: person.commercial_partner_id for person in people_sudo}
        result = super().write(vals)
        moved = {
            person: company
            for person, company in before.items()
            if person.commercial_partner_id != company
        }
        if moved:
            self.env["customer.contract"]._follow_people(moved)
        return result

    def _invite_to_portal(self):
        """Give contacts an account for the portal; they get Odoo's invitation by mail.

        :raise AccessError: if the user may not invite contacts
        :raise UserError: if an address is missing, or another account has it
        """
        if not self:
            return
        wizard = self.env["portal.wizard"].create({"partner_ids": [Command.set(self.ids)]})
        for line in wizard.user_ids:
            line.action_grant_access()
