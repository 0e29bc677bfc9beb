from odoo import _, api, models
from odoo.exceptions import UserError

CONTRACT = "customer.contract"
COMPONENT = "customer.contract.component.mixin"


class CustomerContractComponentMixin(models.AbstractModel):
    """What belongs to one contract for good: made for it, and never moved to another.

    Rules look at a record before it is changed only. Something of an own draft could be
    moved by it into a contract that its author may not change, or that was frozen. What
    another contract needs is added there, by somebody who may, and stands in its trail.
    """

    _name = COMPONENT
    _inherit = "customer.contract.frozen.mixin"
    _description = "Component of a Contract"

    @api.model
    def _get_owner_fields(self):
        """Return the fields that say to which contract a record belongs.

        They lead to the contract, or to another component of it, with which the record goes.

        :return: field names
        :rtype: set[str]
        """
        component_class = self.env.registry[COMPONENT]
        return {
            field.name
            for field in self._fields.values()
            if field.type == "many2one"
            and field.store
            and field.required
            and field.ondelete == "cascade"
            and (
                field.comodel_name == CONTRACT
                or issubclass(self.env.registry[field.comodel_name], component_class)
            )
        }

    @api.model_create_multi
    def create(self, vals_list):
        names = self._get_owner_fields()
        for name in names:
            # Before: who takes part may change the contract, and so could whoever adds himself.
            self._get_owners(name, vals_list).check_access("write")
        components = super().create(vals_list)
        # After: a component of a component, such as a step, brings its contract along.
        for name in names:
            components[name].check_access("write")
        return components

    @api.model
    def _get_owners(self, name, vals_list):
        """Return the contracts, or their components, that new records are to belong to.

        :param str name: the field that says so
        :param list[dict] vals_list: the values they are created with
        """
        default = self.env.context.get(f"default_{name}")
        owners = {self._get_id(values.get(name, default)) for values in vals_list}
        return self.env[self._fields[name].comodel_name].browse(sorted(filter(None, owners)))

    @api.model
    def _get_id(self, owner):
        """Return the id of a record that callers name by it, or by the record itself."""
        return owner.id if isinstance(owner, models.BaseModel) else owner

    def write(self, vals):
        for name in self._get_owner_fields() & vals.keys():
            owner_id = self._get_id(vals[name])
            if any(component[name].id != owner_id for component in self):
                raise UserError(
                    _(
                        "What belongs to a contract cannot be moved to another one. Add it there, "
                        "and remove it here."
                    )
                )
        return super().write(vals)
