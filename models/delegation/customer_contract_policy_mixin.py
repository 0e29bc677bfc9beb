from odoo import fields, models

from ...utils import make_policy


class CustomerContractPolicyMixin(models.AbstractModel):
    """Whether the people named in a contract may pass their part on."""

    _inherit = "customer.contract.policy.mixin"

    allow_delegation = make_policy(
        fields.Boolean,
        "Delegation",
        tracking=True,
        help="Signers and approvers may pass their part on to a colleague of the same company.",
    )
