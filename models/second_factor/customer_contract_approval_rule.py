from odoo import models


class CustomerContractApprovalRule(models.Model):
    _name = "customer.contract.approval.rule"
    _inherit = ["customer.contract.administration.mixin", "customer.contract.approval.rule"]
