from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ...const import SCANNER_ADDRESS, SCANNER_PARAMETER


class ResConfigSettings(models.TransientModel):
    """The wishes about contracts that are signed by hand, in the settings."""

    _inherit = "res.config.settings"

    contract_paper_auto_accept = fields.Boolean(
        related="company_id.contract_paper_auto_accept", readonly=False
    )
    contract_paper_days = fields.Integer(related="company_id.contract_paper_days", readonly=False)
    contract_malware_scanner = fields.Char(
        "Malware Scanner",
        config_parameter=SCANNER_PARAMETER,
        groups="base.group_system",
        help="Where clamd answers: unix:/run/clamav/clamd.ctl or tcp:host:3310.",
    )

    @api.constrains("contract_malware_scanner")
    def _check_contract_malware_scanner(self):
        for settings in self:
            address = settings.contract_malware_scanner
            if address and not SCANNER_ADDRESS.fullmatch(address.strip()):
                raise ValidationError(
                    _("Enter the scanner's address as unix:/path or as tcp:host:port.")
                )
