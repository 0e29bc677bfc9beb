import shutil
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...const import SCANNER_PARAMETER
from ..integrity.common import IntegrityCommon
from ..seal.common import SealCommon

HEALTH = "odoo.addons.customer_contract.models"
NAMES = {
    "scanner",
    "search",
    "print_engine",
    "disk",
    "mail_server",
    "mails",
    "seal",
    "timestamps",
    "damaged",
    "nightly_check",
    "daily_record",
    "second_factor",
}


@tagged("post_install", "-at_install")
class TestHealth(IntegrityCommon, SealCommon):
    """What administrators and monitors are told of the installation."""

    def setUp(self):
        super().setUp()
        self.Health = self.env["customer.contract.health"].with_user(self.manager)
        self.manager.group_ids += self.env.ref("customer_contract.group_contract_manager")

    def _look(self, name):
        self.env.flush_all()
        [check] = [one for one in self.Health.get_health()["checks"] if one["name"] == name]
        return check

    def test_all_of_it(self):
        health = self.Health.get_health()
        names = [check["name"] for check in health["checks"]]
        self.assertEqual(len(names), len(set(names)))
        jobs = self.env["ir.model.data"].search(
            [("module", "=", "customer_contract"), ("model", "=", "ir.cron")]
        )
        self.assertEqual(set(names), NAMES | set(jobs.mapped("name")))
        for check in health["checks"]:
            self.assertIn(check["state"], ("ok", "look", "broken"))
            self.assertTrue(check["detail"], check)
            self.assertEqual(bool(check["advice"]), check["state"] != "ok", check)
            if check["action"]:
                self.assertTrue(self.env.ref(check["action"]), check)
        worst = {check["state"] for check in health["checks"]}
        self.assertEqual(
            health["state"], next(one for one in ("broken", "look", "ok") if one in worst)
        )

    def test_only_administrators(self):
        agent = new_test_user(
            self.env, login="agent", groups="customer_contract.group_contract_user"
        )
        for user in (agent, self.portal_user, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                self.env["customer.contract.health"].with_user(user).get_health()

    def test_cost(self):
        self.Health.get_health()
        before = self.env.cr.sql_log_count
        self.Health.get_health()
        self.assertLess(self.env.cr.sql_log_count - before, 80)

    def test_jobs(self):
        job = self.env.ref("customer_contract.ir_cron_finalize")
        values = {"active": True, "failure_count": 0, "nextcall": fields.Datetime.now()}
        self.assertEqual(self._look("ir_cron_finalize")["state"], "ok")
        for change in (
            {"active": False},
            {"failure_count": 3},
            {"nextcall": "2020-01-01"},
        ):
            # past the ORM, which locks a job that may be running
            for name, value in {**values, **change}.items():
                self.env.cr.execute(
                    f"UPDATE ir_cron SET {name} = %s WHERE id = %s",  # pylint: disable=sql-injection
                    (value, job.id),
                )
            self.env.invalidate_all()
            with self.subTest(change):
                self.assertEqual(self._look("ir_cron_finalize")["state"], "broken")

    def test_damage(self):
        contract = self._create_signed_contract()
        self.assertEqual(self._look("damaged")["state"], "ok")
        self._without_triggers(
            "UPDATE customer_contract_version SET content = content || ' ' WHERE contract_id = %s",
            contract.id,
        )
        contract.sudo()._check_and_store_integrity()
        found = self._look("damaged")
        self.assertEqual(found["state"], "broken")
        self.assertIn(contract.name, found["detail"])

    def test_checks_that_stopped(self):
        contract = self._create_signed_contract()
        for values in (
            "last_integrity_check = now() - interval '9 days'",
            "last_integrity_check = NULL, create_date = now() - interval '9 days'",
        ):
            self.env.flush_all()
            self.env.cr.execute(
                f"UPDATE customer_contract SET {values} WHERE id = %s",  # pylint: disable=sql-injection
                (contract.id,),
            )
            self.env.invalidate_all()
            with self.subTest(values):
                self.assertEqual(self._look("nightly_check")["state"], "look")

    def test_seal(self):
        certificate = self._create_certificate()
        self.assertEqual(self._look("seal")["state"], "ok")
        with self._without_passphrase():
            self.assertEqual(self._look("seal")["state"], "broken")
        for days, state in ((30, "look"), (-1, "broken")):
            self._without_triggers(
                "UPDATE customer_contract_certificate"
                " SET valid_to = now() at time zone 'utc' + %s * interval '1 day' WHERE id = %s",
                days,
                certificate.id,
            )
            self.assertEqual(self._look("seal")["state"], state)

    def test_surroundings(self):
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param(SCANNER_PARAMETER, "tcp:127.0.0.1:9")
        self.assertEqual(self._look("scanner")["state"], "broken")
        parameters.set_param(SCANNER_PARAMETER, False)
        self.assertEqual(self._look("scanner")["state"], "look")
        usage = shutil.disk_usage("/")
        for free, state in ((10**12, "ok"), (10**9, "look"), (10**6, "broken")):
            with patch(
                f"{HEALTH}.evidence.customer_contract_health.shutil.disk_usage",
                return_value=usage._replace(free=free),
            ):
                self.assertEqual(self._look("disk")["state"], state)
        Report = self.registry["ir.actions.report"]
        for engine, state in (("weasyprint", "ok"), ("wkhtmltopdf", "look"), (None, "broken")):
            with patch.object(Report, "_get_contract_engine", lambda *_args, e=engine: e):
                self.assertEqual(self._look("print_engine")["state"], state)
        self.env.company.contract_second_factor = False
        self.assertEqual(self._look("second_factor")["state"], "look")

    def test_what_cannot_be_looked_at(self):
        def fail(records):
            raise OSError("no disk")

        Model = self.registry["customer.contract.health"]
        with (
            patch.object(Model, "_find_disk_health", fail),
            mute_logger(f"{HEALTH}.protection.customer_contract_health"),
        ):
            found = self._look("disk")
        self.assertEqual(found["state"], "broken")
        self.assertTrue(found["advice"])

    def test_page(self):
        Line = self.env["customer.contract.health.line"].with_user(self.manager)
        action = Line.action_look()
        lines = Line.search(action["domain"])
        self.assertGreater(len(lines), len(NAMES))
        opened = [line.action_open() for line in lines if line.action]
        self.assertTrue(opened)
        for one in opened:
            self.env[one["res_model"]].with_user(self.manager).check_access("read")
        with self.assertRaises(AccessError):
            self.env["customer.contract.health.line"].with_user(
                self.env.ref("base.public_user")
            ).action_look()
