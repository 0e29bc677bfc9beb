from odoo import api, models


class CustomerContractAdministrationMixin(models.AbstractModel):
    """What decides about contracts, and is changed only by whoever may administer them.

    One of the user's companies is enough to oblige the user, as such records may hold for
    all of them.
    """

    _name = "customer.contract.administration.mixin"
    _description = "Configuration That May Ask for a Second Factor"

    @api.model_create_multi
    def create(self, vals_list):
        self._check_may_administer()
        return super().create(vals_list)

    def write(self, vals):
        self._check_may_administer()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_without_second_factor(self):
        self._check_may_administer()

    def _check_may_administer(self):
        """Refuse users without the second factor that one of their companies demands.

        What the system does by itself is not theirs.

        :raise UserError: telling what is needed
        """
        if not self.env.su:
            self.env.user.company_ids._check_second_factor()
