import contextlib
import json
import logging
import random
import re
import threading
from unittest.mock import patch

from odoo.tests import tagged

from .common import ContractPortalCommon

# Fixed, so that what failed once fails again; change it to try others.
SEED = 11
EXAMPLES = 12
PLACES = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
TEXTS = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\u202eevil",
    "\U0001f4a3" * 50,
    "0",
    "-1",
    "1e309",
    "NaN",
    "٣",
    "²",
    "null",
    "true",
    "2026-02-30",
    "9" * 400,
    "x" * 20000,
    "<script>",
    "%s%(a)s{0}",
    "'; --",
    "../../etc",
    "data:image/png;base64,AAAA",
    "Ünï😀",
    "\r\nX-Header: 1",
)
NUMBERS = (0, -1, 1, 2**31, 2**63, 10**400, 0.5, -1e308, 1e308)
NAMES = (
    "name signature digest consent code values act revision reason reason_id question answer"
    " clause category_id decision email channel do order page_id signed_date capacity confirm"
    " is_settled download report_type message thumbnail kwargs context contract_id lang search"
    " sortby filterby groupby search_in page date_begin date_end token debug"
).split()
CONTEXTS = (None, 5, "x", [], [1], {"lang": 5}, {"lang": {}}, {"lang": "xx_XX"}, {"tz": []}, {})


def make_value(random_, depth=3):
    """Return any JSON value."""
    kind = random_.randrange(8 if depth else 6)
    if kind < 3:
        return random_.choice(TEXTS)
    if kind == 3:
        return random_.choice(NUMBERS)
    if kind < 6:
        return random_.choice((None, True, False))
    if kind == 6:
        return [make_value(random_, depth - 1) for _item in range(random_.randrange(4))]
    return {
        random_.choice((*NAMES, *TEXTS[:9])): make_value(random_, depth - 1)
        for _item in range(random_.randrange(4))
    }


@tagged("post_install", "-at_install")
class TestAnyJson(ContractPortalCommon):
    """Whatever is sent to a public route: the answer is never a failure of the server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._create_sent_contract()
        # Odoo takes the database from the thread, as requests set it.
        cls.startClassPatcher(
            patch.object(threading.current_thread(), "dbname", cls.env.cr.dbname, create=True)
        )
        rules = cls.env["ir.http"].routing_map().iter_rules()
        cls.rules = [
            rule
            for rule in rules
            if rule.endpoint.routing["auth"] == "public"
            and rule.rule.startswith(("/my/contracts", "/contract/"))
        ]

    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        self.failures = []
        # What fails is written to the log with its traceback, whatever is answered.
        self.errors = []
        handler = logging.Handler(logging.ERROR)
        handler.emit = lambda record: self.errors.append(record.getMessage())
        for name in ("odoo.http", "odoo.addons.base.models.ir_http", "odoo.sql_db"):
            logging.getLogger(name).addHandler(handler)
            self.addCleanup(logging.getLogger(name).removeHandler, handler)

    def _make_path(self, rule, number=None):
        def fill(place):
            if number is not None and place[1] == "int":
                return str(number)
            if place[2] == "contract_id":
                return str(self.contract.id)
            return "1" if place[1] == "int" else "AAAA"

        return PLACES.sub(fill, rule.rule)

    def _send(self, path, what, **request):
        """Send a request; keep it if the server failed."""
        before = len(self.errors)
        answer = self.url_open(path, allow_redirects=False, timeout=60, **request)
        with contextlib.suppress(ValueError, AttributeError):
            if answer.json().get("error", {}).get("message") == "Odoo Server Error":
                self.errors.append(str(answer.json()["error"])[:800])
        if answer.status_code >= 500 or len(self.errors) > before:
            self.failures.append((path, what, answer.status_code, self.errors[before:][:1]))
        return answer

    def _post_json(self, path, payload):
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        headers = {"Content-Type": "application/json"}
        return self._send(path, data[:200], data=data, headers=headers, method="POST")

    def _as_everybody(self):
        """Be nobody, the customer with an account, and the one with the link."""
        self._log_in()
        yield
        self._log_in(self.portal_user)
        yield
        self._open_link(self.contract, self.customer)
        yield

    def test_routes_are_found(self):
        types = {rule.endpoint.routing["type"] for rule in self.rules}
        self.assertEqual(types, {"http", "jsonrpc"})
        self.assertGreater(len(self.rules), 20)

    def test_any_json(self):
        rules = [rule for rule in self.rules if rule.endpoint.routing["type"] == "jsonrpc"]
        self.assertGreaterEqual(len(rules), 5)
        for _person in self._as_everybody():
            for rule in rules:
                path = self._make_path(rule)
                names = [*rule.endpoint.original_endpoint.__code__.co_varnames[2:9], *NAMES]
                for _example in range(EXAMPLES):
                    params = {
                        name: make_value(self.random)
                        for name in self.random.sample(names, self.random.randrange(1, 6))
                    }
                    self._post_json(path, {"params": params})
        self.assertFalse(self.failures)

    def test_json_that_is_no_call(self):
        deep = b'{"params": {"values": ' + b"[" * 5000 + b"]" * 5000 + b"}}"
        deeper = b"[" * 100000
        others = [{"params": {"context": context}} for context in CONTEXTS]
        self._log_in(self.portal_user)
        for rule in self.rules:
            if rule.endpoint.routing["type"] != "jsonrpc":
                continue
            for payload in (
                b"",
                b"{",
                b"\xff\xfe",
                b'{"params": NaN}',
                deep,
                deeper,
                None,
                [],
                "text",
                7,
                {"params": []},
                {"params": "x"},
                {"params": None},
                {"params": {"self": 1}},
                {"params": {"": 1, "a b": 2}},
                *others,
            ):
                self._post_json(self._make_path(rule), payload)
        self.assertFalse(self.failures)

    def test_any_text(self):
        for _person in self._as_everybody():
            token = self._get_csrf_token()
            for rule in self.rules:
                routing = rule.endpoint.routing
                if routing["type"] != "http":
                    continue
                path = self._make_path(rule)
                for _example in range(EXAMPLES // 3):
                    sent = {
                        name: self.random.choice(TEXTS).encode("utf-8", "surrogatepass")
                        for name in self.random.sample(NAMES, 5)
                    }
                    if "POST" in (rule.methods or ("POST",)):
                        what = {"csrf_token": token, **sent}
                        self._send(path, what, data=what, method="POST")
                    if "GET" in (rule.methods or ("GET",)):
                        short = {name: text[:300] for name, text in sent.items()}
                        self._send(path, short, params=short)
        self.assertFalse(self.failures)

    def test_any_number_in_the_address(self):
        self._log_in(self.portal_user)
        for rule in self.rules:
            for number in (0, 2**31, 2**63, 10**40):
                path = self._make_path(rule, number)
                if path == self._make_path(rule):
                    continue
                if rule.endpoint.routing["type"] == "jsonrpc":
                    self._post_json(path, {"params": {}})
                else:
                    self._send(path, number)
        self.assertFalse(self.failures)

    def test_every_route_has_a_limit(self):
        """What is longer than any page of ours sends is not even read."""
        self._log_in()
        for rule in self.rules:
            routing = rule.endpoint.routing
            limit = routing.get("max_content_length", 256 * 1024)
            self.assertLessEqual(limit, 64 * 1024 * 1024, rule.rule)
            if routing["type"] != "jsonrpc":
                continue
            self.assertLessEqual(limit, 4 * 1024 * 1024, rule.rule)
            payload = b'{"params": {"digest": "' + b"a" * (limit + 1000) + b'"}}'
            answer = self._post_json(self._make_path(rule), payload)
            self.assertEqual(answer.status_code, 413, rule.rule)
        self.assertFalse(self.failures)
