from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..milestone.common import MilestoneCommon

MODELS = "odoo.addons.customer_contract.models"


@tagged("post_install", "-at_install")
class TestJobs(MilestoneCommon):
    """One record that cannot be served keeps no scheduled action from the others."""

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.object(self.registry["ir.cron"], "_commit_progress", return_value=100)
        )

    def _fail_for(self, model, method, broken):
        """Have a step fail for one record."""
        step = getattr(self.registry[model], method)

        def fail(record, *arguments):
            if record == broken:
                raise OSError("out of order")
            return step(record, *arguments)

        self.startPatcher(patch.object(self.registry[model], method, fail))

    def test_expiry(self):
        broken, right = (
            self._create_sent_contract(sign_deadline=self._get_day(1)) for _number in range(2)
        )
        (broken | right).sign_deadline_at = "2020-01-01 00:00:00"
        self._fail_for("customer.contract", "_expire", broken)
        with mute_logger(f"{MODELS}.contract.customer_contract_lifecycle"):
            self.env["customer.contract"]._cron_expire()
        self.assertEqual((broken.state, right.state), ("sent", "expired"))

    def test_milestones(self):
        contract = self._create_sent_contract()
        broken, right = (
            self._create_milestone(contract, name=name, date=self._get_day(1))
            for name in ("First", "Second")
        )
        self._fail_for("customer.contract.milestone", "_remind", broken)
        with mute_logger(f"{MODELS}.milestone.customer_contract_milestone"):
            self._run()
        self.assertFalse(broken.reminded_on)
        self.assertTrue(right.reminded_on)
