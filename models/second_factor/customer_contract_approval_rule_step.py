from odoo import models


class CustomerContractApprovalRuleStep(models.Model):
    _name = "customer.contract.approval.rule.step"
    _inherit = ["customer.contract.administration.mixin", "customer.contract.approval.rule.step"]
