"""Contracts are sent, signed and mailed by a real server, to a real mail server.

Once with threads and once with worker processes: what is mailed after an act is mailed
while the jobs and other people act, which no test within one transaction shows.
"""

import base64
import concurrent.futures
import contextlib
import os
import re
import shutil
import signal
import struct
import threading
import time
import urllib.parse
import zlib

import addon_mirror
import databases
import environment
import layout
import odoo_log
import postgres
import template_databases
from progress import Failure, main, say
from serving import find_port, find_workers, serve
from test_results import Results
from update_visitors import Refused, Visitor

# One process serves everybody with threads: forty acts at once hold a connection each, and
# take another one for the mails and jobs that follow. Odoo's own limit is 64.
MODES = {
    "threads": lambda: ["--workers=0", "--max-cron-threads=2", "--db_maxconn=128"],
    "worker processes": lambda: [
        "--workers=4",
        "--max-cron-threads=2",
        f"--gevent-port={find_port()}",
    ],
}
CUSTOMERS = 40
# A minute, unless the machine is busy; the queue of Odoo would take an hour.
PATIENCE = 180
# How often all workers are killed while people sign, and the seconds between.
KILLS, KILL_PAUSE = 4, 0.7
# How many contracts are sent in one call, and how long the answer may take on a busy machine.
SEVERAL, MOST_SECONDS = 20, 10
# Acts at the same time: the one that came later is repeated. And the refused address.
EXPECTED = re.compile(r"could not serialize access|no such mailbox")
LINK = re.compile(r'href="(http[^"]+/contract/sign/[^"]+)"')


class Story:
    """What people see of one server."""

    def __init__(self, address, database, mails):
        self.address = address
        self.database = database
        self.mails = mails
        self.signature = draw_signature()
        self.admin = Visitor(address).log_in(database, "admin")
        self.results = Results()

    def run(self):
        """Go through the stories."""
        self._prepare()
        self._sign_in_parallel()
        self._sign_at_once()
        self._send_several("bulk")
        self._correct_an_address()
        if find_workers(self.database):
            self._kill_in_the_middle()
            self._send_several("tough", self._kill_workers)

    def _prepare(self):
        [partner] = self._read("res.users", [("login", "=", "admin")], ["partner_id"])
        self.manager_id = partner["partner_id"][0]
        self._call("res.partner", "write", [self.manager_id], {"email": "admin@us.example.com"})
        [user] = self._read("res.users", [("login", "=", "admin")], ["id"])
        self._call("res.users", "write", [user["id"]], {"notification_type": "email"})
        [subtype] = self._read(
            "ir.model.data",
            [("module", "=", "customer_contract"), ("name", "=", "mt_signed")],
            ["res_id"],
        )
        self.subtype_id = subtype["res_id"]

    def _sign_in_parallel(self):
        """Two people sign one contract; each is written to alone, the trail tells of it."""
        contract_id = self._send(["ada", "bob"])
        for name, other in (("ada", "bob"), ("bob", "ada")):
            text = self._wait_for_mail(name)
            self._report(f"{name} is written to", [] if text else ["no mail arrived"])
            told = [
                str(message.items())
                for recipients, message in self.mails.messages
                if f"{name}@them.example.com" in recipients
            ]
            named = any(f"{other}@them.example.com" in headers for headers in told)
            self._report(f"{name} alone", ["the other is named"] if named else [])
        # A reminder is sent while a link is open: it goes on working.
        opened = self._open_link("ada", contract_id)
        self._call("customer.contract", "action_remind", [contract_id])
        self._report("signing goes on after a reminder", self._sign(*opened))
        self._report("the last one signs", self._sign(*self._open_link("bob", contract_id)))
        copies = [
            self._wait_for_mail(name, "Signed: ") for name in ("ada", "bob", "admin@us.example.com")
        ]
        self._report("copies arrive", [] if all(copies) else ["not all did"])
        events = self._wait_for_event(contract_id, "copies_sent")
        wanted = {"mail_queued", "mail_sent", "copies_queued", "copies_sent"}
        self._report("the trail tells of them", sorted(wanted - set(events)))
        answer = self._call("customer.contract", "verify_integrity", [contract_id])
        self._report("it verifies", [check for check in answer["checks"] if not check["ok"]])

    def _sign_at_once(self):
        """Many customers sign their contracts in one moment; none sees an error."""
        names = [f"customer{number}" for number in range(CUSTOMERS)]
        contracts = {name: self._send([name]) for name in names}
        with concurrent.futures.ThreadPoolExecutor(CUSTOMERS) as pool:
            opened = list(pool.map(lambda name: self._open_link(name, contracts[name]), names))
            problems = list(pool.map(lambda arguments: self._sign(*arguments), opened))
        self._report(
            f"{CUSTOMERS} customers sign at once",
            [problem for found in problems for problem in found],
        )
        states = self._read(
            "customer.contract", [("id", "in", list(contracts.values()))], ["state"]
        )
        open_ones = [row["id"] for row in states if row["state"] != "signed"]
        self._report("all of it counts", open_ones)
        # The manager, who follows what is signed by everybody, is told of each.
        self._wait(lambda: len(self._find_told()) >= CUSTOMERS)
        self._report("the manager is told of each", self._count_problem(self._find_told()))
        wanted = [f"{name}@them.example.com" for name in names]
        self._wait(lambda: all(self._count_copies(address) for address in wanted))
        counts = {address: self._count_copies(address) for address in wanted}
        self._report(
            "each gets one copy",
            [f"{address}: {count}" for address, count in counts.items() if count != 1],
        )

    def _correct_an_address(self):
        """A mail that is refused is the manager's next step."""
        self.mails.refused.add("typo@them.example.com")
        contract_id = self._send(["typo"])
        events = self._wait_for_event(contract_id, "mail_failed")
        self._report("a refused mail is in the trail", [] if "mail_failed" in events else [events])
        [row] = self._read(
            "customer.contract", [("id", "=", contract_id)], ["next_step", "participant_ids"]
        )
        self._report("it is the next step", [] if "did not arrive" in row["next_step"] else [row])
        [participant_id] = row["participant_ids"]
        address = "right@them.example.com"
        self._call(
            "customer.contract", "action_send_again", [contract_id], participant_id, address, "typo"
        )
        self._report("it is sent again", [] if self._wait_for_mail("right") else ["no mail came"])

    def _kill_in_the_middle(self):
        """Workers end without a word while people sign: nothing is lost, nothing twice."""
        names = [f"stubborn{number}" for number in range(8)]
        contracts = {name: self._send([name]) for name in names}
        opened = {name: self._open_link(name, contracts[name]) for name in names}
        killed = []
        killer = threading.Thread(target=lambda: killed.extend(self._kill_workers()))
        killer.start()
        with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
            problems = list(pool.map(lambda name: self._sign_until(*opened[name]), names))
        killer.join()
        self._report("workers were killed", [] if killed else ["none was"])
        self._report(
            "people sign all the same", [problem for found in problems for problem in found]
        )
        wanted = [f"{name}@them.example.com" for name in names]
        self._wait(lambda: all(self._count_copies(address) for address in wanted))
        wrong = []
        for name, contract_id in contracts.items():
            [row] = self._read(
                "customer.contract",
                [("id", "=", contract_id)],
                ["state", "signature_ids", "signed_document_id"],
            )
            trail = self._call("customer.contract", "get_audit_trail", [contract_id])
            kinds = [event["event_type"] for event in trail]
            is_right = (
                row["state"] == "signed"
                and len(row["signature_ids"]) == 1
                and row["signed_document_id"]
                and self._call("customer.contract", "verify_integrity", [contract_id])["ok"]
                and kinds.count("signed") == kinds.count("document_stored") == 1
            )
            if not is_right or not self._count_copies(f"{name}@them.example.com"):
                wrong.append(f"{name}: {row['state']}, {kinds}")
        self._report("each is signed once, stored once and sent", wrong)

    def _kill_workers(self):
        """Kill all workers several times; return those that were."""
        killed = []
        for _number in range(KILLS):
            for worker in find_workers(self.database):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
                    killed.append(worker)
            time.sleep(KILL_PAUSE)
        return killed

    def _send_several(self, prefix, disturb=None):
        """Send many contracts at once: the answer does not wait for them, nothing is lost.

        :param str prefix: of the customers' names
        :param callable disturb: what happens while they are sent
        """
        names = [f"{prefix}{number}" for number in range(SEVERAL)]
        contracts = {name: self._create([name]) for name in names}
        ids = list(contracts.values())
        start = time.monotonic()
        self._call("customer.contract", "action_send", ids)
        seconds = time.monotonic() - start
        title = f"{SEVERAL} contracts are sent at once" + (" by killed workers" if disturb else "")
        self._report(
            f"{title}: answered in {seconds:.1f} s",
            [] if seconds < MOST_SECONDS else [f"{seconds:.1f} s"],
        )
        if disturb:
            self._report(f"{title}: workers were killed", [] if disturb() else ["none was"])
        mails = [self._wait_for_mail(name) for name in names]
        self._report(f"{title}: each is written to", self._count_missing(names, mails))
        wrong = []
        for name, contract_id in contracts.items():
            trail = self._call("customer.contract", "get_audit_trail", [contract_id])
            kinds = [event["event_type"] for event in trail]
            counts = {kind: kinds.count(kind) for kind in ("version_frozen", "sent", "mail_queued")}
            is_intact = self._call("customer.contract", "verify_integrity", [contract_id])["ok"]
            if set(counts.values()) != {1} or not is_intact:
                wrong.append(f"{name}: {kinds}")
        self._report(f"{title}: each is frozen once and sent once", wrong)

    def _count_missing(self, names, mails):
        return [name for name, mail in zip(names, mails, strict=True) if not mail]

    def _sign_until(self, visitor, contract_id, digest):
        """Sign, and try again while the server does not answer; return what went wrong."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                problems = self._sign(visitor, contract_id, digest)
            except OSError as error:
                problems = [str(error)]
            # Whoever got no answer, and had signed, is told so when trying again.
            if not problems or any("already" in problem for problem in problems):
                return []
            if time.monotonic() > end:
                return problems
            time.sleep(0.5)

    # === WHAT PEOPLE DO === #

    def _send(self, names):
        """Create a contract for some people and send it; return its id."""
        contract_id = self._create(names)
        self._call("customer.contract", "action_send", [contract_id])
        return contract_id

    def _create(self, names):
        """Create a contract for some people; return its id."""
        partner_ids = self._call(
            "res.partner",
            "create",
            [{"name": name, "email": f"{name}@them.example.com"} for name in names],
        )
        [contract_id] = self._call(
            "customer.contract",
            "create",
            [
                {
                    "title": f"Contract with {names[0]}",
                    "partner_id": partner_ids[0],
                    "section_ids": [(0, 0, {"title": "Scope", "body": "<p>We bake.</p>"})],
                    "participant_ids": [
                        (0, 0, {"partner_id": partner_id, "role": "signer", "sequence": 10})
                        for partner_id in partner_ids
                    ],
                }
            ],
        )
        others = [
            ("contract_id", "=", contract_id),
            ("partner_id", "not in", partner_ids),
        ]
        if extra := self._call("customer.contract.participant", "search", others):
            self._call("customer.contract.participant", "unlink", extra)
        self._call(
            "customer.contract",
            "message_subscribe",
            [contract_id],
            [self.manager_id],
            [self.subtype_id],
        )
        return contract_id

    def _open_link(self, name, contract_id):
        """Open the link in somebody's mail; return the browser and what it signs."""
        link = LINK.search(self._wait_for_mail(name) or "")
        if not link:
            raise Failure(f"No mail with a link came to {name}")
        visitor = Visitor(self.address)
        visitor.get(urllib.parse.urlsplit(link[1]).path)
        domain = [("contract_id", "=", contract_id)]
        [version] = self._read("customer.contract.version", domain, ["content_digest"])
        return visitor, contract_id, version["content_digest"]

    def _sign(self, visitor, contract_id, digest):
        """Sign as a browser does; return what went wrong."""
        try:
            answer = visitor.call(
                f"/my/contracts/{contract_id}/sign",
                name="Somebody",
                signature=self.signature,
                digest=digest,
                consent=True,
            )
        except Refused as refusal:
            return [str(refusal)]
        return [] if "redirect_url" in answer else [str(answer)]

    # === WHAT IS WAITED FOR === #

    def _wait_for_mail(self, name, subject=""):
        """Return the newest mail to somebody whose subject begins as wanted, once it is there."""
        address = name if "@" in name else f"{name}@them.example.com"

        def find():
            texts = self.mails.texts_to(address)
            return next((text for text in texts if text.startswith(subject)), "")

        return self._wait(find)

    def _wait_for_event(self, contract_id, event_type):
        """Return the kinds of events in a contract's trail, once one is among them."""

        def find():
            trail = self._call("customer.contract", "get_audit_trail", [contract_id])
            return [event["event_type"] for event in trail]

        self._wait(lambda: event_type in find())
        return find()

    def _wait(self, find):
        end = time.monotonic() + PATIENCE
        while not (found := find()) and time.monotonic() < end:
            time.sleep(0.3)
        return found

    def _find_told(self):
        """Return the contracts of many customers that the manager was told of as signed."""
        return {
            number
            for text in self.mails.texts_to("admin@us.example.com")
            for number in re.findall(r"Contract with customer(\d+)", text)
            if not text.startswith("Signed: ")
        }

    def _count_problem(self, told):
        return [] if len(told) == CUSTOMERS else [f"of {len(told)}"]

    def _count_copies(self, address):
        texts = self.mails.texts_to(address)
        return len([text for text in texts if text.startswith("Signed: ")])

    def _read(self, model, domain, names):
        return self._call(model, "search_read", domain, names)

    def _call(self, model, method, *arguments):
        return self.admin.execute(model, method, *arguments)

    def _report(self, title, problems):
        say(f"    {title}: {'FAILED' if problems else 'ok'}")
        for problem in problems:
            say(f"      {problem}")
        self.results += Results.of_one(not problems)


def run(place, names, database):
    """Go through the stories in each mode; return what was found."""
    results = Results()
    for mode, get_options in MODES.items():
        log = place.addons.parent / f"delivery-{mode.partition(' ')[0]}.log"
        with template_databases.lock():
            databases.create(database, template_databases.installed(place, names))
        say(f"  With {mode}:")
        try:
            with serve(place, database, log, *get_options()) as (address, mails):
                story = Story(address, database, mails)
                story.run()
                wait_for_jobs(database)
            results += story.results
            complaints = [text for text in odoo_log.errors(log) if not EXPECTED.search(text)]
            results += Results.of_one(not complaints)
            for complaint in complaints:
                say(f"    In Odoo's log: {complaint}")
        finally:
            databases.drop(database)
    return results


def wait_for_jobs(database):
    """Wait until jobs have nothing left to do: a server that stops would cut them off."""
    due = "SELECT count(*) FROM ir_cron_trigger WHERE call_at <= now() AT TIME ZONE 'utc'"
    end = time.monotonic() + PATIENCE
    while postgres.query(due, database).strip() != "0" and time.monotonic() < end:
        time.sleep(1)
    time.sleep(1)


def draw_signature():
    """Return a pen stroke as browsers send it: a PNG in base64."""
    width, height = 120, 40
    rows = b"".join(
        b"\x00" + b"".join(_get_pixel(x, y) for x in range(width)) for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    picture = b"\x89PNG\r\n\x1a\n"
    for kind, content in chunks:
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        picture += struct.pack(">I", len(content)) + kind + content + checksum
    return base64.b64encode(picture).decode()


def _get_pixel(x, y):
    return b"\x00\x00\x8b\xff" if abs(x / 3 - y) < 2 else bytes(4)


def _main():
    workspace = layout.MADE / "runs" / str(os.getpid())
    try:
        place = environment.prepare(workspace / "addons", for_tests=True)
        names = addon_mirror.mirror(place.addons)
        results = run(place, names[:1], f"{layout.ADDON}_test_{os.getpid()}")
    finally:
        shutil.rmtree(workspace, ignore_errors=True)
    say(f"\n{results}")
    return 0 if results.good else 1


if __name__ == "__main__":
    main(_main)
