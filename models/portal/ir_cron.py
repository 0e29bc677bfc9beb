from odoo import models


class IrCron(models.Model):
    _name = "ir.cron"
    _inherit = ["ir.cron", "customer.contract.needed.record.mixin"]
