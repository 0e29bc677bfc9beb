from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    # Nobody reads or writes somebody's stored signature: the signing dialog fetches
    # the user's own, elevated, for the user alone.
    contract_signature = fields.Binary(
        copy=False, attachment=False, groups=fields.NO_ACCESS, prefetch=False
    )
