from odoo import fields, models

from ...utils import make_policy


class CustomerContractPolicyMixin(models.AbstractModel):
    """Whether milestones are part of a contract's text."""

    _inherit = "customer.contract.policy.mixin"

    show_milestones_in_report = make_policy(
        fields.Boolean,
        "Milestones in the Contract",
        help="Visible milestones are part of the contract's text: they are printed, signed, "
        "and cannot be changed once the contract is frozen. Without it they can always be "
        "changed.",
    )
