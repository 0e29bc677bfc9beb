from odoo import _, api, models


class CustomerContractHealth(models.AbstractModel):
    """Whether staff has to log in with a second factor."""

    _inherit = "customer.contract.health"

    def _get_health_checks(self):
        return [
            *super()._get_health_checks(),
            ("second_factor", _("Second factor for staff"), self._find_factor_health),
        ]

    @api.model
    def _find_factor_health(self):
        """Return which companies do not oblige their staff to a second factor."""
        action = "customer_contract.res_config_settings_action"
        without = self.env.companies.filtered(lambda company: not company.contract_second_factor)
        if not without:
            return "ok", _("Asked for"), "", action
        detail = _("Not asked for by %(companies)s", companies=", ".join(without.mapped("name")))
        advice = _("Have those who sign and administer log in with a second factor.")
        return "look", detail, advice, action
