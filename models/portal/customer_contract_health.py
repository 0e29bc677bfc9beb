from odoo import _, api, models

MOST_COUNTED = 1000
MOST_NAMED = 5


class CustomerContractHealth(models.AbstractModel):
    """Whether mails about contracts leave."""

    _inherit = "customer.contract.health"

    def _get_health_checks(self):
        return [
            *super()._get_health_checks(),
            ("mail_server", _("Outgoing mail server"), self._find_server_health),
            ("mails", _("Mails about contracts"), self._find_mail_health),
        ]

    @api.model
    def _find_server_health(self):
        """Return whether mails have a server to leave by; it is not asked."""
        action = "base.action_ir_mail_server_list"
        servers = self.env["ir.mail_server"].search([], limit=MOST_NAMED)
        if not servers:
            advice = _("Set up an outgoing mail server, unless Odoo's configuration names one.")
            return "look", _("None is set up; that of Odoo's configuration is used"), advice, action
        return "ok", ", ".join(servers.mapped("name")), "", action

    @api.model
    def _find_mail_health(self):
        """Return how many mails about contracts could not be delivered."""
        action = "mail.action_view_mail_mail"
        failed = self.env["mail.mail"].search_count(
            [("state", "=", "exception"), ("model", "=", "customer.contract")], limit=MOST_COUNTED
        )
        if failed:
            detail = _("%(count)s could not be delivered", count=failed)
            return "look", detail, _("Mend the addresses or the server, and retry them."), action
        return "ok", _("None failed"), "", action
