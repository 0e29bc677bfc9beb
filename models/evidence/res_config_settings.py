from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """What contracts are printed by, in the settings."""

    _inherit = "res.config.settings"

    contract_print_engine = fields.Char("Printed By", compute="_compute_contract_print_engine")

    def _compute_contract_print_engine(self):
        self.contract_print_engine = self.env["ir.actions.report"]._describe_contract_engine()
