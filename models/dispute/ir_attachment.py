from odoo import api, models


class IrAttachment(models.Model):
    """Files that were sent along with a dispute."""

    _inherit = "ir.attachment"

    @api.model
    def _get_contract_models(self):
        return super()._get_contract_models() | {"customer.contract.dispute"}
