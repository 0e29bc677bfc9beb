from odoo import models
from odoo.http import request

from ...const import AUTH_METHOD_KEY


class ResUsers(models.Model):
    _inherit = "res.users"

    def _has_second_factor(self):
        """Tell whether the current user got in by an app's code or a passkey.

        With an app set up, nobody gets in without its code, nor programs without a key
        that was made behind it. Codes by mail do not count: links go to the same mailbox.
        """
        uses_passkey = bool(request) and request.session.get(AUTH_METHOD_KEY) == "passkey"
        return uses_passkey or self._mfa_type() == "totp"
