"""``make scale-demo``: two Odoo nodes, a PostgreSQL primary and its streaming replica.

All on this machine, each process of its own, as doc/scaling.rst sets them up on several. It
tells what it checked, and fails if something does not hold: reads go to the replica, what is
signed on one node is there on the other, jobs of both nodes do each thing once, sessions and
files are shared, and a replica that is behind or gone keeps nobody from signing.
"""

import concurrent.futures
import contextlib
import json
import os
import re
import shutil
import time

import addon_mirror
import databases
import delivery_stage
import environment
import layout
import load
import postgres
from progress import Failure, main, say, step
from serving import serve
from test_results import Results
from update_visitors import Refused, Visitor

CUSTOMERS = 12
# As many as a node holds connections
MOST_LOST = 48
DIGEST = re.compile(r'data-viewed-digest="([0-9a-f]{64})"')


class Demo:
    """What is seen from outside of two nodes, and of both databases."""

    def __init__(self, database, nodes, replica, plan):
        self.database, self.nodes, self.replica, self.plan = database, nodes, replica, plan
        self.signature = delivery_stage.draw_signature()
        self.results = Results()

    def run(self):
        """Go through what is to hold."""
        self._read_on_the_replica()
        self._sign_on_one_read_on_the_other()
        self._sign_while_the_replica_is_behind()
        self._sign_on_both()
        self._lose_the_replica()

    def _read_on_the_replica(self):
        customer, contract_id = self._come(0)
        # the login itself is written
        for title, path in (
            ("the list", "/my/contracts"),
            ("a contract's page", f"/my/contracts/{contract_id}"),
            ("a contract's PDF", f"/my/contracts/{contract_id}?report_type=pdf"),
            ("the page to verify", "/contract/verify/NOSUCHCODE"),
        ):
            self.report(f"{title} is read on the replica", self._find_unread(customer.get, path))
        manager = Visitor(self.nodes[1].address).log_in(self.database, "admin")
        for method in ("get_audit_trail", "verify_integrity", "get_evidence_bundle"):
            self.report(
                f"{method} reads on the replica",
                self._find_unread(manager.execute, "customer.contract", method, [contract_id]),
            )
        kinds = self._ask(
            "SELECT string_agg(DISTINCT event_type, ' ') FROM customer_contract_event"
            f" WHERE contract_id = {contract_id}"
            " AND event_type IN ('downloaded', 'bundle_exported')"
        )
        wanted = "bundle_exported downloaded"
        self.report("what was taken is in the trail all the same", [kinds] * (kinds != wanted))

    def _sign_on_one_read_on_the_other(self):
        customer, contract_id = self._come(1)
        self.report("signing on node A", self._sign(customer, contract_id))
        customer.address = self.nodes[1].address
        page = customer.get(f"/my/contracts/{contract_id}")
        self.report(
            "the session goes on at node B, which shows it signed",
            [page.path] * (page.status != 200 or "o_contract_sign_button" in page.text),
        )
        self._wait(self._is_finished, contract_id)
        files = []
        for node in self.nodes:
            customer.address = node.address
            files.append(customer.get(f"/my/contracts/{contract_id}?report_type=pdf"))
        problems = [] if files[0].text == files[1].text else ["two files"]
        problems += [file.status for file in files if file.status != 200]
        self.report("both nodes serve the same signed file", problems)

    def _sign_while_the_replica_is_behind(self):
        customer, contract_id = self._come(2)
        page = customer.get(f"/my/contracts/{contract_id}")
        self.replica.query("SELECT pg_wal_replay_pause()")
        try:
            problems = self._sign(customer, contract_id, page)
            customer.address = self.nodes[1].address
            page = customer.get(f"/my/contracts/{contract_id}")
            if "o_contract_sign_button" in page.text:
                problems.append("asked to sign once more")
            self.report("whoever signs sees it at once, however far the replica is", problems)
            others, other_id = self._come(3)
            page = others.get(f"/my/contracts/{other_id}")
            problems = self._sign(others, other_id, page)
            again = self._post(others, other_id, DIGEST.search(page.text))
            problems += [] if "already" in str(again.get("error")) else [f"once more: {again}"]
            self.report("an old page signs nothing twice", problems)
        finally:
            self.replica.query("SELECT pg_wal_replay_resume()")

    def _sign_on_both(self):
        """Customers sign on both nodes at once, whose jobs finish the contracts and mail."""
        people = [self._come(number, number % 2) for number in range(4, CUSTOMERS)]
        with concurrent.futures.ThreadPoolExecutor(len(people)) as pool:
            found = pool.map(lambda one: self._sign(*one), people)
            self.report(
                f"{len(people)} customers sign on both nodes at once",
                [problem for problems in found for problem in problems],
            )
        ids = [contract_id for _customer, contract_id in people]
        self._wait(lambda: all(self._is_finished(contract_id) for contract_id in ids))
        delivery_stage.wait_for_jobs(self.database)
        rows = json.loads(self._ask(load.STANDING))
        signed = [row for row in rows if row["state"] == "signed"]
        odd = [
            row
            for row in signed
            if not row["signatures"] == row["signed_events"] == row["stored_events"] == 1
        ]
        self.report(f"{len(signed)} contracts are signed and finished once each", odd)
        odd = {}
        for number in range(1, CUSTOMERS):
            address = self.plan[number]["login"]
            copies = [
                text
                for node in self.nodes
                for text in node.mails.texts_to(address)
                if text.startswith("Signed: ")
            ]
            if len(copies) != 1:
                odd[address] = len(copies)
        self.report("each copy is mailed once, by whichever node", [odd] if odd else [])
        workers = self._ask(
            "SELECT count(DISTINCT application_name) FROM pg_stat_activity"
            f" WHERE datname = '{self.database}' AND application_name LIKE 'node-%'"
        )
        self.report("both nodes work on the primary", [] if workers == "2" else [workers])

    def _lose_the_replica(self):
        customer, contract_id = self._come(0)
        self.replica.stop()
        # Odoo notices it by each connection that stood open, and tells of an error then.
        lost = 0
        while customer.get("/my/contracts").status != 200 and lost < MOST_LOST:
            lost += 1
        say(f"    {lost} requests fail while Odoo notices that the replica is gone")
        self.report("the list is read on the primary then", [lost] * (lost == MOST_LOST))
        self.report("and signing goes on", self._sign(customer, contract_id))

    # === WHAT PEOPLE DO === #

    def _come(self, number, node=0):
        """Log a customer in at a node; return the browser and a contract to sign."""
        known = self.plan[number]
        customer = Visitor(self.nodes[node].address).log_in(
            self.database, known["login"], load.PASSWORD
        )
        return customer, known["contracts"][0]

    def _sign(self, customer, contract_id, page=None):
        page = page or customer.get(f"/my/contracts/{contract_id}")
        digest = DIGEST.search(page.text)
        if not digest:
            return [f"no page to sign: {page.status} {page.path}"]
        try:
            answer = self._post(customer, contract_id, digest)
        except Refused as refusal:
            return [str(refusal)]
        return [] if "redirect_url" in answer else [str(answer)]

    def _post(self, customer, contract_id, digest):
        return customer.call(
            f"/my/contracts/{contract_id}/sign",
            name="Somebody",
            signature=self.signature,
            digest=digest[1] if digest else "",
            consent=True,
        )

    # === WHAT IS LOOKED AT === #

    def _find_unread(self, read, *arguments):
        """Return that something was not read on the replica, or was on the primary."""
        before = self.replica.log.stat().st_size
        read(*arguments)
        time.sleep(0.2)
        with self.replica.log.open() as log:
            log.seek(before)
            queries = log.read().count("customer_contract")
        return [] if queries else ["the replica was not asked"]

    def _is_finished(self, contract_id):
        return self._ask(
            "SELECT 1 FROM customer_contract WHERE copies_sent_on IS NOT NULL"
            f" AND signed_document_id IS NOT NULL AND id = {contract_id}"
        )

    def _ask(self, sql):
        return postgres.query(sql, self.database)

    def _wait(self, find, *arguments):
        end = time.monotonic() + delivery_stage.PATIENCE
        while not (found := find(*arguments)) and time.monotonic() < end:
            time.sleep(0.5)
        return found

    def report(self, title, problems):
        say(f"    {title}: {'FAILED' if problems else 'ok'}")
        for problem in problems:
            say(f"      {problem}")
        self.results += Results.of_one(not problems)


class Node:
    """One Odoo process."""

    def __init__(self, address, mails):
        self.address, self.mails = address, mails


@contextlib.contextmanager
def serve_nodes(place, database, replica):
    """Run two nodes on one primary and one replica, with the same files and sessions."""
    with contextlib.ExitStack() as stack:
        nodes = []
        for name in ("a", "b"):
            options = ["--workers=0", "--max-cron-threads=1", f"--db_maxconn={MOST_LOST}"]
            options += [f"--db_replica_host={replica.host}", f"--db_replica_port={replica.port}"]
            options += [f"--db_app_name=node-{name}"]
            log = layout.LOGS / f"scale-demo-{name}.log"
            nodes.append(Node(*stack.enter_context(serve(place, database, log, *options))))
        yield nodes


def _main():
    if layout.own_postgres():
        raise Failure("This needs a PostgreSQL server of its own: leave PGHOST= out.")
    workspace = layout.MADE / "runs" / str(os.getpid())
    database = f"{layout.ADDON}_scale_{os.getpid()}"
    try:
        place = environment.prepare(workspace / "addons", for_tests=True)
        names = addon_mirror.mirror(place.addons)[:1]
        plan = load.prepare(place, names, CUSTOMERS)
        databases.create(database, load.PREPARED)
        with step("Copying the primary to a streaming replica"):
            replica = postgres.Replica()
            replica.create()
        try:
            with serve_nodes(place, database, replica) as nodes:
                demo = Demo(database, nodes, replica, plan)
                demo.run()
            damaged = load.find_damaged(
                place, database, [number for one in plan for number in one["contracts"]]
            )
            demo.report("every contract verifies", damaged)
        finally:
            replica.remove()
            databases.drop(database)
    finally:
        shutil.rmtree(workspace, ignore_errors=True)
    say(f"\n{demo.results}")
    return 0 if demo.results.good else 1


if __name__ == "__main__":
    main(_main)
