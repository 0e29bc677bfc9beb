from odoo import fields, models
from odoo.http import request

from ...const import AUTH_METHOD_KEY


class ResUsers(models.Model):
    _inherit = "res.users"

    # Nobody reads or writes somebody's stored signature: the signing dialog fetches
    # the user's own, elevated, for the user alone.
    contract_signature = fields.Binary(
        copy=False, attachment=False, groups=fields.NO_ACCESS, prefetch=False
    )

    def authenticate(self, credential, user_agent_env):
        """Remember in the session how the user logged in, for contracts that ask."""
        auth_info = super().authenticate(credential, user_agent_env)
        if request and hasattr(request, "session"):
            is_passkey = auth_info.get("auth_method") == "passkey"
            request.session[AUTH_METHOD_KEY] = "passkey" if is_passkey else "other"
        return auth_info
