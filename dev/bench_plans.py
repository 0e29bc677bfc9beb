"""The plans of the queries that are asked most: none may go through a big table."""

import json
import re

import bench_cases
import layout

# An agent with one contract
FEW_OWN = "agent00000@bench.example.com"
# Runs in Odoo's shell
EXPLAIN = """
import json
agent = env["res.users"].search([("login", "=", {agent!r})])
buyer = env["res.users"].search([("login", "=", {small!r})])
portal = env["customer.contract"]._get_portal_domain(buyer.partner_id)
to_do = env["customer.contract"].with_user(buyer)._get_portal_to_do_domain()
due = env["customer.contract.participant"]._get_reminder_due_domain()
found = {{}}
for title, user, model, domain, order in (
    ("own contracts", agent, "customer.contract", [], "id desc"),
    ("own events", agent, "customer.contract.event", [], None),
    ("own participants", agent, "customer.contract.participant", [], None),
    ("own sections", agent, "customer.contract.section", [], None),
    ("own documents", agent, "customer.contract.document", [], None),
    ("own versions", agent, "customer.contract.version", [], None),
    ("own signatures", agent, "customer.contract.signature", [], None),
    ("own anchors", agent, "customer.contract.anchor", [], None),
    ("a customer's contracts", buyer, "customer.contract", [], "id desc"),
    ("a customer's list", env.user, "customer.contract", portal, "id desc"),
    ("a customer's work", env.user, "customer.contract", portal & to_do, "id desc"),
    ("all contracts", env.user, "customer.contract", [], "id desc"),
    ("waits for me", env.user, "customer.contract", [("waits_for_me", "=", True)], "id desc"),
    ("late", env.user, "customer.contract", [("is_late", "=", True)], "id desc"),
    ("mail failed", env.user, "customer.contract", [("has_unreached", "=", True)], "id desc"),
    ("by title", env.user, "customer.contract", [], "title"),
    ("title", env.user, "customer.contract", [("title", "ilike", "agreement no. 0000042")],
     "id desc"),
    ("text", env.user, "customer.contract", [("section_ids.body", "ilike", "marker0000050")],
     "id desc"),
    ("reminders", env.user, "customer.contract.participant", due, "reminder_due_on"),
    ("files to make", env.user, "customer.contract",
     [("state", "=", "signed"), ("copies_sent_on", "=", False)], "id"),
    ("deadlines passed", env.user, "customer.contract",
     [("state", "=", "sent"), ("sign_deadline", "<", "2020-01-01")], "id"),
    ("milestones", env.user, "customer.contract.milestone",
     [("reminder_date", "<=", "2020-01-01"), ("reminded_on", "=", False)], None),
):
    Model = env[model].with_user(user) if user != env.user else env[model]
    query = Model._search(domain, limit=80, order=order)
    env.cr.execute("EXPLAIN " + env.cr.mogrify(query.select()).decode())
    found[title] = [row[0] for row in env.cr.fetchall()]
open({path!r}, "w").write(json.dumps(found))
"""
BIG_TABLES = re.compile(
    r"Seq Scan on (customer_contract|customer_contract_(?:event|participant|section|version|"
    r"signature|link)|mail_message|ir_attachment)(?: |$)"
)


def find_scans(place, name):
    """Return which frequent queries go through a big table.

    :param place: the workplace
    :param str name: the database
    :return: how many plans there are, and a line for each scan
    :rtype: tuple[int, list[str]]
    """
    path = layout.LOGS / f"{name}-plans.json"
    code = EXPLAIN.format(
        agent="agent00000@bench.example.com", small=bench_cases.SMALL, path=str(path)
    )
    place.must_run_odoo(name, layout.LOGS / f"{name}.log", code=code)
    plans = json.loads(path.read_text())
    return len(plans), [
        f"{title}: {line.strip()}"
        for title, plan in plans.items()
        for line in plan
        if BIG_TABLES.search(line)
    ]
