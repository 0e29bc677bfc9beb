"""What this addon and Odoo's own quotation signing are both asked.

Each case has two sides. Where Odoo has nothing of the kind, only growth counts. What
consumes contracts and quotations, such as signing, makes its own in each round.
"""

import base64
import struct
import zlib

from bench_visitor import Visitor

BIG, SMALL = "buyer00000@bench.example.com", "buyer00001@bench.example.com"
AGENT = "agent00001@bench.example.com"
CONTRACT, ORDER = "customer.contract", "sale.order"
NAMED = {"fields": {"display_name": {}}}
LISTS = {
    CONTRACT: {
        **dict.fromkeys(("is_late", "name", "title", "sign_deadline", "amount_total"), {}),
        **dict.fromkeys(("signature_progress", "next_step", "state", "has_unreached"), {}),
        **dict.fromkeys(("partner_id", "user_id", "currency_id"), NAMED),
        "company_id": {"fields": {}},
    },
    ORDER: {
        **dict.fromkeys(("name", "create_date", "amount_total", "activity_ids"), {}),
        **dict.fromkeys(("invoice_status", "state", "client_order_ref"), {}),
        **dict.fromkeys(("partner_id", "user_id", "currency_id", "company_id"), NAMED),
    },
}
TITLE = {CONTRACT: "title", ORDER: "client_order_ref"}
MINE = {CONTRACT: ("waits_for_me", "=", True), ORDER: ("activity_user_id", "=", 2)}
TEXT = {CONTRACT: "section_ids.body", ORDER: "order_line.name"}
FIGURES = ["__count", "amount_total:sum"]
# Pixels
BLUE, CLEAR = bytes((0, 0, 139, 255)), bytes(4)
SECTIONS = ("Scope", "Price", "Term", "Liability", "Secrecy", "Place of Jurisdiction")


def draw_signature(width=300, height=100):
    """Return a line across a picture, as a browser sends a signature."""

    def make_chunk(kind, content):
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(
        b"\0" + b"".join(BLUE if abs(x * height // width - y) < 3 else CLEAR for x in range(width))
        for y in range(height)
    )
    header = struct.pack(">2I5B", width, height, 8, 6, 0, 0, 0)
    picture = b"\x89PNG\r\n\x1a\n" + make_chunk(b"IHDR", header)
    picture += make_chunk(b"IDAT", zlib.compress(rows)) + make_chunk(b"IEND", b"")
    return base64.b64encode(picture).decode()


class Case:
    """What both are asked, and which ratio and growth are still good."""

    def __init__(self, title, ours, peer, ratio, growth=0.1, every=1):
        self.title, self.ours, self.peer = title, ours, peer
        self.ratio, self.growth = ratio, growth
        # one of how many rounds it takes part in: some of Odoo's sides take seconds
        self.every = every


class Reading:
    """What is only looked at, as often as one likes."""

    def __init__(self, admin, agent, big, small):
        self.admin, self.agent, self.big, self.small = admin, agent, big, small
        self.specification = {model: self._describe_form(model) for model in LISTS}

    def prepare(self):
        """Return the cases."""
        return [*self._prepare_portal(), *self._prepare_lists(), *self._prepare_forms()]

    def _prepare_portal(self):
        big, small = self.big, self.small
        page = self._find_page(CONTRACT, "sent")
        signed = self._find_page(CONTRACT, "signed")
        order = self._find_page(ORDER, "sent")
        return [
            Case(
                "portal home",
                lambda: big.post(
                    "/my/counters", counters=["contract_count", "contract_to_sign_count"]
                ),
                lambda: big.post("/my/counters", counters=["quotation_count", "order_count"]),
                1.0,
                # what is one's own grows along
                0.4,
            ),
            Case(
                "portal list, many own",
                lambda: big.open("/my/contracts"),
                lambda: big.open("/my/quotes"),
                0.8,
                0.4,
            ),
            Case(
                "portal list, few own",
                lambda: small.open("/my/contracts"),
                lambda: small.open("/my/quotes"),
                0.8,
            ),
            Case(
                "portal search, many own",
                lambda: big.open("/my/contracts?search=gross+negligence"),
                None,
                None,
                0.5,
            ),
            Case(
                "portal search, few own",
                lambda: small.open("/my/contracts?search=gross+negligence"),
                None,
                None,
            ),
            Case("page, sent", lambda: big.open(page), lambda: big.open(order), 0.8),
            Case("page, signed", lambda: big.open(signed), lambda: big.open(order), 0.8),
        ]

    def _prepare_lists(self):
        return [
            self._both("list", lambda model: self._find(model)),
            self._both("list of an agent", lambda model: self._find(model, self.agent)),
            self._both("kanban", lambda model: self._find(model, limit=40)),
            self._both("list by title", lambda model: self._find(model, order=TITLE[model])),
            self._both("waits for me", lambda model: self._find(model, domain=[MINE[model]])),
            self._both(
                "text search",
                lambda model: self._find(model, domain=[(TEXT[model], "ilike", "marker0000050")]),
            ),
            self._both(
                "name search",
                lambda model: self.admin.call(model, "name_search", "0000042"),
                growth=0.3,
            ),
            self._both("group by state", lambda model: self._group(model, "state"), growth=1.0),
            self._both(
                "group by customer", lambda model: self._group(model, "partner_id"), growth=1.0
            ),
            self._both(
                "pivot", lambda model: self._group(model, "create_date:month", "state"), growth=1.0
            ),
        ]

    def _prepare_forms(self):
        ids = {model: self.admin.ask(model, "search", [], limit=1, order="id") for model in LISTS}
        return [
            self._both(
                "form",
                lambda model: self.admin.call(
                    model, "web_read", ids[model], self.specification[model]
                ),
            ),
            self._both(
                "new form",
                lambda model: self.admin.call(
                    model, "onchange", [], {}, [], self.specification[model]
                ),
            ),
        ]

    def _both(self, title, ask, ratio=1.0, growth=0.2):
        ours, peer = (lambda model=model: ask(model) for model in LISTS)
        return Case(title, ours, peer, ratio, growth)

    def _find(self, model, visitor=None, **kwargs):
        kwargs = {"domain": [], "specification": LISTS[model], "limit": 80, **kwargs}
        return (visitor or self.admin).call(model, "web_search_read", **kwargs)

    def _group(self, model, *names):
        return self.admin.call(model, "formatted_read_group", [], list(names), FIGURES)

    def _find_page(self, model, state):
        person = "requester_id" if model == CONTRACT else "partner_id"
        own = [(f"{person}.email", "=", BIG), ("state", "not in", ("draft", "cancelled"))]
        found = self.admin.ask(model, "search_read", own, ["state"])
        # among a hundred, there may be none in that state
        fitting = [one for one in found if one["state"] == state] or found
        return f"/my/{'contracts' if model == CONTRACT else 'orders'}/{fitting[0]['id']}"

    def _describe_form(self, model):
        """Return what the form asks for: all that is in its view."""
        views = self.admin.ask(model, "get_views", [(False, "form")])
        models = {name: found["fields"] for name, found in views["models"].items()}

        def describe(name, depth):
            found = {}
            for field, description in models.get(name, {}).items():
                kind, inner = description["type"], {}
                if kind in ("many2one", "many2one_reference", "reference"):
                    inner = NAMED
                elif kind in ("one2many", "many2many") and depth:
                    inner = {"fields": describe(description["relation"], depth - 1)}
                found[field] = inner
            return found

        return describe(model, 1)


class Acting:
    """What happens to a contract and to a quotation, from the first word to the signature."""

    def __init__(self, admin, big):
        self.admin, self.big = admin, big
        self.ids = {CONTRACT: [], ORDER: []}
        (self.buyer,) = admin.ask("res.partner", "search", [("email", "=", BIG)], limit=1)
        self.company = admin.ask("res.partner", "read", [self.buyer], ["parent_id"])[0][
            "parent_id"
        ][0]
        (self.product,) = admin.ask("product.product", "search", [("name", "=", "Service")])[:1]
        self.job = self._find_job()
        self.signature = draw_signature()

    def prepare(self):
        """Return the cases, which follow each other in each round."""
        return [
            Case("create", self._create_contract, self._create_order, 1.0),
            Case("send", self._send_contract, self._send_order, 1.0),
            Case("first view", self._view_contract, self._view_order, 1.0),
            Case("sign", self._sign_contract, self._accept_order, 0.05),
            # with evidence, certificate and the mails to all; Odoo's is the print alone
            Case("first PDF", self._finalize, self._print_order, 2.0),
            Case("signed download", self._download_contract, self._print_order, 0.02),
            Case("send 20", self._send_many, None, None, every=5),
        ]

    def _find_job(self):
        found = self.admin.ask(
            "ir.model.data", "search_read", [("name", "=", "ir_cron_finalize")], ["res_id"]
        )
        return found[0]["res_id"]

    def _create(self, model, values):
        # what is new takes the place of what the round before used up
        def create():
            self.ids[model] = [self.admin.ask(model, "create", [values])[0]]

        return self.admin.measure(create)

    def _prepare_contract(self):
        person = {"partner_id": self.buyer, "role": "signer", "party": "counterparty"}
        return {
            "title": "Agreement of the bench",
            "partner_id": self.company,
            "requester_id": self.buyer,
            "amount_total": 1200,
            "participant_ids": [(0, 0, person)],
            "section_ids": [
                (0, 0, {"title": title, "body": "<p>We do so with due care.</p>"})
                for title in SECTIONS
            ],
        }

    def _create_contract(self):
        return self._create(CONTRACT, self._prepare_contract())

    def _create_order(self):
        lines = [(0, 0, {"product_id": self.product}) for _number in range(3)]
        return self._create(ORDER, {"partner_id": self.buyer, "order_line": lines})

    def _send_contract(self):
        return self.admin.call(CONTRACT, "action_send", self.ids[CONTRACT])

    def _send_order(self):
        def send():
            action = self.admin.ask(ORDER, "action_quotation_send", self.ids[ORDER])
            mail = "mail.compose.message"
            wizard = self.admin.ask(mail, "create", [{}], context=action["context"])
            self.admin.ask(mail, "action_send_mail", wizard, context=action["context"])

        return self.admin.measure(send)

    def _view_contract(self):
        address = f"/my/contracts/{self.ids[CONTRACT][0]}"

        def view():
            self.big.read(address)
            self.big.post(f"{address}/viewed")

        return self.big.measure(view)

    def _view_order(self):
        return self.big.open(f"/my/orders/{self.ids[ORDER][0]}")

    def _sign_contract(self):
        address = f"/my/contracts/{self.ids[CONTRACT][0]}"
        version = self.admin.ask(CONTRACT, "read", self.ids[CONTRACT], ["current_version_id"])
        digest = self.admin.ask(
            "customer.contract.version",
            "read",
            [version[0]["current_version_id"][0]],
            ["content_digest"],
        )[0]["content_digest"]
        return self.big.post(
            f"{address}/sign",
            name="Buyer 00000",
            signature=self.signature,
            digest=digest,
            consent=True,
        )

    def _accept_order(self):
        return self.big.post(
            f"/my/orders/{self.ids[ORDER][0]}/accept", name="Buyer 00000", signature=self.signature
        )

    def _finalize(self):
        return self.admin.call("ir.cron", "method_direct_trigger", [self.job])

    def _download_contract(self):
        return self.big.open(f"/my/contracts/{self.ids[CONTRACT][0]}?report_type=pdf&download=true")

    def _print_order(self):
        return self.big.open(f"/my/orders/{self.ids[ORDER][0]}?report_type=pdf&download=true")

    def _send_many(self):
        values = [self._prepare_contract() for _number in range(20)]
        return self.admin.call(CONTRACT, "action_send", self.admin.ask(CONTRACT, "create", values))


def prepare(address, log):
    """Return what only reads, and what acts.

    :param str address: of the server
    :param pathlib.Path log: what the server logs
    """
    admin = Visitor(address, log, "admin", "admin")
    # Odoo's salesmen who see their own, beside the addon's agents
    group = admin.ask(
        "ir.model.data", "search_read", [("name", "=", "group_sale_salesman")], ["res_id"]
    )[0]["res_id"]
    agents = admin.ask("res.users", "search", [("login", "=", AGENT)])
    admin.ask("res.users", "write", agents, {"group_ids": [(4, group)]})
    agent, big, small = (Visitor(address, log, login) for login in (AGENT, BIG, SMALL))
    return Reading(admin, agent, big, small).prepare(), Acting(admin, big).prepare()
