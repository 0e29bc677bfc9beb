from odoo import models
from odoo.fields import Domain


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """Send the texts of our browser code along, in the language of the page."""
        return [*super()._get_translation_frontend_modules_name(), "customer_contract"]

    @classmethod
    def _get_translation_frontend_modules_domain(cls):
        """Send those of the integrations along as well, whichever are installed."""
        integrations = Domain("name", "=like", "customer\\_contract\\_%")
        others = Domain(super()._get_translation_frontend_modules_domain())
        # An empty domain stands for no module here, not for all.
        return list(integrations if others.is_true() else others | integrations)
