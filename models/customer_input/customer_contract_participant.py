from odoo import fields, models


class CustomerContractParticipant(models.Model):
    """Participants who fill in custom fields before they sign."""

    _inherit = "customer.contract.participant"

    confirmed_version_id = fields.Many2one(
        "customer.contract.version",
        "Details Confirmed In",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The version in which the person has confirmed the details.",
    )

    def _get_protected_fields(self):
        return super()._get_protected_fields() | {"confirmed_version_id"}

    def _fills_in_values(self):
        """Tell whether the person is one of those who fill in custom fields."""
        self.ensure_one()
        return (
            self.role == "signer"
            and self.party == "counterparty"
            and bool(self.sudo().contract_id.type_id._get_editable_fields())
        )

    def _has_values_to_confirm(self):
        """Tell whether the person has still to confirm the details of the current version."""
        self.ensure_one()
        return (
            self._fills_in_values()
            and self.confirmed_version_id != self.contract_id.current_version_id
        )

    def _can_fill_in_values(self):
        """Tell whether the person may change and confirm details now."""
        self.ensure_one()
        contract = self.contract_id
        return (
            self._fills_in_values()
            and contract.state == "sent"
            and bool(contract.current_version_id)
            and self._is_in_turn()
            and not contract._is_overdue()
        )

    def _get_value_draft(self):
        """Return what the person has typed so far, if anything.

        :rtype: recordset of `customer.contract.value.draft`, elevated
        """
        self.ensure_one()
        # Nobody has rights on drafts: they are the person's own.
        Draft_sudo = self.env["customer.contract.value.draft"].sudo()
        return Draft_sudo.search([("participant_id", "=", self.id)])

    def _finish(self, state="done"):
        super()._finish(state)
        for participant in self:
            participant._get_value_draft().unlink()
