"""``make load``: many customers at once on a real server, in order and out of it.

Two worker processes answer and one runs jobs, as on a small server; customers list, read and
sign for a minute. Then the same again while a worker is killed, while PostgreSQL restarts
and while there is no room for files. Afterwards the database is compared with what the
customers were told: no signature is lost or counts twice, whoever was refused was told why,
and every contract verifies. ``CUSTOMERS=``, ``SECONDS=`` and ``CASES=`` change how much.
"""

import concurrent.futures
import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import time

import addon_mirror
import databases
import delivery_stage
import environment
import layout
import odoo_log
import postgres
import python_environments
import template_databases
from progress import main, say, step
from serving import find_port, find_workers, serve
from test_results import Results
from update_visitors import Visitor

CUSTOMERS = int(os.environ.get("CUSTOMERS") or 40)
SECONDS = int(os.environ.get("SECONDS") or 60)
CONTRACTS_OF_EACH = 2
# How long after a fault customers may go without an answer.
RECOVERY_SECONDS = 20
PREPARED = f"{layout.ADDON}_load"
PASSWORD = "customer"
# What is sent is a small file, made at once; what is signed is printed by the server.
FILL = """
import io, json
from reportlab.pdfgen import canvas
def render(contract, content, signatures=None, completion=None):
    output = io.BytesIO()
    page = canvas.Canvas(output)
    page.drawString(72, 720, content["reference"])
    page.save()
    return output.getvalue()
env.registry["customer.contract"]._render_contract_pdf = render
env.registry["customer.contract"]._check_print = lambda contract, content, pdf: None
partners = env["res.partner"].create(
    [
        {{"name": f"Customer {{number}}", "email": f"customer{{number}}@them.example.com"}}
        for number in range({count})
    ]
)
users = env["res.users"].with_context(no_reset_password=True).create([
    {{
        "partner_id": partner.id,
        "login": partner.email,
        "group_ids": [(6, 0, env.ref("base.group_portal").ids)],
    }}
    for partner in partners
])
# One password for all: to make its digest takes long on purpose.
digest = env["res.users"]._crypt_context().hash({password!r})
env.cr.execute("UPDATE res_users SET password = %s WHERE id IN %s", (digest, tuple(users.ids)))
plan = []
for partner in partners:
    contracts = env["customer.contract"].create([
        {{
            "title": f"Contract {{number}} with {{partner.name}}",
            "partner_id": partner.id,
            "section_ids": [
                (0, 0, {{"title": "Scope", "body": "<p>We provide the services with care.</p>"}}),
                (0, 0, {{"title": "Price", "body": "<p>The price is fixed for a year.</p>"}}),
            ],
            "participant_ids": [(0, 0, {{"partner_id": partner.id, "role": "signer"}})],
        }}
        for number in range({each})
    ])
    contracts.participant_ids.filtered(lambda one: one.partner_id != partner).unlink()
    for contract in contracts:
        contract.action_send()
        env.cr.commit()
    plan.append({{"login": partner.email, "contracts": contracts.ids}})
open({path!r}, "w").write(json.dumps(plan))
env.cr.commit()
"""
VERIFY = """
import json
found = {{}}
for contract in env["customer.contract"].search([("id", "in", {ids})]):
    answer = contract.verify_integrity()
    if answer["state"] != "ok" and not (contract.state == "sent" and answer["state"] == "pending"):
        found[contract.id] = [check for check in answer["checks"] if not check["ok"]]
open({path!r}, "w").write(json.dumps(found))
"""
STANDING = """
SELECT json_agg(json_build_object(
           'id', contract.id, 'state', contract.state,
           'stored', contract.signed_document_id IS NOT NULL,
           'signatures', (SELECT count(*) FROM customer_contract_signature one
                           WHERE one.contract_id = contract.id),
           'signed_events', (SELECT count(*) FROM customer_contract_event event
                              WHERE event.contract_id = contract.id
                                AND event.event_type = 'signed'),
           'stored_events', (SELECT count(*) FROM customer_contract_event event
                              WHERE event.contract_id = contract.id
                                AND event.event_type = 'document_stored')))
  FROM customer_contract contract
"""


class Case:
    """One minute of customers, and what happens meanwhile."""

    def __init__(self, place, title, fault=None):
        self.place, self.title, self.fault = place, title, fault
        self.database = f"{PREPARED}_{os.getpid()}"
        self.folder = place.addons.parent
        self.log = layout.LOGS / f"load-{title.replace(' ', '-')}.log"
        self.results = Results()
        # When the fault began and was over
        self.window = None

    def run(self, plan):
        """Play it, and compare what is stored with what was said."""
        say(f"\n==> {CUSTOMERS} customers for {SECONDS} s: {self.title}")
        with template_databases.lock():
            databases.create(self.database, PREPARED)
        try:
            with self._room_for_files():
                with serve(self.place, self.database, self.log, *_options()) as (address, mails):
                    found = self._play(address, plan)
                    self._wait_until_done()
                self._check(found, plan, mails)
        finally:
            databases.drop(self.database)
        return self.results

    def _play(self, address, plan):
        """Have the customers come; return what they know."""
        files = {name: self.folder / f"load-{name}.json" for name in ("plan", "result")}
        signature = delivery_stage.draw_signature()
        say("    Everybody logs in")
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            sessions = pool.map(
                lambda one: Visitor(address).log_in(self.database, one["login"], PASSWORD).session,
                plan,
            )
            customers = [{**one, "session": key} for one, key in zip(plan, sessions, strict=True)]
        files["plan"].write_text(json.dumps({"signature": signature, "customers": customers}))
        command = [python_environments.ensure_customers(), "-m", "locust", "--headless"]
        command += ["--locustfile", layout.COMMANDS / "load_customers.py", "--host", address]
        command += ["--users", CUSTOMERS, "--spawn-rate", CUSTOMERS]
        command += ["--run-time", f"{SECONDS}s", "--stop-timeout", "60", "--only-summary"]
        variables = {"LOAD_PLAN": str(files["plan"]), "LOAD_RESULT": str(files["result"])}
        output = self.log.with_suffix(".locust")
        with output.open("w") as told:
            customers = subprocess.Popen(
                [str(part) for part in command],
                env={**os.environ, **variables},
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
            )
            if self.fault:
                time.sleep(SECONDS / 4)
                start = time.time()
                self.fault(self)
                self.window = (start, time.time())
            customers.wait()
        return json.loads(files["result"].read_text())

    @contextlib.contextmanager
    def _room_for_files(self):
        """Keep the files where room can be taken away, if a disk can be made for that."""
        self.disk = None
        if self.fault is not fill_up:
            yield
            return
        filestore = layout.DATA_DIR / "filestore" / self.database
        disk = self.folder / "disk"
        disk.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", str(disk)]
        if subprocess.run(command, check=False, capture_output=True).returncode:
            say("    No disk can be mounted here: the size of files is limited instead")
            yield
            return
        shutil.copytree(filestore, disk / "files", dirs_exist_ok=True)
        shutil.rmtree(filestore)
        filestore.symlink_to(disk / "files")
        self.disk = disk
        try:
            yield
        finally:
            filestore.unlink()
            subprocess.run(["umount", "--lazy", str(disk)], check=True)

    def _wait_until_done(self):
        """Wait until all that is signed has its file, and the jobs rest."""
        end = time.monotonic() + delivery_stage.PATIENCE
        waiting = (
            "SELECT count(*) FROM customer_contract"
            " WHERE state = 'signed' AND (signed_document_id IS NULL OR copies_sent_on IS NULL)"
        )
        while postgres.query(waiting, self.database) != "0" and time.monotonic() < end:
            postgres.query(WAKE, self.database)
            time.sleep(5)
        delivery_stage.wait_for_jobs(self.database)

    # === WHAT IS COMPARED === #

    def _check(self, found, plan, mails):
        _print_table(found["rows"])
        for told, count in sorted(found["refusals"].items()):
            say(f"    refused {count} times: {told}")
        planned = [contract for customer in plan for contract in customer["contracts"]]
        rows = {row["id"]: row for row in json.loads(postgres.query(STANDING, self.database))}
        signed = {number for number, row in rows.items() if row["state"] == "signed"}
        self._report(
            f"{len(signed)} of {len(planned)} contracts are signed", [] if signed else ["none"]
        )
        self._report("no signature is lost", sorted(set(found["signed"]) - signed))
        self._report(
            "none counts twice",
            [
                row
                for row in rows.values()
                if row["id"] in signed
                and not row["signatures"] == row["signed_events"] == row["stored_events"] == 1
            ],
        )
        self._report(
            "what is not signed has no signature",
            [row for row in rows.values() if row["id"] not in signed and row["signatures"]],
        )
        self._report("each signed file is stored", [n for n in signed if not rows[n]["stored"]])
        self._report("nothing is answered by a mistake", found["mistakes"][:5])
        self._report("refusals say why", self._find_odd_refusals(found["refusals"]))
        self._report("answers come", self._find_unanswered(found["unanswered"]))
        self._report("copies are mailed", self._find_odd_mails(signed, rows, mails))
        self._report("every contract verifies", find_damaged(self.place, self.database, planned))
        self._report("the log has no errors", self._find_errors())

    def _find_odd_refusals(self, refusals):
        """Return refusals of contracts that could be signed: only a second try is refused."""
        return [told for told in refusals if "already" not in told]

    def _find_unanswered(self, moments):
        """Return how often no answer came while the server was in order."""
        start, end = self.window or (0, 0)
        end += RECOVERY_SECONDS if self.window else 0
        late = [moment for moment in moments if not start <= moment <= end]
        if moments:
            say(f"    {len(moments)} requests went without an answer and were made again")
        return [f"{len(late)} without any reason"] if late else []

    def _find_odd_mails(self, signed, rows, mails):
        """Return contracts whose signer did not get the copy, or got it twice for no reason."""
        names = dict(
            row.split("|")
            for row in postgres.query(
                "SELECT contract.id, partner.email FROM customer_contract contract"
                " JOIN res_partner partner ON partner.id = contract.partner_id",
                self.database,
            ).splitlines()
        )
        odd = []
        for email in {names[str(number)] for number in signed}:
            wanted = sum(names[str(number)] == email for number in signed)
            copies = [text for text in mails.texts_to(email) if text.startswith("Signed: ")]
            # A worker that ends between the mail and its note sends it again.
            if len(copies) < wanted or (len(copies) > wanted and not self.fault):
                odd.append(f"{email}: {len(copies)} of {wanted}")
        return odd

    def _find_errors(self):
        if self.fault:
            return []
        return [
            text for text in odoo_log.errors(self.log) if not delivery_stage.EXPECTED.search(text)
        ]

    def _report(self, title, problems):
        say(f"    {title}: {'FAILED' if problems else 'ok'}")
        for problem in list(problems)[:5]:
            say(f"      {problem}")
        self.results += Results.of_one(not problems)


# What failed is tried again a quarter of an hour later; here, at once.
WAKE = """
UPDATE customer_contract SET finalize_after = now() AT TIME ZONE 'utc'
 WHERE finalize_after > now() AT TIME ZONE 'utc';
UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'utc'
 WHERE id IN (SELECT res_id FROM ir_model_data
               WHERE module = 'customer_contract' AND name = 'ir_cron_finalize')
"""


def find_damaged(place, database, ids):
    """Return contracts that do not verify, with what is wrong.

    :rtype: list[tuple]
    """
    path = place.addons.parent / "damaged.json"
    code = VERIFY.format(ids=ids, path=str(path))
    place.must_run_odoo(database, layout.LOGS / "load-verify.log", code=code)
    return list(json.loads(path.read_text()).items())


def kill_workers(case):
    """End workers without a word, one after the other, while people sign."""
    for _number in range(4):
        for worker in find_workers(case.database)[:1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        time.sleep(SECONDS / 20)


def restart_postgres(_case):
    """Have PostgreSQL end all connections and come again."""
    postgres.restart()


def fill_up(case):
    """Leave no room for files for a while."""
    if case.disk:
        filler = case.disk / "filler"
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        time.sleep(SECONDS / 3)
        filler.unlink()
        return
    kind, processes = resource.RLIMIT_FSIZE, find_workers(case.database, with_parent=True)
    for process in processes:
        resource.prlimit(process, kind, (4096, resource.RLIM_INFINITY))
    time.sleep(SECONDS / 3)
    for process in find_workers(case.database, with_parent=True):
        resource.prlimit(process, kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


CASES = {
    "in order": None,
    "workers are killed": kill_workers,
    "PostgreSQL restarts": restart_postgres,
    "no room for files": fill_up,
}


def _options():
    return [
        "--workers=2",
        "--max-cron-threads=1",
        f"--gevent-port={find_port()}",
    ]


def _print_table(rows):
    say("    what           count  failed  per s    p50    p95    p99 ms")
    for row in rows:
        say(
            f"    {row['name']:<14}{row['count']:>6}{row['failed']:>8}{row['rate']:>7.1f}"
            f"{row['p50']:>7.0f}{row['p95']:>7.0f}{row['p99']:>7.0f}"
        )


def prepare(place, names, customers):
    """Have a database with customers and contracts to sign; return who has which."""
    tree = addon_mirror.fingerprint(place.addons, *names)
    facts = {"complete": True, "tree": tree, "customers": customers}
    path = layout.MADE / "load-plan.json"
    found = databases.details(PREPARED) or {}
    has_enough = found.get("customers", 0) >= customers
    if path.is_file() and found.get("tree") == tree and has_enough:
        return json.loads(path.read_text())
    with template_databases.lock():
        databases.create(PREPARED, template_databases.installed(place, names))
    with step(f"Sending {customers * CONTRACTS_OF_EACH} contracts to {customers} customers"):
        code = FILL.format(
            count=customers, each=CONTRACTS_OF_EACH, path=str(path), password=PASSWORD
        )
        place.must_run_odoo(PREPARED, layout.LOGS / "load-fill.log", code=code)
    databases.describe(PREPARED, **facts)
    return json.loads(path.read_text())


def _main():
    wanted = [name for name in CASES if name in (os.environ.get("CASES") or ",".join(CASES))]
    workspace = layout.MADE / "runs" / str(os.getpid())
    python_environments.ensure_customers()
    results = Results()
    try:
        place = environment.prepare(workspace / "addons", for_tests=True)
        names = addon_mirror.mirror(place.addons)[:1]
        plan = prepare(place, names, CUSTOMERS)[:CUSTOMERS]
        for title in wanted:
            if CASES[title] is restart_postgres and layout.own_postgres():
                say(f"\n==> {title}: left out, the server is yours")
                continue
            results += Case(place, title, CASES[title]).run(plan)
    finally:
        shutil.rmtree(workspace, ignore_errors=True)
    say(f"\n{results}")
    return 0 if results.good else 1


if __name__ == "__main__":
    main(_main)
