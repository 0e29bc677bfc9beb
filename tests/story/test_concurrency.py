import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import config, mute_logger

from ...utils import Actor
from ..common import ContractCommon, make_pdf, make_signature_picture
from ..paper.common import make_photo

TABLES = (
    "customer_contract",
    "customer_contract_event",
    "customer_contract_signature",
    "customer_contract_version",
    "customer_contract_paper",
    "customer_contract_paper_file",
    "customer_contract_paper_page",
    "customer_contract_delivery_report",
    "ir_attachment",
)

SIGNING_PROCESS = """
import os, signal, sys
import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.sql_db import Cursor
from odoo.tools import config
config.parse_config([
    "-d", sys.argv[1], "--addons-path", sys.argv[2], "--db_host", sys.argv[3],
    "--db_port", sys.argv[4], "--db_user", sys.argv[5], "--db_password", sys.argv[6],
    "--data-dir", sys.argv[7], "--log-level", "critical",
])
with Registry(sys.argv[1]).cursor() as cr:
    from odoo.addons.customer_contract.utils import Actor
    env = api.Environment(cr, SUPERUSER_ID, {})
    contract = env["customer.contract"].browse(int(sys.argv[8]))
    participant = env["customer.contract.participant"].browse(int(sys.argv[9]))
    digest = contract.current_version_id.content_digest
    written = 0
    execute = Cursor.execute
    def execute_until_killed(cursor, query, *args, **kwargs):
        global written
        text = getattr(query, "code", query)
        if text.lstrip().startswith(("INSERT", "UPDATE")):
            written += 1
            if written > int(sys.argv[10]):
                os.kill(os.getpid(), signal.SIGKILL)
        return execute(cursor, query, *args, **kwargs)
    Cursor.execute = execute_until_killed
    contract._sign(
        Actor(participant, "link"), signature=sys.argv[11], signed_by="Carla", digest=digest,
    )
    env.flush_all()
    if sys.argv[10] == "999":
        os.kill(os.getpid(), signal.SIGKILL)
"""


@tagged("post_install", "-at_install")
class TestConcurrency(BaseCase):
    """Acts at the same time, and processes that die, on committed data."""

    def setUp(self):
        super().setUp()
        self.registry_real = Registry(get_db_name())
        self.signature = make_signature_picture()
        Contract = self.registry_real["customer.contract"]
        for name, replacement in (
            ("_render_contract_pdf", lambda contract, content, signatures=None: make_pdf()),
            ("_check_print", lambda contract, content, pdf: None),
        ):
            self.addCleanup(setattr, Contract, name, getattr(Contract, name))
            setattr(Contract, name, replacement)
        with self._environment() as env:
            partner = env["res.partner"].create({"name": "Carla", "email": "carla@x.example.com"})
            contract = env["customer.contract"].create(
                {
                    "title": "Committed",
                    "partner_id": partner.id,
                    "section_ids": [(0, 0, {"title": "Scope", "body": "<p>x</p>"})],
                }
            )
            contract.participant_ids.filtered(lambda p: p.party == "company").unlink()
            contract._send(notify=False)
            self.contract_id = contract.id
            self.participant_id = contract.participant_ids.id
            self.partner_id = partner.id
        self.addCleanup(self._forget_contract)

    @contextmanager
    def _environment(self):
        """Open a transaction of its own, committed at the end."""
        with self.registry_real.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def _forget_contract(self):
        """Delete what was committed; only the database's owner can."""
        with self._environment() as env:
            for table in TABLES:
                env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            env.cr.execute("DELETE FROM customer_contract WHERE id = %s", [self.contract_id])
            env.cr.execute(
                "DELETE FROM customer_contract_delivery_report WHERE contract_id = %s",
                [self.contract_id],
            )
            env.cr.execute(
                "DELETE FROM ir_attachment WHERE res_model = 'customer.contract' AND res_id = %s",
                [self.contract_id],
            )
            for table in TABLES:
                env.cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            env["mail.message"].search(
                [("model", "=", "customer.contract"), ("res_id", "=", self.contract_id)]
            ).unlink()
            env["res.partner"].browse(self.partner_id).unlink()

    def _sign(self, env):
        contract = env["customer.contract"].browse(self.contract_id)
        return contract._sign(
            Actor(env["customer.contract.participant"].browse(self.participant_id), "link"),
            signature=self.signature,
            signed_by="Carla",
            digest=contract.current_version_id.content_digest,
        )

    def _get_outcome(self):
        """Return what is left in the database of one or more attempts."""
        with self._environment() as env:
            contract = env["customer.contract"].browse(self.contract_id)
            events = contract.event_ids.mapped("event_type")
            self.assertTrue(
                all(
                    check["ok"]
                    for check in contract.verify_integrity()["checks"]
                    if check["name"] != "signed contract"
                )
            )
            return {
                "state": contract.state,
                "signatures": len(contract.signature_ids),
                "signed": events.count("signed"),
                "completed": events.count("completed"),
                "participant": contract.participant_ids.state,
            }

    NOTHING = {
        "state": "sent",
        "signatures": 0,
        "signed": 0,
        "completed": 0,
        "participant": "requested",
    }
    EVERYTHING = {
        "state": "signed",
        "signatures": 1,
        "signed": 1,
        "completed": 1,
        "participant": "done",
    }

    def _act_at_once(self, *acts):
        """Let several tabs act at the same time, each having seen the contract before.

        :param callable acts: what each of them does, given an environment
        :return: how many succeeded, and what the others were told
        :rtype: tuple[int, list[str]]
        """
        barrier = threading.Barrier(len(acts), timeout=30)
        messages, done = [], []

        def attempt(perform):
            try:
                with self._environment() as env:
                    first = True

                    def act():
                        nonlocal first
                        env["customer.contract"].browse(self.contract_id).state  # noqa: B018
                        if first:
                            first = False
                            barrier.wait()
                        perform(env)
                        time.sleep(0.2)

                    retrying(act, env)
                    done.append(True)
            except UserError as error:
                messages.append(str(error))

        threads = [threading.Thread(target=attempt, args=[perform]) for perform in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return len(done), messages

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_signatures_at_once_leave_one(self):
        done, messages = self._act_at_once(self._sign, self._sign)
        self.assertEqual(self._get_outcome(), self.EVERYTHING)
        self.assertEqual(done, 1)
        self.assertEqual(len(messages), 1)
        self.assertIn("already signed", messages[0])

    def _collect_paper(self, env):
        participant = env["customer.contract.participant"].browse(self.participant_id)
        return participant.contract_id._collect_paper(Actor(participant, "link"))

    def _submit_paper(self, env):
        participant = env["customer.contract.participant"].browse(self.participant_id)
        return participant.contract_id._submit_paper(
            Actor(participant, "link"),
            {"signed_by": "Carla", "capacity": "", "signed_date": "2026-01-15"},
            is_confirmed=True,
        )

    def _get_papers(self):
        """Return the states of the papers, and how often the trail tells of sending one."""
        with self._environment() as env:
            contract = env["customer.contract"].browse(self.contract_id)
            return (
                sorted(contract.paper_ids.mapped("state")),
                contract.event_ids.mapped("event_type").count("paper_submitted"),
            )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_tabs_collect_in_one_paper(self):
        photo = make_photo()
        add = lambda env: self._collect_paper(env)._add_file("photo.jpg", photo)  # noqa: E731
        done, messages = self._act_at_once(add, add)
        self.assertEqual((done, messages), (2, []))
        self.assertEqual(self._get_papers(), (["draft"], 0))
        with self._environment() as env:
            self.assertEqual(len(self._collect_paper(env).page_ids), 2, "no page is lost")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_tabs_send_one_paper(self):
        with self._environment() as env:
            self._collect_paper(env)._add_file("photo.jpg", make_photo())
        done, messages = self._act_at_once(self._submit_paper, self._submit_paper)
        self.assertEqual(self._get_papers(), (["submitted"], 1))
        self.assertEqual(self._get_outcome(), {**self.NOTHING, "participant": "viewed"})
        self.assertEqual(done, 1)
        self.assertIn("already sent", messages[0])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_paper_sent_and_electronic_signature_at_once(self):
        with self._environment() as env:
            self._collect_paper(env)._add_file("photo.jpg", make_photo())
        done, messages = self._act_at_once(self._submit_paper, self._sign)
        papers, outcome = self._get_papers(), self._get_outcome()
        if outcome["state"] == "signed":
            self.assertEqual(outcome, self.EVERYTHING)
            self.assertEqual(papers, (["void"], 0), "signed first")
        else:
            self.assertEqual(outcome, {**self.NOTHING, "participant": "viewed"})
            self.assertEqual(papers, (["submitted"], 1), "sent first")
        self.assertEqual((done, len(messages)), (1, 1))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_paper_accepted_and_returned_at_once(self):
        with self._environment() as env:
            self._collect_paper(env)._add_file("photo.jpg", make_photo())
            paper_id = self._submit_paper(env).id
        done, messages = self._act_at_once(
            lambda env: env["customer.contract.paper"].browse(paper_id).action_accept("Readable."),
            lambda env: env["customer.contract.paper"].browse(paper_id).action_return("Blurred."),
        )
        state = self._get_papers()[0][0]
        returned = {**self.NOTHING, "participant": "viewed"}
        expected = self.EVERYTHING if state == "accepted" else returned
        self.assertEqual(self._get_outcome(), expected)
        self.assertEqual(done, 1)
        self.assertIn("no longer to be checked", messages[0])

    def _report_delivery(self, env):
        participant = env["customer.contract.participant"].browse(self.participant_id)
        env["customer.contract.delivery.report"]._report(
            participant.contract_id, "mail_sent", participant, participant.partner_id, {}
        )

    def test_delivering_waits_for_no_act(self):
        """A mail server takes a mail while somebody signs: neither notices the other."""
        with self._environment() as acting:
            self._sign(acting)
            acting.flush_all()
            with self._environment() as delivering:
                delivering.cr.execute("SET LOCAL lock_timeout = '2s'")
                self._report_delivery(delivering)
        self.assertEqual(self._get_outcome(), self.EVERYTHING)
        with self._environment() as env:
            contract = env["customer.contract"].browse(self.contract_id)
            self.assertNotIn("mail_sent", contract.event_ids.mapped("event_type"))

    def test_job_leaves_contracts_that_are_acted_upon(self):
        with self._environment() as env:
            self._report_delivery(env)
        with self._environment() as acting:
            contract = acting["customer.contract"].browse(self.contract_id)
            contract._lock_for_act()
            with self._environment() as job:
                job["customer.contract"]._cron_join_deliveries()
            self.assertNotIn("mail_sent", contract.event_ids.mapped("event_type"))
            # Whoever acts sees no conflict afterwards.
            self._sign(acting)
        with self._environment() as job:
            job["customer.contract"]._cron_join_deliveries()
        with self._environment() as env:
            contract = env["customer.contract"].browse(self.contract_id)
            self.assertIn("mail_sent", contract.event_ids.mapped("event_type"))
        self.assertEqual(self._get_outcome(), self.EVERYTHING)

    @mute_logger("odoo.sql_db")
    def test_job_waits_a_moment_for_another_one(self):
        with self._environment() as acting:
            contract = acting["customer.contract"].browse(self.contract_id)
            contract._lock_for_act()
            contract._log_event("trail_exported")
            acting.flush_all()
            taken = []

            def take():
                with self._environment() as job:
                    waiting = job["customer.contract"].browse(self.contract_id)
                    waiting.fetch(["state"])
                    taken.append(bool(waiting._try_lock_for_job()))

            thread = threading.Thread(target=take)
            thread.start()
            time.sleep(1)
        thread.join(30)
        self.assertEqual(taken, [True])

    @mute_logger("odoo.sql_db")
    def test_connection_lost_before_commit_leaves_nothing(self):
        with self.assertRaises((psycopg2.OperationalError, psycopg2.InterfaceError)):
            with self._environment() as env:
                self._sign(env)
                env.flush_all()
                env.cr.execute("SELECT pg_backend_pid()")
                pid = env.cr.fetchone()[0]
                with self.registry_real.cursor() as other:
                    other.execute("SELECT pg_terminate_backend(%s)", [pid])
                env.cr.execute("SELECT 1")
        self.assertEqual(self._get_outcome(), self.NOTHING)
        with self._environment() as env:
            self._sign(env)
        self.assertEqual(self._get_outcome(), self.EVERYTHING)

    def test_killed_process_leaves_nothing(self):
        for statements in (1, 4, 999):
            with self.subTest(statements):
                process = subprocess.run(
                    [
                        sys.executable,
                        "-c",
                        SIGNING_PROCESS,
                        get_db_name(),
                        ",".join(config["addons_path"]),
                        config["db_host"] or "",
                        str(config["db_port"] or 5432),
                        config["db_user"] or "",
                        config["db_password"] or "",
                        config["data_dir"],
                        str(self.contract_id),
                        str(self.participant_id),
                        str(statements),
                        self.signature,
                    ],
                    env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
                    capture_output=True,
                    text=True,
                    timeout=120,
                    check=False,
                )
                self.assertEqual(process.returncode, -signal.SIGKILL, process.stderr)
                self.assertEqual(self._get_outcome(), self.NOTHING)


@tagged("post_install", "-at_install")
class TestDeletion(ContractCommon):
    def test_cascade_takes_drafts_only(self):
        """Without the ORM, a draft goes with all that belongs to it, nothing else."""
        draft = self._create_contract()
        events = draft.event_ids
        frozen = self._create_contract()
        self._sign_as_manager(frozen)
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM customer_contract WHERE id = %s", [draft.id])
        self.env.invalidate_all()
        self.assertFalse(events.exists())
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.Error),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute("DELETE FROM customer_contract WHERE id = %s", [frozen.id])
