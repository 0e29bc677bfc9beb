from odoo import models


class MailMessageSubtype(models.Model):
    _name = "mail.message.subtype"
    _inherit = ["mail.message.subtype", "customer.contract.needed.record.mixin"]
