from odoo import _, models
from odoo.exceptions import UserError

from ...const import OPEN_STATES
from ...utils import check_one, strip_unseen


class CustomerContract(models.Model):
    """Whoever has not acted yet can be replaced."""

    _inherit = "customer.contract"

    def action_replace_participant(self, participant_id, partner_id, reason, void_signatures=False):
        """Put another person in the place of one who has not signed or approved yet.

        Who signs is part of what is frozen, and everybody else agreed to that. So a
        frozen contract becomes a new version, which is submitted or sent again at once:
        approvals start again and everybody is asked for the new version. Signatures under
        the version before remain as its history and do not count for the new one. As
        that undoes what people did, it has to be asked for when somebody has signed.

        A draft that was not frozen simply gets the other person.

        :param int participant_id: the participant to replace
        :param int partner_id: the person who takes the place
        :param str reason: why, for the trail
        :param bool void_signatures: whether those who signed shall sign again
        :return: True
        :rtype: bool
        :raise UserError: if the person has acted, a rule demands the person, no reason is
            given, or signatures would be lost without being asked for
        """
        check_one(self)
        self.check_access("write")
        self._check_state(*OPEN_STATES)
        self._lock_for_act()
        participant = self.participant_ids.filtered(lambda person: person.id == participant_id)
        partner = self.env["res.partner"].browse(partner_id).exists()
        partner.check_access("read")
        self._check_can_replace(participant, partner, reason)
        state, is_frozen = self.state, not self._can_be_edited()
        if is_frozen:
            self._check_signatures_may_go(void_signatures)
        self._log_event(
            "replaced",
            details={
                "by": partner.name or "",
                "email": partner.email or "",
                "reason": strip_unseen(reason),
            },
            participant=participant,
        )
        if is_frozen:
            self._supersede()
        participant.write(
            {
                "partner_id": partner.id,
                "party": participant.party,
                "is_proposed": False,
            }
        )
        if state != "draft":
            self._submit_or_send()
        return True

    def _check_can_replace(self, participant, partner, reason):
        """Refuse to replace a person who has acted, or without saying why.

        :param recordset participant: the participant to replace
        :param recordset partner: the person who takes the place
        :param str reason: why
        :raise UserError: telling why not
        """
        if not participant or not partner:
            raise UserError(_("Choose who is replaced, and by whom."))
        if participant.state in ("done", "delegated") or participant._is_stand_in():
            raise UserError(
                _(
                    "%(person)s has already acted. Start a new version instead.",
                    person=participant.partner_id.name,
                )
            )
        participant._check_can_be_changed()
        if not strip_unseen(reason):
            raise UserError(_("Please give a reason."))

    def _check_signatures_may_go(self, void_signatures):
        """Refuse a new version that would silently undo signatures.

        :param bool void_signatures: whether those who signed shall sign again
        :raise UserError: naming those who have signed
        """
        signatures = self.current_signature_ids
        if signatures and not void_signatures:
            raise UserError(
                _(
                    "%(people)s signed a contract that names the person. A new version is "
                    "needed, which everybody signs again. Confirm that if you want it.",
                    people=", ".join(signatures.mapped("signed_by")),
                )
            )
