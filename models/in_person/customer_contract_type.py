from odoo import fields, models


class CustomerContractType(models.Model):
    """Whether contracts of a type may be signed in person."""

    _inherit = "customer.contract.type"

    allow_in_person = fields.Boolean(
        "Sign in Person",
        default=True,
        help="Signers outside the company may sign on a device that an employee hands over "
        "and who is named as witness.",
    )
