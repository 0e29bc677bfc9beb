from datetime import timedelta
from unittest.mock import patch

from odoo import fields

from ..common import ContractCommon


class MilestoneCommon(ContractCommon):
    """A contract with milestones."""

    @classmethod
    def _get_day(cls, days):
        """Return the day that is some days from today."""
        return fields.Date.today() + timedelta(days=days)

    @classmethod
    def _create_milestone(cls, contract, **values):
        """Create a milestone as the contract's manager does."""
        return (
            cls.env["customer.contract.milestone"]
            .with_user(cls.manager)
            .create(
                {
                    "contract_id": contract.id,
                    "name": "Ovens installed",
                    "date": cls._get_day(30),
                    "deliverable": "Three ovens\nand a manual",
                    **values,
                }
            )
        )

    def _run(self):
        """Run the scheduled action, in the test's transaction."""
        with patch.object(self.registry["ir.cron"], "_commit_progress", return_value=100):
            self.env["customer.contract.milestone"]._cron_follow_milestones()

    def _get_details(self, contract, event_type):
        """Return what the trail keeps of the events of one kind."""
        contract.invalidate_recordset()
        return [
            event._get_payload()["details"]
            for event in contract.sudo().event_ids.sorted("sequence")
            if event.event_type == event_type
        ]
