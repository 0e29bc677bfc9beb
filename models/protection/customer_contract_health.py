import logging

from odoo import _, api, models
from odoo.exceptions import AccessError

_logger = logging.getLogger(__name__)
# The best state first
STATES = ("ok", "look", "broken")


class CustomerContractHealth(models.AbstractModel):
    """Whether the installation does what contracts need, for administrators and monitors.

    Features add what they depend on to :meth:`_get_health_checks`. Nothing is asked over the
    network, and no table is read as a whole: a look takes some twenty small queries.
    """

    _name = "customer.contract.health"
    _description = "Health of the Installation"

    @api.model
    @api.readonly
    def get_health(self):
        """Return the health of the installation, for monitoring.

        :return: ``{"state": str, "checks": [{"name", "title", "state", "detail", "advice",
            "action"}]}``. Each ``state`` is ``ok``, ``look`` (somebody should look at it) or
            ``broken``; the first is the worst of them. ``advice`` says what to do, and
            ``action`` is the external id of what to open, each empty if there is nothing.
        :rtype: dict
        :raise AccessError: if the user is no administrator of contracts
        """
        if not self.env.user.has_group("customer_contract.group_contract_manager"):
            raise AccessError(_("The health of the installation is for its administrators."))
        # What is told are states, numbers and dates, of records that are Odoo's own.
        health_sudo = self.sudo()
        checks = [health_sudo._look_at(*check) for check in health_sudo._get_health_checks()]
        state = max((check["state"] for check in checks), key=STATES.index, default="ok")
        return {"state": state, "checks": checks}

    @api.model
    def _get_health_checks(self):
        """Return what is looked at: features add what they depend on.

        :return: a short name, a title, and what looks: it returns the state, what was found,
            what to do about it, and the external id of the action that leads there
        :rtype: list[tuple[str, str, callable]]
        """
        return []

    @api.model
    def _look_at(self, name, title, find):
        """Look at one thing; what cannot be looked at is broken.

        :param str name: its short name
        :param str title: what it is, in words
        :param callable find: what looks
        :rtype: dict
        """
        try:
            with self.env.cr.savepoint():
                state, detail, advice, action = find()
        except Exception as error:
            _logger.exception("The health of %s cannot be looked at", name)
            state, action = "broken", ""
            detail = _("It cannot be looked at: %(reason)s", reason=type(error).__name__)
            advice = _("Look into the server's log.")
        return {
            "name": name,
            "title": title,
            "state": state,
            "detail": detail,
            "advice": "" if state == "ok" else advice,
            "action": action,
        }
