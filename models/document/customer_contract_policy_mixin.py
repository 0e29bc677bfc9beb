from odoo import fields, models

from ...utils import make_policy


class CustomerContractPolicyMixin(models.AbstractModel):
    """Whether the parties see files in the portal."""

    _inherit = "customer.contract.policy.mixin"

    documents_visible = make_policy(
        fields.Boolean,
        "Share Documents",
        help="Documents become visible in the portal when the contract does.",
    )
