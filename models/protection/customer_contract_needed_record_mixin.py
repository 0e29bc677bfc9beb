from odoo import _, api, models
from odoo.exceptions import UserError


class CustomerContractNeededRecordMixin(models.AbstractModel):
    """Records of ours that code needs, among those that administrators may delete.

    Without them people could not act: they are changed or archived, not deleted.
    """

    _name = "customer.contract.needed.record.mixin"
    _description = "Records That Contracts Need"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_needed_by_contracts(self):
        # Whoever deletes need not be somebody who reads external ids.
        needed_sudo = (
            self.env["ir.model.data"]
            .sudo()
            .search(
                [
                    ("module", "=", "customer_contract"),
                    ("model", "=", self._name),
                    ("res_id", "in", self.ids),
                ],
                limit=1,
            )
        )
        if needed_sudo:
            raise UserError(
                _(
                    "“%(name)s” is needed by contracts and cannot be deleted. Change it instead.",
                    name=self.browse(needed_sudo.res_id).display_name,
                )
            )
