from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain


class CustomerContract(models.Model):
    """At which of the company's own stages a contract is.

    The stage follows the request's state. Stages that are bound to a state are entered with
    it, and never by hand; between them, people move contracts through stages of their own.
    """

    _inherit = "customer.contract"

    stage_id = fields.Many2one(
        "customer.contract.stage",
        ondelete="restrict",
        index=True,
        copy=False,
        compute="_compute_stage_id",
        store=True,
        readonly=False,
        precompute=True,
        group_expand="_read_group_stage_ids",
        domain="[('bound_state', 'in', (False, state)), "
        "'|', ('type_ids', '=', False), ('type_ids', '=', type_id)]",
        tracking=True,
        groups="base.group_user",
    )
    stage_color = fields.Integer(related="stage_id.color", groups="base.group_user")
    has_own_stages = fields.Boolean(compute="_compute_has_own_stages", groups="base.group_user")

    @api.depends("type_id")
    def _compute_has_own_stages(self):
        """Tell whether the company moves contracts through stages of its own."""
        stages = self.env["customer.contract.stage"].search([("bound_state", "=", False)])
        for contract in self:
            contract.has_own_stages = any(
                not stage.type_ids or contract.type_id in stage.type_ids for stage in stages
            )

    @api.depends("type_id")
    def _compute_stage_id(self):
        for contract in self:
            stage = contract.stage_id
            if stage and (not stage.type_ids or contract.type_id in stage.type_ids):
                continue
            contract.stage_id = contract._find_stage(contract.state or "draft")

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

    def _check_moved_by_hand(self, values, state):
        """Refuse that somebody moves a contract to a stage that tells of another state.

        :param dict values: the values about to be written
        :param str state: the contract's state
        :raise UserError: naming the state in which contracts have the stage
        """
        stage = self.env["customer.contract.stage"].browse(values.get("stage_id") or [])
        # What a stage is bound to is no secret, and it may be moved by whoever cannot read it.
        bound_state = stage.sudo().bound_state
        if self._is_system_write() or not bound_state or bound_state == state:
            return
        states = dict(self._fields["state"]._description_selection(self.env))
        raise UserError(
            _(
                "Contracts get to the stage “%(stage)s” by themselves, once they are in the "
                "state “%(state)s”.",
                stage=stage.name,
                state=states[bound_state],
            )
        )

    def _find_stage(self, state):
        """Find the business status that belongs to a request state.

        :param str state: a value of ``state``
        :return: the stage, or none if no stage is bound to that state
        :rtype: recordset of `customer.contract.stage`
        """
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
        groups = self._read_group(domain, ["type_id"])
        return Type.union(*(contract_type for (contract_type,) in groups))
