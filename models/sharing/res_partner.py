from collections import defaultdict

from odoo import Command, _, api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ...utils import check_one

# Whatever is written to these may move people to another company.
COMPANY_FIELDS = {"parent_id", "is_company", "commercial_partner_id"}
MANAGERS = "customer_contract.group_contract_manager"


class ResPartner(models.Model):
    """Whether a company's people see each other's contracts, and who leaves it.

    The customers' people who have an account, and what they see.
    """

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
    company_colleague_access = fields.Boolean(
        "Colleagues See Each Other's Contracts",
        related="commercial_partner_id.contract_colleague_access",
        readonly=False,
        groups=MANAGERS,
    )
    contract_portal_access = fields.Selection(
        [("granted", "Access"), ("revoked", "No Access")],
        "Portal Access",
        compute="_compute_contract_portal_access",
        search="_search_contract_portal_access",
        groups=MANAGERS,
        help="Whether the person can log in to the portal, or could before.",
    )
    portal_login_date = fields.Datetime(
        "Last Login", compute="_compute_portal_login_date", groups=MANAGERS
    )
    portal_contract_count = fields.Integer(
        "Contracts in Portal", compute="_compute_portal_contract_count", groups=MANAGERS
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

    # === PORTAL CUSTOMERS === #

    @api.depends("user_ids.active", "user_ids.share")
    def _compute_contract_portal_access(self):
        for partner in self:
            # Whether somebody has an account does not depend on who asks.
            users_sudo = partner.sudo().with_context(active_test=False).user_ids
            customers_sudo = users_sudo.filtered("share")
            partner.contract_portal_access = customers_sudo and (
                "granted" if any(customers_sudo.mapped("active")) else "revoked"
            )

    def _search_contract_portal_access(self, operator, value):
        if operator != "in":
            return NotImplemented
        # Whether somebody has an account does not depend on who asks.
        Users_sudo = self.env["res.users"].sudo().with_context(active_test=False)
        customers = Domain("share", "=", True)
        granted, known = (
            Domain("id", "in", Users_sudo._search(domain).subselect("partner_id"))
            for domain in (customers & Domain("active", "=", True), customers)
        )
        domains = {"granted": granted, "revoked": known & ~granted, False: ~known}
        return Domain.OR(domains[item] for item in value if item in domains)

    def action_grant_portal_access(self):
        """Give customers an account for the portal; they get Odoo's invitation by mail.

        :return: True
        :rtype: bool
        :raise AccessError: if the user may not invite contacts
        :raise UserError: if an address is missing, or another account has it
        """
        self.check_access("write")
        self._invite_to_portal()
        return True

    def action_revoke_portal_access(self):
        """Close customers' accounts: they can no longer log in.

        :return: True
        :rtype: bool
        :raise AccessError: if the user may not do that
        :raise UserError: if somebody has no account
        """
        self.check_access("write")
        wizard = self.env["portal.wizard"].create({"partner_ids": [Command.set(self.ids)]})
        for line in wizard.user_ids:
            line.action_revoke_access()
        return True

    @api.depends("user_ids")
    def _compute_portal_login_date(self):
        # Who logged in when is kept where only administrators look.
        logins_sudo = self.env["res.users.log"].sudo()
        users_sudo = self.sudo().user_ids
        last = dict(
            logins_sudo._read_group(
                [("create_uid", "in", users_sudo.ids)], ["create_uid"], ["create_date:max"]
            )
        )
        for partner in self:
            dates = [last[user] for user in partner.sudo().user_ids if user in last]
            partner.portal_login_date = max(dates, default=False)

    def _compute_portal_contract_count(self):
        seen = self._get_portal_contracts()
        for partner in self:
            partner.portal_contract_count = len(seen[partner.id])

    def _get_portal_contracts(self):
        """Find the contracts that each of the contacts finds in the portal.

        Their candidates are read at once for all of them; which of these each one finds
        is then told by the domain that the portal itself uses.

        :return: the contracts, elevated, by the contact's id
        :rtype: dict
        """
        # What other people see does not depend on who asks.
        partners_sudo = self.sudo()
        Contract_sudo = self.env["customer.contract"].sudo()
        candidates = defaultdict(set)
        parts_sudo = self.env["customer.contract.participant"].sudo()
        for part in parts_sudo.search([("partner_id", "in", self.ids), ("is_retired", "=", False)]):
            candidates[part.partner_id.id].add(part.contract_id.id)
        for name in ("requester_id", "partner_id"):
            for contract in Contract_sudo.search([(name, "in", self.ids)]):
                candidates[contract[name].id].add(contract.id)
        by_company = self._get_contracts_of_open_companies()
        for partner in partners_sudo:
            candidates[partner.id] |= by_company[partner.commercial_partner_id.id]
        found_sudo = Contract_sudo.search(
            Domain("id", "in", list(set().union(*candidates.values())))
        )
        # read for all of them, before each contact looks at a few
        found_sudo.participant_ids.mapped("role")
        found_sudo.commercial_partner_id.mapped("commercial_member_ids")
        result = {}
        for partner in partners_sudo:
            companies = partner.user_ids.company_ids
            own_sudo = found_sudo.filtered(
                lambda contract, ids=candidates[partner.id], companies=companies: (
                    contract.id in ids and contract.company_id in companies
                )
            )
            is_employee = any(not user.share for user in partner.user_ids)
            result[partner.id] = own_sudo._filter_for_portal(partner.id, is_employee)
        return result

    def _get_contracts_of_open_companies(self):
        """Find the shared contracts of those companies whose people see each other's.

        :return: ids of contracts, by id of the company
        :rtype: dict
        """
        companies_sudo = self.sudo().commercial_partner_id.filtered("contract_colleague_access")
        found = defaultdict(set)
        for contract_sudo in (
            self.env["customer.contract"]
            .sudo()
            .search(
                [
                    ("commercial_partner_id", "in", companies_sudo.ids),
                    ("portal_published", "=", True),
                ]
            )
        ):
            found[contract_sudo.commercial_partner_id.id].add(contract_sudo.id)
        return found

    def action_view_portal_contracts(self):
        """Open exactly the contracts that the contact finds in the portal.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        self.check_access("read")
        if not self.env.user.has_group(MANAGERS):
            raise AccessError(_("Only administrators of contracts see what others see."))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_contract.customer_contract_action"
        )
        return {
            **action,
            "name": _("What %(person)s Sees", person=self.name),
            "domain": [("id", "in", self._get_portal_contracts()[self.id].ids)],
            "context": {"create": False},
        }
