from odoo import _, fields, models
from odoo.exceptions import UserError


class ResCompany(models.Model):
    """Companies that oblige their staff to a second factor or a passkey."""

    _inherit = "res.company"

    contract_second_factor = fields.Boolean(
        help="Employees sign, approve and administer contracts only if they logged in with "
        "the code of an authenticator app or a passkey."
    )

    def write(self, vals):
        """Have the settings of contracts changed only by those who may administer them."""
        is_ours = any(name.startswith("contract_") for name in vals)
        if is_ours:
            self._check_second_factor()
        result = super().write(vals)
        if is_ours:
            # Whoever obliges others has to be able to go on.
            self._check_second_factor()
        return result

    def _find_missing_second_factor(self):
        """Return what the current user is told who has to log in with a second factor.

        :rtype: str | None
        """
        # Who is obliged does not depend on what the user may read.
        obliged_sudo = self.sudo().filtered("contract_second_factor")[:1]
        user = self.env.user
        if not obliged_sudo or user._is_superuser() or user._has_second_factor():
            return None
        return _(
            "%(company)s asks you to log in with the code of an authenticator app or with a "
            "passkey to do this. Set one up in your preferences under Security, then log in "
            "with it.",
            company=obliged_sudo.name,
        )

    def _check_second_factor(self):
        """Refuse the current user without the second factor that a company demands.

        :raise UserError: telling what is needed
        """
        if problem := self._find_missing_second_factor():
            raise UserError(problem)
