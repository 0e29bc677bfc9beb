from odoo import _, api, fields, models
from odoo.fields import Domain

from ...utils import TypedChar


class CustomerContractAuthority(models.Model):
    """Who may bind a counterparty's company: up to what amount, until when, with proof."""

    _name = "customer.contract.authority"
    _inherit = ["customer.contract.shared.mixin", "customer.contract.amount.range.mixin"]
    _rules_others = True
    _description = "Signing Authority"
    _order = "company_partner_id, partner_id, id"
    _rec_name = "partner_id"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner",
        "Person",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('is_company', '=', False)]",
        check_company=True,
    )
    company_partner_id = fields.Many2one(
        "res.partner",
        "Binds",
        required=True,
        index=True,
        ondelete="cascade",
        compute="_compute_company_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('is_company', '=', True)]",
        check_company=True,
        help="The company for which the person may sign.",
    )
    company_id = fields.Many2one("res.company", index="btree_not_null", help="All if empty.")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    amount_max = fields.Monetary("Up To", help="No limit if left at zero.")
    date_to = fields.Date("Valid Until", help="Without end if left empty.")
    proof = fields.Binary(
        attachment=True, help="For example the register's extract, or a power of attorney."
    )
    proof_name = fields.Char("Proof's File Name")
    note = TypedChar(help="For example: only together with another director.")
    active = fields.Boolean(default=True)
    is_expired = fields.Boolean(compute="_compute_is_expired", search="_search_is_expired")
    _amount_positive = models.Constraint(
        "CHECK (amount_max >= 0)", "The amount up to which somebody may sign is positive."
    )

    @api.depends("partner_id")
    def _compute_company_partner_id(self):
        for authority in self:
            company = authority.partner_id.commercial_partner_id
            if company.is_company:
                authority.company_partner_id = company
            else:
                authority.company_partner_id = authority.company_partner_id

    @api.depends("date_to")
    def _compute_is_expired(self):
        today = fields.Date.context_today(self)
        for authority in self:
            authority.is_expired = bool(authority.date_to and authority.date_to < today)

    def _search_is_expired(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("date_to", "<", fields.Date.context_today(self))

    @api.model
    def _find_doubt(self, contract, partner):
        """Find what is registered against a person's signing a contract.

        :param recordset contract: the `customer.contract`
        :param recordset partner: the person who signs for the counterparty
        :return: the kind of doubt, ``unknown``, ``expired`` or ``amount``, and what is
            said about it; two empty texts if there is none
        :rtype: tuple[str, str]
        """
        company = contract.partner_id.commercial_partner_id
        if not company.is_company:
            return "", ""
        # The register is asked for everybody, whoever may read its proofs.
        registered_sudo = self.sudo().search(
            Domain("partner_id", "in", partner._origin.ids)
            & Domain("company_partner_id", "in", company._origin.ids)
            & Domain("company_id", "in", [False, contract.company_id.id])
        )
        names = {"person": partner.name, "company": company.name}
        if not registered_sudo:
            return "unknown", _(
                "Nothing is registered about what %(person)s may sign for %(company)s.", **names
            )
        valid_sudo = registered_sudo.filtered(lambda authority: not authority.is_expired)
        if not valid_sudo:
            return "expired", _(
                "The authority of %(person)s to sign for %(company)s has expired.", **names
            )
        if not any(authority._covers(contract) for authority in valid_sudo):
            return "amount", _(
                "The authority of %(person)s to sign for %(company)s does not reach the amount "
                "of this contract.",
                **names,
            )
        return "", ""

    def _covers(self, contract):
        """Tell whether the authority reaches a contract's amount, at today's rate.

        :param recordset contract: the `customer.contract`
        """
        self.ensure_one()
        if not self.amount_max:
            return True
        amount = contract.currency_id._convert(
            contract.amount_total,
            self.currency_id,
            contract.company_id,
            fields.Date.context_today(self),
        )
        return self.currency_id.compare_amounts(amount, self.amount_max) <= 0
