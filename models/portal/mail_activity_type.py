from odoo import models


class MailActivityType(models.Model):
    _name = "mail.activity.type"
    _inherit = ["mail.activity.type", "customer.contract.needed.record.mixin"]
