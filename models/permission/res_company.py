from odoo import fields, models


class ResCompany(models.Model):
    """What holds for contacts without a permission of their own."""

    _inherit = "res.company"

    contract_esign_default = fields.Boolean(
        default=True,
        help="Contacts may sign contracts electronically unless it is said otherwise in "
        "the contact.",
    )
