from odoo import _, api, fields, models

from ..utils import check_one


class CustomerContractHealthLine(models.TransientModel):
    """One line of the installation's health, as an administrator has just seen it."""

    _name = "customer.contract.health.line"
    _description = "Line of the Installation's Health"
    _order = "id"

    name = fields.Char("What", required=True, readonly=True)
    state = fields.Selection(
        [("ok", "OK"), ("look", "Look at It"), ("broken", "Broken")], required=True, readonly=True
    )
    detail = fields.Char("Found", readonly=True)
    advice = fields.Char("What to Do", readonly=True)
    action = fields.Char(readonly=True)

    @api.model
    def action_look(self):
        """Look at the installation, and show what is found.

        :return: an action
        :rtype: dict
        :raise AccessError: if the user is no administrator of contracts
        """
        health = self.env["customer.contract.health"].get_health()
        lines = self.create(
            [
                {
                    "name": check["title"],
                    "state": check["state"],
                    "detail": check["detail"],
                    "advice": check["advice"],
                    "action": self._may_open(check["action"]) and check["action"],
                }
                for check in health["checks"]
            ]
        )
        return {
            "type": "ir.actions.act_window",
            "name": _("Health"),
            "res_model": self._name,
            "views": [(False, "list")],
            "domain": [("id", "in", lines.ids)],
            "target": "main",
        }

    @api.model
    def _may_open(self, name):
        """Tell whether the user may see what an action shows.

        :param str name: the action's external id; none if there is nothing to open
        """
        # Actions themselves are read by everybody who is shown them.
        action = self.env.ref(name, raise_if_not_found=False) if name else None
        if not action:
            return False
        action_sudo = action.sudo()
        return self.env[action_sudo.res_model].has_access("read")

    def action_open(self):
        """Open what the line is about.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        return self.env["ir.actions.actions"]._for_xml_id(self.action)
