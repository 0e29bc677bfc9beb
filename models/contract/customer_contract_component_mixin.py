from odoo import _, api, models
from odoo.exceptions import UserError


class CustomerContractComponentMixin(models.AbstractModel):
    """What belongs to one contract for good: made for it, and never moved to another.

    Rules look at a record before it is changed only. Something of an own draft could be
    moved by it into a contract that its author may not change, or that was frozen.
    """

    _name = "customer.contract.component.mixin"
    _description = "Component of a Contract"

    @api.model_create_multi
    def create(self, vals_list):
        components = super().create(vals_list)
        components.contract_id.check_access("write")
        return components

    def write(self, vals):
        if "contract_id" in vals and any(
            component.contract_id.id != vals["contract_id"] for component in self
        ):
            raise UserError(
                _(
                    "What belongs to a contract cannot be moved to another one. Add it there, "
                    "and remove it here."
                )
            )
        return super().write(vals)
