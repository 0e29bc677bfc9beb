from odoo import _, api, models
from odoo.exceptions import AccessError


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """Take in mails about contracts from the mail gateway only.

        Odoo lets every employee hand over a mail. Its sender is whoever it says, and would
        stand as such in the contract's conversation.
        """
        is_ours = any((route[0] or "").startswith("customer.contract") for route in routes or ())
        if is_ours and not (self.env.su or self.env.user._is_system()):
            raise AccessError(_("Mails about contracts come in by the mail server only."))
        return super()._message_route_process(message, message_dict, routes)
