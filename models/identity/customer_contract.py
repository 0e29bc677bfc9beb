from odoo import _, api, models
from odoo.exceptions import UserError, ValidationError
from odoo.http import request

from ...const import ASKING_STATES, AUTH_METHOD_KEY
from ...utils import Act, get_strength

# How far each way of identification reaches, measured by the policies above.
REACHED = {
    "link": "link",
    "link_code": "code",
    "in_person": "code",
    "portal": "portal",
    "portal_2fa": "portal_2fa",
}
OWN_LOGINS = ("portal", "portal_2fa")


class CustomerContract(models.Model):
    """How surely a contract wants to know who signs it."""

    _inherit = "customer.contract"

    def _get_policy_default(self, name):
        wanted = super()._get_policy_default(name)
        if name != "identity_policy":
            return wanted
        # A contract may ask for more than its type, never for less.
        return max(self.identity_policy, wanted, key=get_strength)

    @api.constrains("identity_policy", "type_id")
    def _check_identity_policy(self):
        labels = dict(self._fields["identity_policy"]._description_selection(self.env))
        for contract in self:
            wanted = contract.type_id.identity_policy
            if get_strength(contract.identity_policy) < get_strength(wanted):
                raise ValidationError(
                    _(
                        "Contracts of type %(type)s ask for at least: %(policy)s.",
                        type=contract.type_id.name,
                        policy=labels[wanted],
                    )
                )

    def _get_sending_problems(self):
        problems = super()._get_sending_problems()
        if self.identity_policy not in ("portal", "portal_2fa"):
            return problems
        for participant in self._get_acting_participants():
            # Whether somebody has an account does not depend on who asks.
            users_sudo = participant.partner_id.sudo().user_ids
            if participant._is_outside() and not users_sudo:
                problems.append(
                    _(
                        "%(person)s has no account to log in with, which the contract asks for.",
                        person=participant.partner_id.name,
                    )
                )
        return problems

    def _get_content_fields(self):
        return super()._get_content_fields() | {"identity_policy"}

    def _get_guarded_columns(self):
        return [*super()._get_guarded_columns(), "identity_policy"]

    def _prepare_content(self, number):
        return {
            **super()._prepare_content(number),
            "identification": self.identity_policy,
        }

    def _is_identified(self, actor):
        """Tell whether a person was identified surely enough to act.

        Employees act under the company's own rules, and with their own logins. Whatever
        is not known to be enough is not enough.

        :param Actor actor: who wants to act
        """
        self.ensure_one()
        if actor.identified_by in ("backend", "identity_check"):
            return bool(actor.participant._get_internal_user())
        # A link proves a mailbox, which is nobody's login as an employee.
        if actor.participant._stands_for_company() and actor.identified_by not in OWN_LOGINS:
            return False
        return get_strength(REACHED.get(actor.identified_by)) >= get_strength(self.identity_policy)

    def _check_identified(self, actor):
        """Refuse to act for whoever was not identified surely enough.

        :param Actor actor: who wants to act
        :raise UserError: telling what is needed
        """
        self.ensure_one()
        if not self._is_identified(actor):
            raise UserError(
                {
                    "code": _("Please enter the code that we send to your e-mail address."),
                    "portal": _("Please log in to your account to do this."),
                    "portal_2fa": _(
                        "Please log in to your account with a second factor or a "
                        "passkey. You can set one up under My Account, Security."
                    ),
                }.get(self.identity_policy, _("You could not be identified."))
            )

    @api.model
    def _get_acts(self):
        return super()._get_acts() | {
            "choose_channel": Act(("signer",), ("draft", *ASKING_STATES), asks_identity=False)
        }

    @api.model
    def _get_login_strength(self):
        """Return how the user of this request logged in.

        :return: ``portal_2fa`` after a second factor or a passkey, else ``portal``
        :rtype: str
        """
        # With a second factor set up, nobody is let in without it.
        uses_passkey = bool(request) and request.session.get(AUTH_METHOD_KEY) == "passkey"
        return "portal_2fa" if uses_passkey or self.env.user._mfa_type() else "portal"

    @api.model
    def _describe_identity(self, identified_by):
        """Tell in words how surely a person was identified, and no more than that.

        :param str identified_by: what the signature keeps about it
        :return: the words; what is not known is told as it is
        :rtype: str
        """
        return {
            "link": _("Personal link sent to the person's e-mail address"),
            "link_code": _(
                "Personal link and one-time code, both sent to the person's e-mail address"
            ),
            "portal": _("Logged in to the person's portal account"),
            "portal_2fa": _("Logged in to the person's portal account, with a second factor"),
            "backend": _("Logged in to the person's employee account"),
            "identity_check": _(
                "Logged in to the person's employee account, password confirmed right before"
            ),
        }.get(identified_by, identified_by or "")
