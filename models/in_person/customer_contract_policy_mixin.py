from odoo import fields, models

from ...utils import make_policy


class CustomerContractPolicyMixin(models.AbstractModel):
    """Whether contracts may be signed in person."""

    _inherit = "customer.contract.policy.mixin"

    allow_in_person = make_policy(
        fields.Boolean,
        "Sign in Person",
        policy_default=True,
        tracking=True,
        help="Signers outside the company may sign on a device that an employee hands over "
        "and who is named as witness.",
    )
