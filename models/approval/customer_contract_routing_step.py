from odoo import _, fields, models
from odoo.exceptions import UserError


class CustomerContractRoutingStep(models.Model):
    """Steps that an approval rule demands: people can neither weaken nor leave them."""

    _inherit = "customer.contract.routing.step"

    approval_rule_id = fields.Many2one(
        "customer.contract.approval.rule",
        "Rule",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The approval rule that demands this step.",
    )

    def _get_protected_fields(self):
        return super()._get_protected_fields() | {"approval_rule_id"}

    def _is_demanded(self):
        return super()._is_demanded() or bool(self.approval_rule_id)

    def _check_can_be_changed(self):
        super()._check_can_be_changed()
        for step in self:
            # The rule's name tells why, whoever may read rules.
            if rule_sudo := step.sudo().approval_rule_id:
                raise UserError(
                    _(
                        "The step “%(step)s” follows from the approval rule “%(rule)s” and "
                        "cannot be changed or removed.",
                        step=step.name,
                        rule=rule_sudo.name,
                    )
                )
