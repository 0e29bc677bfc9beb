from odoo import _, fields, models
from odoo.exceptions import AccessError


class DigestDigest(models.Model):
    """Contracts in the figures that Odoo mails regularly."""

    _inherit = "digest.digest"

    kpi_contract_signed = fields.Boolean("Contracts Signed")
    kpi_contract_signed_value = fields.Integer(compute="_compute_kpi_contract_signed_value")
    kpi_contract_amount = fields.Boolean("Value of Contracts Signed")
    kpi_contract_amount_value = fields.Monetary(compute="_compute_kpi_contract_amount_value")

    def _compute_kpi_contract_signed_value(self):
        self._count_signed("kpi_contract_signed_value")

    def _compute_kpi_contract_amount_value(self):
        self._count_signed("kpi_contract_amount_value", sum_field="amount_company")

    def _count_signed(self, name, **options):
        """Count the contracts that everybody had signed in the period, or sum them up.

        :param str name: the figure's field
        :param options: what Odoo's own method takes
        :raise AccessError: if the reader does not see all contracts; Odoo leaves the figure out
        """
        if not self.env.user.has_group("customer_contract.group_contract_user_all"):
            raise AccessError(_("You do not see all contracts, so these figures are left out."))
        self._calculate_company_based_kpi(
            "customer.contract",
            name,
            date_field="signed_on",
            additional_domain=[("state", "=", "signed")],
            **options,
        )

    def _compute_kpis_actions(self, company, user):
        menu = self.env.ref("customer_contract.menu_root").id
        address = f"customer_contract.customer_contract_action_analysis?menu_id={menu}"
        return super()._compute_kpis_actions(company, user) | {
            "kpi_contract_signed": address,
            "kpi_contract_amount": address,
        }
