from odoo import fields, models


class CustomerContractType(models.Model):
    """What signers outside the company may do on the page of contracts of a type."""

    _inherit = "customer.contract.type"

    allow_esign = fields.Boolean(
        "Accept & Sign",
        default=True,
        help="Signers outside the company may sign electronically, on the contract's page.",
    )
    allow_paper = fields.Boolean(
        "Download & Sign",
        default=True,
        help="Signers outside the company may sign by hand, on the printed contract.",
    )
    allow_dispute = fields.Boolean(
        "Dispute",
        default=True,
        help="Signers outside the company may object to something before they sign.",
    )
    _some_way_to_sign = models.Constraint(
        "CHECK (allow_esign OR allow_paper)",
        "Allow at least one way to sign: electronically or on paper.",
    )
