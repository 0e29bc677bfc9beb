from odoo import _, models

from ...const import PREPARING_STATES, PREVIEW_KEY
from ...utils import check_one


class CustomerContract(models.Model):
    """What a given person sees of the contract, for its manager to look at."""

    _inherit = "customer.contract"

    def action_open_preview(self):
        """Open the dialog that asks as whom the contract's page is to be seen.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        self.check_access("read")
        return self._open_dialog(
            "customer.contract.preview", _("Preview"), {"default_contract_id": self.id}
        )

    def action_preview_as(self, partner_id):
        """Open the contract's page as a given person sees it.

        :param int partner_id: the requester, a participant or one of their colleagues
        :return: an action that opens the page
        :rtype: dict
        """
        check_one(self)
        self.check_access("read")
        previewed = self.with_context(**{PREVIEW_KEY: partner_id})
        return {"type": "ir.actions.act_url", "url": previewed.access_url, "target": "new"}

    def _get_preview_people(self):
        """Return the people as whom the contract can be looked at.

        :rtype: recordset of `res.partner`
        """
        self.ensure_one()
        people = self.requester_id | self.participant_ids.partner_id
        colleagues = self.commercial_partner_id.child_ids.filtered("user_ids")
        return people | colleagues

    def _is_previewable(self, partner):
        """Tell whether the contract can be looked at as a person: it is about that person.

        :param recordset partner: the person
        """
        self.ensure_one()
        return partner in self._get_preview_people() or self._is_counterparty_person(partner)

    def _describe_part(self, partner):
        """Return what a person is in the contract, in words.

        :param recordset partner: the person
        :rtype: str
        """
        roles = dict(self.participant_ids._fields["role"]._description_selection(self.env))
        parts = [_("Requester")] if partner and partner == self.requester_id else []
        parts += [
            roles[participant.role]
            for participant in self.participant_ids
            if participant.partner_id == partner
        ]
        return ", ".join(parts or [_("Colleague")])

    def _is_found_by(self, partner):
        """Tell whether a person with an account finds the contract there.

        :param recordset partner: the person
        """
        self.ensure_one()
        # Whether somebody has an account does not depend on who asks.
        user_sudo = partner.sudo().user_ids[:1]
        contract_sudo = self.sudo()
        if not user_sudo or not contract_sudo.filtered_domain(
            contract_sudo._get_portal_domain(partner)
        ):
            return False
        return user_sudo.share or partner in contract_sudo.participant_ids.partner_id

    def _is_linked_to(self, participant):
        """Tell whether a person without an account has got a link that opens the contract.

        :param recordset participant: the person's part, if there is one
        """
        self.ensure_one()
        if not participant or not participant._is_outside() or not participant._is_let_in():
            return False
        if participant._may_read_early():
            return True
        return self.state != "draft" and bool(participant.requested_on)

    def _explain_invisibility(self, partner):
        """Explain why a person does not see the contract.

        :param recordset partner: the person
        :rtype: str
        """
        self.ensure_one()
        part = self.participant_ids.filtered(lambda participant: participant.partner_id == partner)
        acts = any(participant.role != "observer" for participant in part)
        if acts and self.state in PREPARING_STATES:
            return _("The contract has not been sent yet.")
        if acts:
            return _(
                "%(person)s has no account and gets a personal link when it is the person's turn.",
                person=partner.name,
            )
        if not self.portal_published:
            return _("The contract is not shared. Share it from its form.")
        if not self._is_counterparty_person(partner):
            return _(
                "%(person)s does not belong to %(company)s.",
                person=partner.name,
                company=self.commercial_partner_id.name,
            )
        if partner == self.requester_id and not partner.sudo().user_ids:
            return _(
                "%(person)s has no account. Invite the person when you share the contract.",
                person=partner.name,
            )
        return _(
            "%(person)s is not named in the contract, and colleagues of %(company)s do not see it.",
            person=partner.name,
            company=self.commercial_partner_id.name,
        )
