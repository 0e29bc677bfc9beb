"""``make bench``: this addon beside Odoo's own quotation signing, on one server in one run.

Both have the same numbers of records and customers, are asked the same in turns, A B A B,
and what counts is how they compare: medians of the same minutes, queries, and how the time
grows from 100 records to many. ``CHECK=1`` fails where a bound is missed, or where the plan
of a frequent query goes through a big table. ``N=`` is how many records, ``ROUNDS=`` how
often each is asked.
"""

import json
import math
import os
import re
import statistics
import sys
import time

import addon_mirror
import bench_data
import environment
import layout
import requests
from progress import main, say
from serving import serve

FEW = 100
BIG, VISITOR = "buyer00000@bench.example.com", "buyer00001@bench.example.com"
# What Odoo logs of each request: queries, seconds in the database, and in Python
PERFORMANCE = re.compile(r'HTTP/1\.\d" \d+ - (\d+) ([\d.]+) ([\d.]+)')
NAMED = {"fields": {"display_name": {}}}
LISTS = {
    "customer.contract": {
        **dict.fromkeys(("is_late", "name", "title", "sign_deadline", "amount_total"), {}),
        **dict.fromkeys(("signature_progress", "next_step", "state"), {}),
        **dict.fromkeys(("partner_id", "user_id", "currency_id"), NAMED),
    },
    "sale.order": {
        **dict.fromkeys(("name", "create_date", "amount_total", "activity_ids"), {}),
        **dict.fromkeys(("invoice_status", "state", "client_order_ref"), {}),
        **dict.fromkeys(("partner_id", "user_id", "currency_id", "company_id"), NAMED),
    },
}
PLANS = """
import json
agent = env["res.users"].search([("login", "=like", "agent%")], limit=1, order="login")
buyer = env["res.users"].search([("login", "=", {visitor!r})])
found = {{}}
for title, user, model, domain, order in (
    ("own contracts", agent, "customer.contract", [], "id desc"),
    ("own events", agent, "customer.contract.event", [], None),
    ("own participants", agent, "customer.contract.participant", [], None),
    ("own sections", agent, "customer.contract.section", [], None),
    ("own versions", agent, "customer.contract.version", [], None),
    ("own signatures", agent, "customer.contract.signature", [], None),
    ("a customer's contracts", buyer, "customer.contract", [], "id desc"),
    ("waits for me", env.user, "customer.contract", [("waits_for_me", "=", True)], "id desc"),
    ("late", env.user, "customer.contract", [("is_late", "=", True)], "id desc"),
    ("by title", env.user, "customer.contract", [], "title"),
    ("title", env.user, "customer.contract", [("title", "ilike", "Bicycle agreement no. 00000")],
     "id desc"),
    ("text", env.user, "customer.contract", [("section_ids.body", "ilike", "marker0000050")],
     "id desc"),
):
    Model = env[model].with_user(user) if user != env.user else env[model]
    query = Model._search(domain, limit=80, order=order)
    env.cr.execute("EXPLAIN " + env.cr.mogrify(query.select()).decode())
    found[title] = [row[0] for row in env.cr.fetchall()]
open({path!r}, "w").write(json.dumps(found))
"""
BIG_TABLES = re.compile(
    r"Seq Scan on (customer_contract|customer_contract_(?:event|participant|section|version|"
    r"signature))(?: |$)"
)


class Visitor:
    """Somebody with a session, who notes what each request took."""

    def __init__(self, address, log, login, password="bench"):
        self.address, self.log = address, log
        self.session = requests.Session()
        page = self.session.get(f"{address}/web/login").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        answer = self.session.post(
            f"{address}/web/login",
            data={"login": login, "password": password, "csrf_token": token},
        )
        if "/web/login" in answer.url:
            raise RuntimeError(f"{login} cannot log in")

    def open(self, path):
        return self._measure(lambda: self.session.get(self.address + path))

    def call(self, model, method, *args, **kwargs):
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        address = f"{self.address}/web/dataset/call_kw/{model}/{method}"
        return self._measure(lambda: self.session.post(address, json=body))

    def _measure(self, ask):
        """Ask; return milliseconds, queries and bytes."""
        size = self.log.stat().st_size
        start = time.perf_counter()
        answer = ask()
        spent = (time.perf_counter() - start) * 1000
        if answer.status_code != 200 or '"error"' in answer.text[:60]:
            raise RuntimeError(f"{answer.url}: {answer.status_code} {answer.text[:300]}")
        with self.log.open() as file:
            file.seek(size)
            queries = [int(found[0]) for found in PERFORMANCE.findall(file.read())]
        return spent, sum(queries), len(answer.content)


class Case:
    """What both are asked, and which ratio and growth are still good."""

    def __init__(self, title, ours, peer, ratio, growth=0.1):
        self.title, self.ours, self.peer = title, ours, peer
        self.ratio, self.growth = ratio, growth


def _prepare_cases(address, log):
    admin = Visitor(address, log, "admin", "admin")
    big, small = (Visitor(address, log, login) for login in (BIG, VISITOR))

    def both(title, ask, ratio, growth=0.1):
        ours, peer = (lambda model=model: ask(model) for model in LISTS)
        return Case(title, ours, peer, ratio, growth)

    def find(model, **kwargs):
        kwargs = {"domain": [], "specification": LISTS[model], "limit": 80, **kwargs}
        return admin.call(model, "web_search_read", **kwargs)

    def group(model, field):
        return admin.call(
            model, "formatted_read_group", [], [field], ["__count", "amount_total:sum"]
        )

    title = {"customer.contract": "title", "sale.order": "client_order_ref"}
    return [
        Case(
            "portal list, many own",
            lambda: big.open("/my/contracts"),
            lambda: big.open("/my/quotes"),
            0.8,
            # what is one's own grows along
            0.4,
        ),
        Case(
            "portal list, three own",
            lambda: small.open("/my/contracts"),
            lambda: small.open("/my/quotes"),
            1.0,
        ),
        both("back-office list", find, 1.0, 0.2),
        both("kanban", lambda model: find(model, limit=40), 1.0, 0.2),
        both("list by title", lambda model: find(model, order=title[model]), 1.0, 0.2),
        both("name search", lambda model: admin.call(model, "name_search", "0000042"), 1.0, 0.3),
        both("group by state", lambda model: group(model, "state"), 1.2, 1.0),
        both("group by customer", lambda model: group(model, "partner_id"), 1.2, 1.0),
    ]


def _measure(place, count, rounds):
    """Return what each case took: title, ratio bound, growth bound, and both sides' figures."""
    name = bench_data.ensure(place, count)
    log = layout.LOGS / f"bench-{count}.log"
    with serve(place, name, log, "--max-cron-threads=0", "--log-level=info") as (address, _mails):
        cases = _prepare_cases(address, log)
        results = {case.title: ([], []) for case in cases}
        for number in range(rounds + 1):
            for case in cases:
                pair = case.ours(), case.peer()
                # the first round fills caches
                for found, figures in zip(results[case.title], pair, strict=True):
                    if number:
                        found.append(figures)
    return cases, {
        title: [[statistics.median(column) for column in zip(*side, strict=True)] for side in sides]
        for title, sides in results.items()
    }


def _find_scans(place, count):
    """Return which frequent queries go through a big table."""
    path = layout.LOGS / f"plans-{count}.json"
    name = bench_data.ensure(place, count)
    code = PLANS.format(visitor=VISITOR, path=str(path))
    place.must_run_odoo(name, layout.LOGS / f"{name}.log", code=code)
    plans = json.loads(path.read_text())
    return [
        f"{title}: {line.strip()}"
        for title, plan in plans.items()
        for line in plan
        if BIG_TABLES.search(line)
    ]


def _tell(cases, few, many, count):
    """Print the table; return what is beyond its bounds."""
    missed = []
    head = f"{'':26}{'ours':>9}{'Odoo':>9}{'ratio':>8}{'queries':>10}{'kB':>9}{'growth':>8}"
    say(f"\n{count} contracts and quotations; medians in ms\n\n{head}")
    for case in cases:
        ours, peer = many[case.title]
        ratio = ours[0] / peer[0]
        growth = math.log(ours[0] / few[case.title][0][0]) / math.log(count / FEW)
        say(
            f"{case.title:26}{ours[0]:9.1f}{peer[0]:9.1f}{ratio:8.2f}"
            f"{f'{ours[1]:.0f}/{peer[1]:.0f}':>10}{f'{ours[2] / 1000:.0f}/{peer[2] / 1000:.0f}':>9}"
            f"{growth:8.2f}"
        )
        if ratio > case.ratio:
            missed.append(f"{case.title}: {ratio:.2f} times Odoo's, not {case.ratio}")
        if growth > case.growth:
            missed.append(f"{case.title}: grows with N to the {growth:.2f}, not {case.growth}")
    return missed


def _main():
    count = int(os.environ.get("N") or 10_000)
    rounds = int(os.environ.get("ROUNDS") or 11)
    place = environment.prepare(layout.ADDONS)
    addon_mirror.mirror(layout.ADDONS)
    cases, few = _measure(place, FEW, rounds)
    cases, many = _measure(place, count, rounds)
    missed = _tell(cases, few, many, count)
    missed += _find_scans(place, count)
    if not missed:
        return 0
    say("\nBeyond the bounds:\n" + "".join(f"  {line}\n" for line in missed))
    return 1 if os.environ.get("CHECK") else 0


if __name__ == "__main__":
    sys.path.insert(0, str(layout.COMMANDS))
    main(_main)
