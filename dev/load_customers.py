"""Customers who list, read and sign their contracts. Runs in locust, in its own environment.

It must not import anything of the developers' commands. What it needs is in the file that
``LOAD_PLAN`` names: a signature, and each customer's session and contracts.
What was answered goes to the file ``LOAD_RESULT``: as the customers know it, which the
database is compared with afterwards.
"""

import json
import os
import re
import time
from pathlib import Path

import gevent
from locust import HttpUser, between, events, task

PLAN = json.loads(Path(os.environ["LOAD_PLAN"]).read_text())
DIGEST = re.compile(r'data-viewed-digest="([0-9a-f]{64})"')
CUSTOMERS = iter(PLAN["customers"])
# Contracts whose signature was acknowledged; what else was said, how often; when nothing was.
SIGNED, REFUSALS, UNANSWERED, MISTAKES = [], {}, [], []
# What a server says that cannot reach its database, or is just going down.
OUT_OF_ORDER = re.compile(r"psycopg2|RegistryError|Service Unavailable|OperationalError")


class Customer(HttpUser):
    """Somebody with a login and a few contracts to sign."""

    wait_time = between(0.5, 2.5)

    def on_start(self):
        """Go on as somebody who has logged in."""
        self.me = next(CUSTOMERS)
        self.open_ones = list(self.me["contracts"])
        self.known = list(self.me["contracts"])
        self.client.cookies.set("session_id", self.me["session"])

    @task(4)
    def list_contracts(self):
        """Look at the list."""
        self._get("/my/contracts", "list")

    @task(4)
    def read(self):
        """Read one of the contracts."""
        self._read(self.known[int(time.monotonic() * 1000) % len(self.known)])

    @task(1)
    def download(self):
        """Download the file of a contract."""
        contract_id = self.known[-1]
        path = f"/my/contracts/{contract_id}?report_type=pdf&download=true"
        self._get(path, "PDF", good=(200, 202))

    @task(3)
    def sign(self):
        """Read a contract and sign it; every third time in two tabs at once."""
        if not self.open_ones:
            return
        contract_id = self.open_ones.pop()
        while not (digest := self._read(contract_id)):
            gevent.sleep(0.5)
        tabs = 2 if contract_id % 3 == 0 else 1
        answers = [gevent.spawn(self._sign_until, contract_id, digest) for _tab in range(tabs)]
        gevent.joinall(answers, raise_error=True)
        found = [answer.value for answer in answers]
        if "signed" in found or all(value == "already" for value in found):
            SIGNED.append(contract_id)
        if found.count("signed") > 1:
            MISTAKES.append(f"contract {contract_id} was signed in two tabs")

    def _read(self, contract_id):
        """Open a contract's page as a browser does; return what it shows, if it came."""
        text = self._get(f"/my/contracts/{contract_id}", "page")
        found = DIGEST.search(text or "")
        if not found:
            return None
        self._call(f"/my/contracts/{contract_id}/viewed", "viewed", digest=found[1])
        return found[1]

    def _sign_until(self, contract_id, digest):
        """Sign, and try again while there is no answer; return how it ended."""
        while True:
            answer = self._call(
                f"/my/contracts/{contract_id}/sign",
                "sign",
                name=self.me["login"],
                signature=PLAN["signature"],
                digest=digest,
                consent=True,
            )
            if answer and "redirect_url" in answer:
                return "signed"
            if answer:
                told = f"{answer.get('reason')}: {answer.get('error')}"
                REFUSALS[told] = REFUSALS.get(told, 0) + 1
                # Whoever had signed without getting the answer is told so.
                return "already" if "already" in told else "refused"
            gevent.sleep(0.5)

    def _get(self, path, name, good=(200,)):
        with self.client.get(path, name=name, catch_response=True, timeout=60) as answer:
            if answer.status_code in good:
                answer.success()
                return answer.text
            return self._fail(answer, answer.status_code >= 500 or not answer.status_code)

    def _call(self, path, name, **params):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        with self.client.post(
            path, json=body, name=name, catch_response=True, timeout=60
        ) as answer:
            try:
                found = answer.json()
            except (ValueError, TypeError):
                return self._fail(answer, answer.status_code >= 500 or not answer.status_code)
            if "error" in found:
                return self._fail(answer, bool(OUT_OF_ORDER.search(json.dumps(found["error"]))))
            answer.success()
            return found["result"] or True

    def _fail(self, answer, is_out_of_order):
        """Note an answer that is none: the server is out of order, or makes a mistake."""
        answer.failure(f"status {answer.status_code}")
        if is_out_of_order:
            UNANSWERED.append(time.time())
        else:
            MISTAKES.append(f"{answer.url} {answer.status_code}: {(answer.text or '')[:500]}")


@events.quitting.add_listener
def write_result(environment, **_kwargs):
    """Write down what the customers know."""
    stats = [*environment.stats.entries.values(), environment.stats.total]
    rows = [
        {
            "name": entry.name,
            "count": entry.num_requests,
            "failed": entry.num_failures,
            "rate": entry.total_rps,
            **{
                f"p{share}": entry.get_response_time_percentile(share / 100)
                for share in (50, 95, 99)
            },
        }
        for entry in stats
        if entry.num_requests
    ]
    found = {
        "rows": rows,
        "signed": SIGNED,
        "refusals": REFUSALS,
        "unanswered": UNANSWERED,
        "mistakes": MISTAKES,
    }
    Path(os.environ["LOAD_RESULT"]).write_text(json.dumps(found))
