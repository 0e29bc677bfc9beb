from datetime import timedelta

from odoo import fields, models

from ...const import ASKED_STATES


class CustomerContractParticipant(models.Model):
    """What a person who signs by hand has sent, and is waited for."""

    _inherit = "customer.contract.participant"

    paper_ids = fields.One2many("customer.contract.paper", "participant_id", "Papers")
    paper_since = fields.Datetime(
        readonly=True, copy=False, help="When the person last did something to sign by hand."
    )

    def _get_protected_fields(self):
        return super()._get_protected_fields() | {"paper_ids", "paper_since"}

    def write(self, vals):
        result = super().write(vals)
        # Whoever disputes may come back to what was collected; others may not.
        if vals.get("state") and vals["state"] not in (*ASKED_STATES, "disputed"):
            # Papers follow their signer, whoever moves that one on.
            self.sudo().paper_ids._void()
            self.contract_id._finish_paper_activities()
        return result

    def _get_paper(self):
        """Return the last paper of the person under the current version, if any.

        :rtype: recordset of `customer.contract.paper`
        """
        self.ensure_one()
        version = self.contract_id.current_version_id
        return self.paper_ids.filtered(
            lambda paper: paper.version_id == version and paper.state != "void"
        ).sorted("id")[-1:]

    def _touch_paper(self):
        """Record that the person is about to sign by hand."""
        self._write_protected({"paper_since": fields.Datetime.now()})

    def _choose_channel(self, channel, identified_by):
        is_new = self.channel != channel
        super()._choose_channel(channel, identified_by)
        if channel == "paper":
            if is_new:
                self.contract_id._tell_manager(
                    lambda env: env._(
                        "%(person)s wants to sign on paper.", person=self.partner_id.name
                    ),
                    activity_type="customer_contract.mail_activity_type_paper_wish",
                )
            self._touch_paper()
            return
        submitted = self.paper_ids.filtered(lambda paper: paper.state == "submitted")
        self.paper_ids._void()
        self.contract_id._finish_paper_activities()
        if submitted:
            self.contract_id._tell_manager(
                lambda env: env._(
                    "%(person)s wants to sign electronically after all: the scan need not be "
                    "checked any more.",
                    person=self.partner_id.name,
                )
            )

    def _is_reminder_paused(self):
        return super()._is_reminder_paused() or self._has_paper_under_way()

    def _has_paper_under_way(self):
        """Tell whether the person has sent a paper, or is likely to be about to."""
        self.ensure_one()
        paper = self._get_paper()
        if paper.state == "submitted":
            return True
        if paper.state == "returned" or not self.paper_since or not self._is_in_turn():
            return False
        days = self.contract_id.company_id.contract_paper_days
        return self.paper_since > fields.Datetime.now() - timedelta(days=days)
