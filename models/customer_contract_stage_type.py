from odoo import _, api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class CustomerContractStage(models.Model):
    """Stages have a colour, by which people recognise them everywhere."""

    _inherit = "customer.contract.stage"

    color = fields.Integer()
    active = fields.Boolean(default=True)


class CustomerContract(models.Model):
    """A contract's stage is one of its type's, or one that serves every type."""

    _inherit = "customer.contract"

    stage_color = fields.Integer(related="stage_id.color", groups="base.group_user")

    @api.constrains("stage_id", "type_id")
    def _check_stage(self):
        for contract in self:
            types = contract.stage_id.type_ids
            if types and contract.type_id not in types:
                raise ValidationError(
                    _(
                        "The stage “%(stage)s” is for contracts of other types.",
                        stage=contract.stage_id.name,
                    )
                )

    def _find_stage(self, state):
        self.ensure_one()
        stages = self.env["customer.contract.stage"].search(
            Domain("bound_state", "=", state)
            & (Domain("type_ids", "=", False) | Domain("type_ids", "=", self.type_id.id))
        )
        # A type's own stage goes before the one for all types.
        return stages.sorted(lambda stage: not stage.type_ids)[:1]

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        types = self._get_types_in_view(domain)
        return stages.search(
            Domain("id", "in", stages.ids)
            | Domain("type_ids", "=", False)
            | Domain("type_ids", "in", types.ids)
        )

    @api.model
    def _get_types_in_view(self, domain):
        """Return the types of contracts that a view is about.

        :param domain: what the view searches for
        :return: the types that it filters by, else those of the contracts it finds
        :rtype: recordset of `customer.contract.type`
        """
        Type = self.env["customer.contract.type"]
        if default := self.env.context.get("default_type_id"):
            return Type.browse(default)
        named = Type.browse()
        for condition in Domain(domain).iter_conditions():
            if condition.field_expr == "type_id" and condition.operator in ("=", "in"):
                value = condition.value
                values = [value] if isinstance(value, int) else list(value or ())
                named |= Type.browse([one for one in values if one and isinstance(one, int)])
        if named:
            return named
        # Which stages there are is no secret, even where a rule hides the type.
        groups = self._with_system_reading()._read_group(domain, ["type_id"])
        return Type.union(*(contract_type for (contract_type,) in groups))
