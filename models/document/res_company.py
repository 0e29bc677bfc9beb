from odoo import fields, models


class ResCompany(models.Model):
    """Whether files are shared, unless a type or a contract says otherwise."""

    _inherit = "res.company"

    contract_documents_visible = fields.Boolean()
