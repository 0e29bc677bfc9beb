from datetime import timedelta
from unittest.mock import patch

import psycopg2
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import IntegrityCommon

INTEGRITY = "odoo.addons.customer_contract.models.integrity.customer_contract"
EVIDENCE = "odoo.addons.customer_contract.models.evidence.customer_contract"


@tagged("post_install", "-at_install")
class TestDailyRecord(IntegrityCommon):
    def setUp(self):
        super().setUp()
        self.contract = self._create_sent_contract()
        self.record = self.Record._take(self.company)

    def test_what_is_recorded(self):
        contract = self.contract.sudo()
        self.assertEqual(contract.anchor_ids.trail_length, contract.trail_length)
        self.assertEqual(contract.anchor_ids.head, contract.trail_head)
        self.assertEqual(self.record.anchor_count, len(self.record.anchor_ids))
        self.assertFalse(self.Record._take(self.company), "no trail grew since")
        self.assertEqual(contract.trail_length, contract.anchor_ids.trail_length)
        draft = self._create_contract()
        self.assertFalse(self.Record._take(self.company), "drafts may still be deleted")
        draft.unlink()
        contract._log_event("viewed")
        following = self.Record._take(self.company)
        self.assertEqual(following.number, self.record.number + 1)
        self.assertEqual(following.previous_digest, self.record.digest)
        self.assertEqual(following.anchor_ids.contract_id, contract)
        self.assertTrue(contract.verify_integrity()["ok"])
        self.assertIn(
            "daily records", [check["name"] for check in contract.verify_integrity()["checks"]]
        )

    def test_every_anchor_leads_to_the_root(self):
        contracts = self.contract
        for _number in range(6):
            contracts |= self._create_sent_contract()
            contracts.sudo()[0]._log_event("viewed")
            record = self.Record._take(self.company)
            for anchor in record.anchor_ids:
                self.assertEqual(anchor._get_proven_root(), record.root)
        for count in range(1, 12):
            leaves = [self.Record._digest(str(number)) for number in range(count)]
            _root, proofs = self.Record._build_tree(leaves)
            self.assertEqual(len(proofs), count)
            self.assertLessEqual(max(map(len, proofs)), 4)

    def test_companies_apart(self):
        company = self.env["res.company"].create({"name": "Other Company"})
        self.assertFalse(self.Record._take(company))

    def test_mailed_to_administrators(self):
        administrator = new_test_user(
            self.env,
            "contract_administrator",
            email="admin@company.example.com",
            groups="customer_contract.group_contract_manager",
        )
        self.contract.sudo()._log_event("viewed")
        record = self.Record._take(self.company)
        mail = self.env["mail.mail"].search(
            [("model", "=", record._name), ("res_id", "=", record.id)]
        )
        self.assertIn(administrator.partner_id, mail.recipient_ids)
        self.assertNotIn(self.manager.partner_id, mail.recipient_ids)
        self.assertIn(record._get_readable_digest(), mail.body_html)

    def test_nobody_changes_records(self):
        for row in (self.record, self.record.anchor_ids[0]):
            for records in (row, row.sudo(), row.with_user(self.env.ref("base.user_admin"))):
                with self.assertRaises(AccessError):
                    records.write({"contract_id" if "contract_id" in row else "number": 1})
                with self.assertRaises(AccessError):
                    records.unlink()
                with self.assertRaises(AccessError):
                    records.copy()
        with mute_logger("odoo.sql_db"):
            for table in ("customer_contract_anchor", "customer_contract_daily_record"):
                for statement in (
                    f"UPDATE {table} SET id = id",
                    f"DELETE FROM {table}",
                    f"TRUNCATE {table} CASCADE",
                ):
                    with (
                        self.subTest(statement),
                        self.assertRaisesRegex(psycopg2.Error, "cannot be changed"),
                        self.env.cr.savepoint(),
                    ):
                        self.env.cr.execute(statement)

    # === ATTACKS === #

    def test_rebuilt_chain(self):
        self._rebuild_chain(self.contract)
        failed = self._get_failed(self.contract)
        self.assertNotIn("trail", failed, "the chain is right in itself")
        self.assertIn("daily records", failed)

    def test_cut_tail(self):
        contract = self.contract.sudo()
        length = contract.trail_length
        # within the day, nothing outside of the chain holds its end
        self._rebuild_chain(self.contract, length - 1)
        self.assertIn("fewer now", self._get_failed(self.contract)["daily records"])
        # and the attack shows still after the trail has grown again
        contract._log_event("viewed")
        contract._log_event("viewed")
        self.assertIn("daily records", self._get_failed(self.contract))
        self.Record._take(self.company)
        self.assertIn("daily records", self._get_failed(self.contract))

    def test_changed_anchor(self):
        self._rebuild_chain(self.contract)
        head = self.contract.sudo().trail_head
        self._without_triggers(
            "UPDATE customer_contract_anchor SET head = %s WHERE contract_id = %s",
            head,
            self.contract.id,
        )
        self.assertIn("does not belong", self._get_failed(self.contract)["daily records"])
        # with a proof that leads to a new root, the record's digest is another one
        leaf = self.env["customer.contract.anchor"]._get_leaf(
            self.contract.id, self.contract.sudo().trail_length, head
        )
        self._without_triggers(
            "UPDATE customer_contract_anchor SET proof = '[]' WHERE contract_id = %s",
            self.contract.id,
        )
        self._without_triggers(
            "UPDATE customer_contract_daily_record SET root = %s WHERE id = %s",
            leaf,
            self.record.id,
        )
        self.assertIn("was changed", self._get_failed(self.contract)["daily records"])
        self.assertIn("was changed", self.Record._find_problem())

    def test_removed_anchors_and_records(self):
        self.contract.sudo()._log_event("viewed")
        self.Record._take(self.company)
        self.assertFalse(self.Record._find_problem())
        number = self.record.number
        self._without_triggers(
            "DELETE FROM customer_contract_anchor WHERE record_id = %s", self.record.id
        )
        self.assertIn(f"anchors of record {number} are missing", self.Record._find_problem())
        self._without_triggers(
            "DELETE FROM customer_contract_daily_record WHERE id = %s", self.record.id
        )
        self.assertIn("is missing", self.Record._find_problem())

    def test_problem_is_told_once(self):
        self._without_triggers(
            "UPDATE customer_contract_daily_record SET anchor_count = 0 WHERE id = %s",
            self.record.id,
        )
        self.patch(self.env.cr, "commit", lambda: None)
        activities = self.env["mail.activity"].search_count([])
        self.Record._cron_record()
        told = self.env["mail.activity"].search_count([])
        self.assertGreater(told, activities)
        self.Record._cron_record()
        self.assertEqual(self.env["mail.activity"].search_count([]), told)


@tagged("post_install", "-at_install")
class TestSelfTest(IntegrityCommon):
    def setUp(self):
        super().setUp()
        self.administrator = new_test_user(
            self.env,
            "contract_administrator",
            email="admin@company.example.com",
            groups="customer_contract.group_contract_manager",
        )
        self.contract = self._create_sent_contract()

    def _run_cron(self):
        """Run the nightly check on the test's contracts in the test's transaction."""
        self.patch(self.env.cr, "commit", lambda: None)
        self.env["customer.contract"]._cron_verify_integrity()
        self.env.invalidate_all()

    def _damage(self, contract=None):
        version = (contract or self.contract).sudo().current_version_id
        self._without_triggers(
            "UPDATE customer_contract_version SET content = content || ' ' WHERE id = %s",
            version.id,
        )

    def _repair(self):
        self._without_triggers(
            "UPDATE customer_contract_version SET content = rtrim(content) WHERE id = %s",
            self.contract.sudo().current_version_id.id,
        )

    def _get_checked_events(self):
        return self.contract.sudo().event_ids.filtered(
            lambda event: event.event_type == "integrity_checked"
        )

    def _get_activities(self, contract=None):
        activity_type = self.env.ref("customer_contract.mail_activity_type_integrity")
        return (
            (contract or self.contract)
            .sudo()
            .activity_ids.filtered(lambda activity: activity.activity_type_id == activity_type)
        )

    def test_on_demand(self):
        before = self.contract.sudo().write_date
        action = self.contract.with_user(self.manager).action_verify_integrity()
        report = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(report.contract_count, 1)
        self.assertFalse(report.damage_count)
        self.assertIn("Audit trail: complete, in order, unchanged", report.line_ids.mapped("name"))
        self.assertEqual(self.contract.integrity_state, "intact")
        self.assertTrue(self.contract.last_integrity_check)
        self.assertEqual(self.contract.sudo().write_date, before, "checking changes nothing")
        [event] = self._get_checked_events()
        self.assertEqual(event.actor, "Mona Manager")
        self._damage()
        action = self.contract.with_user(self.manager).action_verify_integrity()
        report = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(report.damage_count, 1)
        [line] = report.line_ids.filtered(lambda line: line.result == "damaged")
        self.assertEqual(line.detail, "the content was changed")

    def test_fields_are_closed(self):
        for values in (
            {"integrity_state": "intact"},
            {"last_integrity_check": fields.Datetime.now()},
            {"integrity_problems": "none"},
            {"anchor_ids": []},
        ):
            for contract in (self.contract, self.contract.sudo()):
                with self.assertRaises(AccessError):
                    contract.write(values)
        contract = (
            self.env["customer.contract"]
            .with_user(self.manager)
            .with_context(default_integrity_state="intact")
            .create({"title": "x", "partner_id": self.customer_company.id})
        )
        self.assertFalse(contract.integrity_state)

    def test_nightly_leaves_the_trail_alone(self):
        length = self.contract.sudo().trail_length
        self._run_cron()
        self.assertEqual(self.contract.sudo().integrity_state, "intact")
        self.assertEqual(self.contract.sudo().trail_length, length)
        checked_on = self.contract.sudo().last_integrity_check
        self._run_cron()
        self.assertEqual(self.contract.sudo().last_integrity_check, checked_on, "not due yet")
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self._run_cron()
            self.assertGreater(self.contract.sudo().last_integrity_check, checked_on)
        self.assertEqual(self.contract.sudo().trail_length, length)

    def test_damage_is_told_once_and_repaired(self):
        self._damage()
        self._run_cron()
        contract = self.contract.sudo()
        self.assertEqual(contract.integrity_state, "damaged")
        self.assertIn("version 1: the content was changed", contract.integrity_problems)
        people = self._get_activities().user_id
        self.assertIn(self.manager, people)
        self.assertIn(self.administrator, people)
        self.assertEqual(len(self._get_checked_events()), 1)
        count = len(self._get_activities())
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self._run_cron()
        self.assertEqual(len(self._get_activities()), count)
        self.assertEqual(len(self._get_checked_events()), 1)
        self._repair()
        with freeze_time(fields.Datetime.now() + timedelta(days=2)):
            self._run_cron()
        self.assertEqual(contract.integrity_state, "intact")
        self.assertFalse(contract.integrity_problems)
        self.assertFalse(self._get_activities())

    def test_unreadable_evidence_does_not_stop_the_others(self):
        other = self._create_sent_contract()
        attachment = self.contract.sudo().current_version_id.pdf_attachment_id
        read = self.registry["ir.attachment"]._file_read

        def broken(records, name, *args, **kwargs):
            if name == attachment.store_fname:
                raise OSError("disk")
            return read(records, name, *args, **kwargs)

        with (
            patch.object(self.registry["ir.attachment"], "_file_read", broken),
            mute_logger(INTEGRITY, EVIDENCE),
        ):
            self._run_cron()
        self.assertEqual(self.contract.sudo().integrity_state, "damaged")
        self.assertEqual(other.sudo().integrity_state, "intact")

    def test_failing_database_is_no_damage(self):
        other = self._create_sent_contract()
        contract_id = self.contract.id
        check = self.registry["customer.contract"]._run_integrity_checks

        def conflict(contract):
            if contract.id == contract_id:
                raise psycopg2.errors.SerializationFailure("concurrent update")
            return check(contract)

        with patch.object(self.registry["customer.contract"], "_run_integrity_checks", conflict):
            self._run_cron()
        self.assertFalse(self.contract.sudo().integrity_state)
        self.assertIn(contract_id, self.env["customer.contract"]._find_due_for_integrity_check())
        self.assertEqual(other.sudo().integrity_state, "intact")

    def test_goes_on_where_it_stopped(self):
        others = self.contract
        for _number in range(3):
            others |= self._create_sent_contract()
        contracts = self.env["customer.contract"]
        due = contracts._find_due_for_integrity_check()
        with (
            patch(f"{INTEGRITY}.BATCH", 1),
            patch.object(
                self.registry["ir.cron"],
                "_commit_progress",
                lambda cron, processed=0, *, remaining=None, deactivate=False: (
                    0 if processed else 60
                ),
            ),
        ):
            contracts._cron_verify_integrity()
        left = contracts._find_due_for_integrity_check()
        self.assertEqual(left, due[1:])
        self._run_cron()
        self.assertFalse(contracts._find_due_for_integrity_check())
        self.assertEqual(set(others.sudo().mapped("integrity_state")), {"intact"})

    def test_many_are_queued_first(self):
        contracts = self.contract
        for _number in range(2):
            contracts |= self._create_sent_contract()
        with patch(f"{INTEGRITY}.MOST_CHECKED_AT_ONCE", 2):
            action = contracts.with_user(self.manager).action_verify_integrity()
        self.assertEqual(action["domain"], [("id", "in", contracts.ids)])
        self.assertEqual(set(contracts.sudo().mapped("integrity_state")), {"queued"})
        due = self.env["customer.contract"]._find_due_for_integrity_check()
        self.assertEqual(due[:3], sorted(contracts.ids))
        self._run_cron()
        self.assertEqual(set(contracts.sudo().mapped("integrity_state")), {"intact"})
        self.assertEqual(len(self._get_checked_events()), 1, "somebody asked for it")

    def test_lost_disk_does_not_flood(self):
        contracts = self.contract
        for _number in range(3):
            contracts |= self._create_sent_contract()
        for contract in contracts:
            self._damage(contract)
        with patch(f"{INTEGRITY}.MOST_ACTIVITIES", 2):
            self._run_cron()
        self.assertEqual(set(contracts.sudo().mapped("integrity_state")), {"damaged"})
        activities = self._get_activities(contracts)
        own = activities.filtered(lambda activity: activity.user_id == self.manager)
        self.assertEqual(len(own), 2)

    def test_annex_changed_in_filestore(self):
        contract = self._create_contract(
            document_ids=[(0, 0, {"name": "Annex", "raw": b"annexed", "purpose": "sign"})]
        )
        self._sign_as_manager(contract)
        self.assertFalse(self._get_failed(contract))
        attachment = contract.document_ids.ir_attachment_id
        read = self.registry["ir.attachment"]._file_read

        def changed(records, name, *args, **kwargs):
            content = read(records, name, *args, **kwargs)
            return b"Annexed" if name == attachment.store_fname else content

        with patch.object(self.registry["ir.attachment"], "_file_read", changed):
            self.assertIn("annex Annex", self._get_failed(contract))
