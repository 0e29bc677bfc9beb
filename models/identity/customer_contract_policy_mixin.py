from odoo import fields, models

from ...const import IDENTITY_POLICIES
from ...utils import make_policy


class CustomerContractPolicyMixin(models.AbstractModel):
    """How surely a contract wants to know who signs it."""

    _inherit = "customer.contract.policy.mixin"

    identity_policy = make_policy(
        fields.Selection,
        IDENTITY_POLICIES,
        "Identification",
        required=True,
        policy_default="link",
        tracking=True,
        help="How signers outside the company show who they are, at least.",
    )
