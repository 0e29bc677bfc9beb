from odoo import fields, models

from ...utils import make_policy


class CustomerContractPolicyMixin(models.AbstractModel):
    """What signers outside the company may do on a contract's page."""

    _inherit = "customer.contract.policy.mixin"

    allow_esign = make_policy(
        fields.Boolean,
        "Accept & Sign",
        policy_default=True,
        tracking=True,
        help="Signers outside the company may sign electronically, on the contract's page.",
    )
    allow_paper = make_policy(
        fields.Boolean,
        "Download & Sign",
        policy_default=True,
        tracking=True,
        help="Signers outside the company may sign by hand, on the printed contract.",
    )
    allow_dispute = make_policy(
        fields.Boolean,
        "Dispute",
        policy_default=True,
        tracking=True,
        help="Signers outside the company may object to something before they sign.",
    )
    _some_way_to_sign = models.Constraint(
        "CHECK (allow_esign OR allow_paper)",
        "Allow at least one way to sign: electronically or on paper.",
    )
