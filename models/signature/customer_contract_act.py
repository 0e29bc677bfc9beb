from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...const import ASKING_STATES, SIGNABLE_STATES
from ...utils import Act, Actor, strip_unseen


class CustomerContract(models.Model):
    """What participants do, and the guard that every act passes first."""

    _inherit = "customer.contract"

    @api.model
    def _get_acts(self):
        """Return what participants may do; features add their acts.

        :rtype: dict[str, Act]
        """
        return {
            "sign": Act(("signer",), SIGNABLE_STATES),
            "approve": Act(("approver",), ASKING_STATES),
            "send_back": Act(("approver",), ASKING_STATES, needs_reason=True),
            "decline": Act(("approver", "signer"), ASKING_STATES, needs_reason=True),
        }

    def _begin(self, actor, name, reason=None):
        """Begin an act: have others wait, and refuse what may not be done.

        Every act begins here, whichever way it comes: page, back office or API. What is
        checked is checked in one order: the contract's state, the person's role and turn,
        identity, right, and the reason.

        :param Actor actor: who wants to act
        :param str name: one of the acts
        :param str reason: the person's words, for acts that need some
        :return: the same, elevated, and the words without spaces around them
        :rtype: tuple[recordset, Actor, str]
        :raise UserError: telling why not
        """
        self.ensure_one()
        act = self._get_acts()[name]
        # Whoever acts has no rights on states and evidence: the system checks and records.
        contract_sudo = self.sudo()
        actor_sudo = Actor(actor.participant.sudo(), actor.identified_by)
        contract_sudo._lock_for_act()
        if obstacle := contract_sudo._find_obstacle(actor_sudo.participant, name):
            raise UserError(obstacle)
        if act.asks_identity:
            contract_sudo._check_identified(actor_sudo)
        if obstacle := contract_sudo._find_missing_right(actor_sudo.participant, name):
            raise UserError(obstacle)
        words = strip_unseen(reason)
        if act.needs_reason and not words:
            raise UserError(_("Please give a reason."))
        return contract_sudo, actor_sudo, words

    def _find_obstacle(self, participant, name):
        """Return why an act is not possible now: the contract's state, or the turn.

        Features extend this for acts of their own that are told otherwise.

        :param recordset participant: who wants to act
        :param str name: one of the acts
        :rtype: str | None
        """
        self.ensure_one()
        act = self._get_acts()[name]
        if name == "sign":
            return None if self._can_be_signed(participant) else self._explain_why_not(participant)
        if self.state not in act.states:
            return self._explain_state()
        if (
            participant.contract_id != self
            or participant.role not in act.roles
            or not participant._is_in_turn()
        ):
            return _("It is not your turn to act on this contract.")
        return None

    def _find_missing_right(self, participant, name):
        """Return why a person who is in turn may not act all the same.

        Nothing speaks against it by itself; features with rules about people extend this.

        :param recordset participant: who wants to act, in turn and identified
        :param str name: one of the acts
        :rtype: str | None
        """
        self.ensure_one()
        return None

    def _is_overdue(self):
        """Tell whether the deadline to sign has passed."""
        self.ensure_one()
        return bool(self.sign_deadline_at) and self.sign_deadline_at < fields.Datetime.now()

    def _lock_for_act(self):
        """Have acts on the contract wait for each other.

        Whoever waited for an act that changed the contract starts again and sees it:
        the database reports a conflict, upon which Odoo repeats the request. Odoo's
        own `lock_for_update` would refuse instead of waiting.
        """
        self.ensure_one()
        self.env.cr.execute(
            SQL("SELECT id FROM customer_contract WHERE id = %s FOR UPDATE", self.id)
        )
