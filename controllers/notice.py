"""What visitors are told above a contract: what they can do, or why they cannot."""

from urllib.parse import urlencode

from odoo.http import request

from ..const import ASKING_STATES


class ContractNoticeMixin:
    """For controllers that answer with the contract's page."""

    def _prepare_notice(self, access):
        """Prepare what the visitor is told above the contract, if anything.

        :param ContractAccess access: who is here and as whom
        :return: ``color``, ``title`` and ``text``
        :rtype: dict | None
        """
        contract, participant = access.contract_sudo, access.participant_sudo
        if not access.shows_forms:
            return None
        if contract.state == "approval" and participant.role not in ("approver", "signer"):
            return self._notice("draft")
        if not participant or participant.role == "observer":
            is_expired = contract.state == "sent" and contract._is_overdue()
            return self._notice("expired" if is_expired else contract.state)
        if contract.state in ASKING_STATES and (obstacle := self._prepare_obstacle_notice(access)):
            return obstacle
        if contract.state == "sent" and contract._can_be_signed(participant):
            return self._prepare_identity_notice(access)
        if other_way := self._prepare_other_way_notice(access):
            return other_way
        if contract.state == "sent" and contract._is_overdue():
            return self._notice("expired")
        return self._prepare_turn_notice(access) or self._notice(contract.state)

    def _prepare_obstacle_notice(self, access):
        """Prepare what keeps a participant of a contract that was sent from signing it.

        :param ContractAccess access: who is here and as whom
        :return: as :meth:`_prepare_notice`
        :rtype: dict | None
        """
        participant, is_sent = access.participant_sudo, access.contract_sudo.state == "sent"
        obstacle = participant._is_in_turn() and participant._find_incapacity()
        if not obstacle and is_sent:
            obstacle = self._find_company_obstacle(access)
        if not obstacle:
            return None
        return {
            "color": "warning",
            "title": self.env._("You cannot sign here")
            if is_sent
            else self.env._("You cannot act here"),
            "text": obstacle,
        }

    def _prepare_other_way_notice(self, access):
        """Prepare what a participant is told who signs in another way than on this page.

        :param ContractAccess access: who is here and as whom
        :return: as :meth:`_prepare_notice`
        :rtype: dict | None
        """
        return None

    def _prepare_turn_notice(self, access):
        """Prepare what a participant is told whose turn it is not, or not any more.

        :param ContractAccess access: who is here and as whom
        :return: as :meth:`_prepare_notice`
        :rtype: dict | None
        """
        contract, participant = access.contract_sudo, access.participant_sudo
        if contract.state == "sent" and participant.state == "waiting":
            return {
                "color": "info",
                "title": self.env._("It is not your turn yet"),
                "text": self.env._(
                    "%(people)s comes first. We will send you an e-mail when it is your turn.",
                    people=", ".join(contract._get_next_participants().mapped("partner_id.name")),
                ),
            }
        if contract.state in ASKING_STATES and participant.state in (self._get_freed_states()):
            return {
                "color": "info",
                "title": self.env._("Nothing is left to do for you"),
                "text": contract._explain_why_not(participant),
            }
        if contract.state in ASKING_STATES and participant.state == "done":
            title = (
                self.env._("You have approved this contract")
                if participant.role == "approver"
                else self.env._("You have signed this contract")
            )
            text = self.env._(
                "%(next)s. We will send you the signed contract once everybody has signed.",
                next=contract._get_next_step(),
            )
            return {"color": "success", "title": title, "text": text}
        return None

    def _get_freed_states(self):
        """Return the states of participants for whom nothing is left to do, undone.

        :rtype: tuple[str]
        """
        return ("skipped",)

    def _prepare_identity_notice(self, access):
        """Prepare what is asked of a visitor who is not identified surely enough.

        :param ContractAccess access: who is here and as whom
        :rtype: dict | None
        """
        if self._can_be_identified(access):
            return None
        is_public = request.env.user._is_public()
        target = urlencode({"redirect": access.contract_sudo.access_url})
        if access.contract_sudo.identity_policy == "portal_2fa":
            text = self.env._(
                "This contract asks for a login with a second factor or a passkey. You can "
                "set one up in your account under Security."
            )
        else:
            text = self.env._("This contract asks you to log in to your account to sign.")
        return {
            "color": "warning",
            "title": self.env._("Please log in to sign"),
            "text": text,
            "url": f"/web/login?{target}" if is_public else "/my/security",
            "label": self.env._("Log in") if is_public else self.env._("Set up a second factor"),
        }

    def _notice(self, state):
        """Return what everybody is told about a contract that nobody can sign now."""
        return self._get_state_notices().get(state)

    def _get_state_notices(self):
        """Return what everybody is told in states in which nobody can sign.

        :rtype: dict
        """
        return {
            "draft": {
                "color": "warning",
                "title": self.env._("This contract is in preparation"),
                "text": self.env._(
                    "You read a draft. It may still change, and nothing can be signed yet."
                ),
            },
            "signed": {
                "color": "success",
                "title": self.env._("Signed by everyone"),
                "text": self.env._("The signed contract is sent to everyone who signed it."),
            },
            "expired": {
                "color": "warning",
                "title": self.env._("The deadline to sign has passed"),
                "text": self.env._(
                    "This contract can no longer be signed. Write to us if you still want to."
                ),
            },
            "cancelled": {
                "color": "secondary",
                "title": self.env._("This contract was cancelled"),
                "text": self.env._("Nothing is left to do for you."),
            },
            "declined": {
                "color": "danger",
                "title": self.env._("This contract was declined"),
                "text": self.env._("It can no longer be signed."),
            },
        }
