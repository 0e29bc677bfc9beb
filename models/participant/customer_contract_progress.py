from odoo import api, fields, models


class CustomerContract(models.Model):
    """How many of the signatures are there: stored, as lists show it of every contract."""

    _inherit = "customer.contract"

    signer_count = fields.Integer(compute="_compute_signature_progress", store=True)
    signature_count = fields.Integer(compute="_compute_signature_progress", store=True)
    signature_progress = fields.Float(
        compute="_compute_signature_progress",
        store=True,
        help="Share of the signers who have signed, in %.",
    )

    @api.depends(
        "participant_ids.state",
        "participant_ids.role",
        "participant_ids.is_retired",
        "participant_ids.step_id.policy",
        "participant_ids.step_id.needed_count",
        "participant_ids.step_id.participant_ids.state",
    )
    def _compute_signature_progress(self):
        """Count the signatures that are needed, not the people who could give them."""
        for contract in self:
            # The portal shows the figures, not the participants' records.
            signers_sudo = contract.sudo()._get_expected_signers()
            needed = sum(not person.step_id for person in signers_sudo) + sum(
                step._get_needed_count() for step in signers_sudo.step_id
            )
            done = sum(person.state == "done" for person in signers_sudo)
            contract.signer_count = needed
            contract.signature_count = done
            contract.signature_progress = 100 * done / needed if needed else 0

    def _get_protected_fields(self):
        return super()._get_protected_fields() | {
            "signer_count",
            "signature_count",
            "signature_progress",
        }

    def _get_expected_signers(self):
        """Return the signers whose signature counts: none is expected of the others.

        :rtype: recordset of `customer.contract.participant`
        """
        self.ensure_one()
        return self.participant_ids.filtered(
            lambda person: person.role == "signer" and not person._is_replaced()
        )
