import shutil
from pathlib import Path

from odoo import _, api, models
from odoo.tools import config, human_size

# Below the first, somebody should look; below the second, files may fail to be stored.
LITTLE_SPACE = 5 * 1024**3
LEAST_SPACE = 512 * 1024**2


class CustomerContractHealth(models.AbstractModel):
    """What contracts are printed by, and where their files are stored."""

    _inherit = "customer.contract.health"

    def _get_health_checks(self):
        return [
            *super()._get_health_checks(),
            ("print_engine", _("Printing"), self._find_engine_health),
            ("disk", _("Space for files"), self._find_disk_health),
        ]

    @api.model
    def _find_engine_health(self):
        """Return which engine prints contracts, and whether it is the one for archives."""
        Report = self.env["ir.actions.report"]
        engine = Report._get_contract_engine()
        state = {"weasyprint": "ok", None: "broken"}.get(engine, "look")
        advice = _(
            "Install WeasyPrint and the libraries that README names, and restart Odoo: contracts "
            "are printed as PDF/A then."
        )
        action = "customer_contract.res_config_settings_action"
        return state, Report._describe_contract_engine(), advice, action

    @api.model
    def _find_disk_health(self):
        """Return how much space is left where files are stored."""
        if self.env["ir.attachment"]._storage() == "db":
            return "ok", _("Files are stored in the database"), "", ""
        place = Path(config.filestore(self.env.cr.dbname))
        while not place.exists():  # no file was stored yet
            place = place.parent
        free = shutil.disk_usage(place).free
        state = "ok" if free > LITTLE_SPACE else "look" if free > LEAST_SPACE else "broken"
        advice = _("Make room, or move the file store: what cannot be stored is not signed.")
        return state, _("%(size)s free", size=human_size(free)), advice, ""
