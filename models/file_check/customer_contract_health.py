import socket

from odoo import _, api, models

from ...const import SCANNER_ADDRESS, SCANNER_PARAMETER


class CustomerContractHealth(models.AbstractModel):
    """Whether somebody looks for malware in files from outside."""

    _inherit = "customer.contract.health"

    def _get_health_checks(self):
        return [
            *super()._get_health_checks(),
            ("scanner", _("Malware scanner"), self._find_scanner_health),
        ]

    @api.model
    def _find_scanner_health(self):
        """Return the health of the scanner: whether something listens at its address."""
        action = "customer_contract.res_config_settings_action"
        address = self.env["ir.config_parameter"].get_param(SCANNER_PARAMETER)
        if not address:
            advice = _("Name a scanner in the settings if signers may send files.")
            return "look", _("None: files are taken in unscanned"), advice, action
        found = SCANNER_ADDRESS.fullmatch(address)
        try:
            if found["path"]:
                with socket.socket(socket.AF_UNIX) as connection:
                    connection.settimeout(1)
                    connection.connect(found["path"])
            else:
                socket.create_connection((found["host"], int(found["port"])), 1).close()
        except (OSError, TypeError):
            advice = _("Start it, or mend its address: until then no file is taken in.")
            return "broken", _("%(address)s does not answer", address=address), advice, action
        return "ok", _("%(address)s answers", address=address), "", action
