from odoo import api, fields, models


class CustomerContract(models.Model):
    """The company's own business status, which follows the request's state."""

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
        domain="['|', ('type_ids', '=', False), ('type_ids', '=', type_id)]",
        tracking=True,
        groups="base.group_user",
    )

    @api.depends("type_id")
    def _compute_stage_id(self):
        for contract in self:
            stage = contract.stage_id
            if stage and (not stage.type_ids or contract.type_id in stage.type_ids):
                continue
            contract.stage_id = contract._find_stage(contract.state or "draft")

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        # every stage has its column, and there are few
        return stages.search([])  # pylint: disable=no-search-all

    def _find_stage(self, state):
        """Find the business status that belongs to a request state.

        :param str state: a value of ``state``
        :return: the stage, or none if no stage is bound to that state
        :rtype: recordset of `customer.contract.stage`
        """
        self.ensure_one()
        return self.env["customer.contract.stage"].search(
            [
                ("bound_state", "=", state),
                "|",
                ("type_ids", "=", False),
                ("type_ids", "=", self.type_id.id),
            ],
            limit=1,
        )
