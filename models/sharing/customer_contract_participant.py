from odoo import _, api, models
from odoo.exceptions import UserError, ValidationError

# What may change about an observer of a frozen contract: not who it is, and not the role.
OPEN_ABOUT_OBSERVERS = {"capacity", "party", "sequence"}


class CustomerContractParticipant(models.Model):
    """Observers: colleagues at the counterparty's company, who only read.

    They are no part of what is signed, so that they come and go at any time.
    """

    _inherit = "customer.contract.participant"

    @api.constrains("partner_id", "role", "contract_id")
    def _check_observer_company(self):
        for participant in self:
            if (
                participant.role == "observer"
                and not participant.is_retired
                and not participant._is_of_counterparty()
            ):
                raise ValidationError(
                    participant.contract_id._explain_outsider(participant.partner_id)
                )

    def _log_added(self):
        contract = self.contract_id
        if self.role == "observer" and (contract.portal_published or not contract._can_be_edited()):
            contract._log_event("observer_added", participant=self)
        else:
            super()._log_added()

    def write(self, vals):
        if not self._is_system_write():
            if "contract_id" in vals and any(
                participant.contract_id.id != vals["contract_id"] for participant in self
            ):
                raise UserError(_("A participant cannot be moved to another contract."))
            if "partner_id" in vals:
                self._revoke_links_of_others(vals["partner_id"])
        return super().write(vals)

    def unlink(self):
        # Their mails and links name them: a link tells that it no longer works.
        linked = self.filtered(
            lambda participant: participant.role == "observer" and participant._has_links()
        )
        if linked:
            linked._check_can_be_removed()
            linked._log_removed()
            linked._end_observation()
        return super(CustomerContractParticipant, self - linked).unlink()

    # === GUARDS === #

    def _check_is_open(self, values=None):
        # Observers are not part of the content. Whoever is one, or becomes one, by the
        # same call is: otherwise signers could be turned into observers and removed.
        if values is None or set(values) <= OPEN_ABOUT_OBSERVERS:
            acting = self.filtered(lambda participant: participant.role != "observer")
            return super(CustomerContractParticipant, acting)._check_is_open(values)
        return super()._check_is_open(values)

    def _revoke_links_of_others(self, partner_id):
        """End the links of people who are replaced, since a link is for one person.

        :param int partner_id: who takes the place
        """
        for participant in self:
            if participant.partner_id.id != partner_id and participant._has_links():
                participant.contract_id._revoke_links(participant)

    # === BUSINESS METHODS === #

    def _has_links(self):
        """Tell whether a personal link was ever sent to the person."""
        self.ensure_one()
        # Nobody has rights on links.
        Link_sudo = self.env["customer.contract.link"].sudo()
        return bool(
            self._origin
            and Link_sudo.search_count([("participant_id", "=", self._origin.id)], limit=1)
        )

    def _is_of_counterparty(self):
        """Tell whether the person belongs to the company that the contract is with."""
        self.ensure_one()
        return self.contract_id._is_counterparty_person(self.partner_id)

    def _is_let_in(self):
        # What observers see follows what is shared and where they work, whatever links
        # they hold.
        return super()._is_let_in() and (
            self.role != "observer"
            or (self.contract_id.portal_published and self._is_of_counterparty())
        )

    def _may_read_early(self):
        contract = self.contract_id
        return super()._may_read_early() or (
            self._is_let_in()
            and contract.portal_published
            and (self.role == "observer" or self.partner_id == contract.requester_id)
            and self._is_of_counterparty()
        )

    def _end_observation(self):
        """Take observers out of the contract, and end their links."""
        for participant in self:
            participant.contract_id._revoke_links(participant)
        self._retire()
