import json

from odoo import fields, models

from ...utils import Actor


class CustomerContractValueProposal(models.Model):
    """Changed details that count only once the contract's manager accepts them."""

    _name = "customer.contract.value.proposal"
    _inherit = ["customer.contract.component.mixin", "customer.contract.protection.mixin"]
    _description = "Change of Contract Details Waiting for Acceptance"
    _order = "id desc"
    _rec_name = "participant_id"

    contract_id = fields.Many2one(
        "customer.contract", required=True, index=True, ondelete="cascade"
    )
    participant_id = fields.Many2one(
        "customer.contract.participant",
        "Proposed By",
        required=True,
        index=True,
        ondelete="cascade",
    )
    version_id = fields.Many2one("customer.contract.version", required=True, ondelete="restrict")
    values = fields.Text(required=True, help="Values by the fields' names, as JSON.")
    proposed_on = fields.Datetime(required=True)
    identified_by = fields.Char(required=True)
    state = fields.Selection(
        [
            ("pending", "Waiting"),
            ("accepted", "Accepted"),
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        default="pending",
        readonly=True,
    )
    reason = fields.Text(readonly=True)
    _pending_unique = models.UniqueIndex(
        "(contract_id) WHERE state = 'pending'", "One change at a time waits for acceptance."
    )

    def _get_values(self):
        """Return the proposed values, by the fields' names.

        :rtype: dict
        """
        self.ensure_one()
        return json.loads(self.values)

    def _close(self, state, reason=False):
        """End the proposals.

        :param str state: how they ended
        :param str reason: why, if they were refused
        """
        self._write_protected({"state": state, "reason": reason})
        self.contract_id.activity_feedback(["customer_contract.mail_activity_type_values"])

    def write(self, vals):
        self._check_protected_fields(vals)
        return super().write(vals)

    def _get_protected_fields(self):
        return super()._get_protected_fields() | {
            "contract_id",
            "participant_id",
            "version_id",
            "values",
            "proposed_on",
            "identified_by",
            "state",
            "reason",
        }

    def _get_actor(self):
        """Return who made the proposal.

        :rtype: Actor
        """
        self.ensure_one()
        return Actor(self.participant_id, self.identified_by)
