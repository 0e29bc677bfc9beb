from odoo import models


class CustomerContractParticipant(models.Model):
    _name = "customer.contract.participant"
    _inherit = ["customer.contract.field.access.mixin", "customer.contract.participant"]
