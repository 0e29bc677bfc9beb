from odoo import fields, models


class CustomerContractType(models.Model):
    """What a type decides about the files of its contracts."""

    _inherit = "customer.contract.type"

    documents_visible = fields.Boolean(
        "Share Documents",
        help="Documents become visible in the portal when the contract does.",
    )
