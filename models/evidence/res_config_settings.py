from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """What contracts are printed by, in the settings."""

    _inherit = "res.config.settings"

    contract_print_engine = fields.Char("Printed By", compute="_compute_contract_print_engine")
    contract_print_is_archival = fields.Boolean(compute="_compute_contract_print_engine")

    def _compute_contract_print_engine(self):
        Report = self.env["ir.actions.report"]
        self.contract_print_engine = Report._describe_contract_engine()
        self.contract_print_is_archival = Report._get_contract_engine() == "weasyprint"
