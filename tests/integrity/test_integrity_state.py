import base64
import io
import json
import zipfile
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import IntegrityCommon

EVIDENCE = "odoo.addons.customer_contract.models.evidence.customer_contract"


@tagged("post_install", "-at_install")
class TestIntegrityState(IntegrityCommon):
    """The three answers of a check: ok, pending, damaged; and that it never fails itself."""

    def _check(self, contract):
        """Return the answer, which has the same shape whatever it says."""
        result = contract.with_user(self.manager).verify_integrity()
        self.assertEqual(set(result), {"ok", "state", "checks"})
        self.assertEqual(result["ok"], result["state"] == "ok")
        for check in result["checks"]:
            self.assertEqual(set(check), {"name", "state", "ok", "detail"})
            self.assertEqual(check["ok"], check["state"] == "ok")
            self.assertEqual(bool(check["detail"]), not check["ok"])
        return result

    def _get_states(self, result):
        """Return the state of each check by its name."""
        return {check["name"]: check["state"] for check in result["checks"]}

    def test_pending_until_the_file_is_made(self):
        contract = self._create_sent_contract()
        self.assertEqual(self._check(contract)["state"], "ok")
        self._sign_as_customer(contract)
        result = self._check(contract)
        self.assertEqual(result["state"], "pending", result)
        self.assertEqual(self._get_states(result)["signed contract"], "pending")
        self._finalize(contract)
        self.assertEqual(self._check(contract)["state"], "ok")

    def test_damaged_goes_before_pending(self):
        contract = self._create_sent_contract()
        self._sign_as_customer(contract)
        self._without_triggers(
            "UPDATE customer_contract_version SET content = content || ' ' WHERE contract_id = %s",
            contract.id,
        )
        result = self._check(contract)
        self.assertEqual(result["state"], "damaged")
        self.assertEqual(self._get_states(result)["signed contract"], "pending")

    def test_file_that_was_there_is_not_pending(self):
        contract = self._create_signed_contract()
        self._without_triggers(
            "UPDATE customer_contract SET signed_document_id = NULL WHERE id = %s", contract.id
        )
        self.assertEqual(self._get_states(self._check(contract))["signed contract"], "damaged")

    def test_seal_that_waits_is_told(self):
        contract = self._create_sent_contract()
        self._sign_as_customer(contract)
        contract.sudo()._write_protected({"seal_state": "pending"})
        (check,) = (one for one in self._check(contract)["checks"] if not one["ok"])
        self.assertEqual(check["state"], "pending")
        self.assertEqual(check["detail"], "its seal is still to be made")

    def test_missing_rows_are_failed_checks(self):
        for table, name in (
            ("customer_contract_version", "versions"),
            ("customer_contract_event", "trail"),
        ):
            with self.subTest(table=table), self.env.cr.savepoint() as savepoint:
                contract = self._create_signed_contract()
                self._drop_references(table)
                self._without_triggers(f"DELETE FROM {table} WHERE contract_id = %s", contract.id)
                with mute_logger(EVIDENCE):
                    result = self._check(contract)
                self.assertEqual(result["state"], "damaged")
                self.assertEqual(self._get_states(result)[name], "damaged")
                savepoint.rollback()

    def _drop_references(self, table):
        """Take away what keeps rows from being deleted while others name them."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint"
            " WHERE contype = 'f' AND confrelid = %s::regclass",
            [table],
        )
        for referrer, name in self.env.cr.fetchall():
            self.env.cr.execute(f'ALTER TABLE {referrer} DROP CONSTRAINT "{name}"')

    def test_missing_contract(self):
        contract = self._create_contract()
        contract.sudo().unlink()
        self.assertEqual(self._get_states(self._check(contract)), {"contract": "damaged"})
        with self.assertRaises(AccessError):
            self._create_contract().with_user(self.portal_user).verify_integrity()

    def test_content_that_is_no_json(self):
        contract = self._create_signed_contract()
        self._without_triggers(
            "UPDATE customer_contract_version SET content = '{' WHERE contract_id = %s",
            contract.id,
        )
        with mute_logger(EVIDENCE):
            self.assertEqual(self._get_states(self._check(contract))["version 1"], "damaged")

    def test_check_that_fails_is_damaged_and_the_others_go_on(self):
        contract = self._create_signed_contract()

        def fail(*args, **kwargs):
            raise OSError("disk")

        Contract = self.registry["customer.contract"]
        with patch.object(Contract, "_find_version_problem", fail), mute_logger(EVIDENCE):
            states = self._get_states(self._check(contract))
        self.assertEqual(states.pop("version 1"), "damaged")
        self.assertEqual(set(states.values()), {"ok"})

    def test_nightly_check_keeps_pending_apart(self):
        contract = self._create_sent_contract()
        self._sign_as_customer(contract)
        length = contract.sudo().trail_length
        contract.sudo()._check_and_store_integrity()
        contract = contract.sudo()
        self.assertEqual(contract.integrity_state, "pending")
        self.assertFalse(contract.integrity_problems)
        self.assertEqual(contract.trail_length, length)
        self.assertFalse(
            contract.activity_search(["customer_contract.mail_activity_type_integrity"])
        )
        verification = contract._prepare_verification()
        self.assertFalse(verification["is_damaged"])
        self.assertFalse(verification["checked_on"])

    def test_dialog_tells_pending(self):
        contract = self._create_sent_contract()
        self._sign_as_customer(contract)
        action = contract.with_user(self.manager).action_verify_integrity()
        report = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((report.pending_count, report.damage_count), (1, 0))
        line = report.line_ids.filtered(lambda line: line.result == "pending")
        self.assertEqual(line.detail, "it has not been made yet")

    def test_bundle_of_a_pending_contract_says_so(self):
        contract = self._create_sent_contract()
        self._sign_as_customer(contract)
        content = base64.b64decode(contract.with_user(self.manager).get_evidence_bundle())
        with zipfile.ZipFile(io.BytesIO(content)) as bundle:
            self.assertNotIn("signed.pdf", bundle.namelist())
            chain = json.loads(bundle.read("chain.json"))
        self.assertEqual(chain["length"], contract.sudo().trail_length - 1)
