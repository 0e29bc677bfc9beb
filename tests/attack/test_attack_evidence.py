from odoo.tests import tagged

from ..integrity.common import BundleCommon, IntegrityCommon
from .common import DETECTED, REFUSED, attack, attempt, tell_detected

SUBJECT = "Evidence"


@tagged("post_install", "-at_install")
class TestAttackEvidence(BundleCommon, IntegrityCommon):
    """What is tried against the stored evidence of a signed contract."""

    def setUp(self):
        super().setUp()
        self.contract = self._create_signed_contract()

    def _run_sql(self, statement, *values):
        """Try a statement as the database's owner, who leaves the triggers as they are."""
        with self.env.cr.savepoint():
            self.env.cr.execute(statement, values)

    @attack(SUBJECT, "The amount of a signed contract is written by an elevated program", REFUSED)
    def test_amount_by_program(self):
        return attempt(lambda: self.contract.sudo().write({"amount_total": 1}))

    @attack(SUBJECT, "An event is deleted by SQL, the triggers in place", REFUSED)
    def test_event_deleted_by_sql(self):
        statement = "DELETE FROM customer_contract_event WHERE contract_id = %s"
        return attempt(lambda: self._run_sql(statement, self.contract.id))

    @attack(SUBJECT, "A bundle's last event is cut off and the manifest is made anew", DETECTED)
    def test_bundle_cut(self):
        files = self._export(self.contract)
        self._write_events(files, self._read_events(files)[:-1])
        status, _output = self._verify(self._forge_manifest(files))
        return tell_detected(status == 1)
