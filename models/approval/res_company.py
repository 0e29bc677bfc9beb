from odoo import fields, models


class ResCompany(models.Model):
    """What a company wants of approvals and of signers' authority."""

    _inherit = "res.company"

    contract_approval_mandatory = fields.Boolean(
        help="Contracts that no approval rule fits cannot be sent."
    )
    contract_four_eyes = fields.Boolean(
        default=True,
        help="Whoever wrote or manages a contract cannot be the only one to approve it.",
    )
    contract_authority_refuse = fields.Boolean(
        help="Contracts cannot be sent to signers whose registered authority has expired or "
        "does not reach the amount. Otherwise there is a warning."
    )
