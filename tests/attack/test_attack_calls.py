import inspect
import json

from odoo import Command
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..portal.common import ContractPortalCommon
from .common import DONE, REFUSED, OutsidersMixin, attack, attacks, attempt

CALLS = "Calls: every public method, with foreign ids"
GATES = "Calls: over the network"
SECRET = "Topsecret oven maintenance"
WHO = {
    "stranger": "a customer of somebody else",
    "agent": "an employee with own contracts only",
    "foreigner": "another company's administrator",
}
# Models of which the contract that is attacked has records, by the path that leads there
ROWS = {
    "customer.contract": "",
    "customer.contract.version": "version_ids",
    "customer.contract.section": "section_ids",
    "customer.contract.participant": "participant_ids",
    "customer.contract.routing.step": "routing_step_ids",
    "customer.contract.signature": "signature_ids",
    "customer.contract.event": "event_ids",
    "customer.contract.document": "document_ids",
    "customer.contract.milestone": "milestone_ids",
    "customer.contract.dispute": "dispute_ids",
}
# Called by Odoo for whoever it is, and told nothing by
HARMLESS = ("default_get",)
NETWORK = (
    ("customer.contract", "read", {"fields": ["title", "state"]}),
    ("customer.contract", "write", {"vals": {"title": "Mine"}}),
    ("customer.contract", "unlink", {}),
    ("customer.contract", "copy", {}),
    ("customer.contract", "export_data", {"fields_to_export": ["title"]}),
    ("customer.contract", "action_send", {}),
    ("customer.contract", "action_cancel", {}),
    ("customer.contract", "action_new_version", {}),
    ("customer.contract", "verify_integrity", {}),
    ("customer.contract", "message_post", {"body": "x"}),
    ("customer.contract", "activity_schedule", {"summary": "x"}),
    ("customer.contract", "message_subscribe", {"partner_ids": [1]}),
    ("customer.contract.event", "read", {"fields": ["payload"]}),
    ("customer.contract.version", "read", {"fields": ["content"]}),
    ("customer.contract.signature", "read", {"fields": ["signed_by"]}),
    ("customer.contract.participant", "write", {"vals": {"role": "observer"}}),
    ("customer.contract.link", "search_read", {"domain": []}),
    ("customer.contract.code", "search_read", {"domain": []}),
    ("customer.contract.in.person", "search_read", {"domain": []}),
)


@tagged("post_install", "-at_install")
class TestAttackCalls(OutsidersMixin, ContractPortalCommon):
    """What can be called over the network, by people who have nothing to do with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        agent, foreigner = cls._create_outsiders()
        cls.people = {
            "stranger": cls._create_portal_user("stranger", "Sam Stranger"),
            "agent": agent,
            "foreigner": foreigner,
        }
        cls.victims = cls._create_sent_contract(
            title=SECRET,
            document_ids=[Command.create({"name": f"{SECRET}.txt", "raw": b"x"})],
            milestone_ids=[Command.create({"name": SECRET, "date": "2030-01-01"})],
        )
        cls.victims |= cls._create_contract(
            title=f"{SECRET}, a draft",
            routing_step_ids=[Command.create({"name": SECRET, "role": "approver"})],
        )
        cls.env.flush_all()
        cls.env.cr.execute(
            "SELECT tablename FROM pg_tables WHERE tablename LIKE 'customer\\_contract%'"
        )
        cls.tables = [name for (name,) in cls.env.cr.fetchall()]

    def _photograph(self):
        """Return what the addon's tables hold, as one value."""
        self.env.flush_all()
        kept = " UNION ALL ".join(
            f"SELECT '{table}', md5(string_agg(row::text, '' ORDER BY row::text))"
            f" FROM {table} AS row"
            for table in self.tables
        )
        self.env.cr.execute(
            f"{kept} UNION ALL SELECT 'mails', count(*)::text FROM mail_mail"  # noqa: S608
            " UNION ALL SELECT 'messages', count(*)::text FROM mail_message"
        )
        return sorted(self.env.cr.fetchall())

    def _get_methods(self, model):
        """Return the public methods that the addon itself has given a model."""
        found = {}
        for definition in type(model).mro():
            if getattr(definition, "_module", "") != "customer_contract":
                continue
            for name, method in vars(definition).items():
                if not name.startswith("_") and inspect.isfunction(method):
                    found.setdefault(name, method)
        return found

    def _make_arguments(self, method):
        """Return something for each parameter that a method wants to have."""
        victim = self.victims[:1]
        guesses = {"bool": True, "int": victim.id, "str": "x", "dict": {}, "list": [victim.id]}
        wanted = []
        for parameter in list(inspect.signature(method).parameters.values())[1:]:
            if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
                continue
            if parameter.default is parameter.empty and parameter.kind != parameter.KEYWORD_ONLY:
                name = parameter.name
                kind = "dict" if "val" in name else "list" if name.endswith("s") else "int"
                wanted.append(guesses[kind])
        return wanted

    def _call_all(self, user, model_name, path):
        """Call all methods of a model on the records of contracts that are not the user's.

        :return: the names of the methods that changed or told something
        :rtype: list[str]
        """
        victims = self.victims.mapped(path) if path else self.victims
        ids, model = victims.ids, self.env[model_name].with_user(user)
        self.assertTrue(ids, model_name)
        before, held = self._photograph(), []
        for name, method in sorted(self._get_methods(model).items()):
            if name in HARMLESS:
                continue
            arguments = self._make_arguments(method)
            told = None
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint() as savepoint:
                    if getattr(method, "_api_model", False):
                        told = call_kw(model, name, arguments, {})
                    else:
                        told = call_kw(model, name, [ids, *arguments], {})
                    is_changed = self._photograph() != before
                    savepoint.rollback()
            except Exception:  # noqa: BLE001
                # Whatever it fails at, it has done nothing.
                is_changed = False
            self.env.invalidate_all()
            if is_changed or SECRET in json.dumps(told, default=str):
                held.append(name)
        return held

    @attacks(
        CALLS,
        {
            f"{words} calls each method of {model}": REFUSED
            for words in WHO.values()
            for model in ROWS
        },
    )
    def test_methods(self):
        got = {}
        self._open_dispute()
        owner = self._call_all(self.manager, "customer.contract", "")
        self.assertIn("action_cancel", owner, "who may do it does it: the test sees that")
        for who, words in WHO.items():
            for model, path in ROWS.items():
                held = self._call_all(self.people[who], model, path)
                got[f"{words} calls each method of {model}"] = (
                    f"done: {', '.join(held)}" if held else REFUSED
                )
        return got

    def _open_dispute(self):
        """Give the contract that is sent a dispute."""
        contract = self.victims[:1]
        self._log_in(self.portal_user)
        self._post(f"/my/contracts/{contract.id}/dispute", reason=f"{SECRET}: too much")
        self.env.invalidate_all()
        self.assertTrue(contract.dispute_ids)

    @attacks(
        GATES,
        {
            f"{words} calls {model}.{name} by {gate}": REFUSED
            for gate in ("/jsonrpc", "/json/2")
            for words in WHO.values()
            for model, name, _values in NETWORK
        },
    )
    def test_network(self):
        got = {}
        self._open_dispute()
        self._log_in()
        key = self._make_key(self.manager)
        for call in (self._call_rpc, self._call_json):
            fields = {"fields": ["title"]}
            answer = call(self.manager, key, "customer.contract", "read", self.victims.ids, fields)
            self.assertIn(SECRET, answer, "who may read it does: the test sees that")
        for who, words in WHO.items():
            user = self.people[who]
            key = self._make_key(user)
            for model, name, values in NETWORK:
                path = ROWS.get(model, "")
                ids = (self.victims.mapped(path) if path else self.victims).ids[:1]
                before = self._photograph()
                for gate, call in (("/jsonrpc", self._call_rpc), ("/json/2", self._call_json)):
                    answer = call(user, key, model, name, ids, values)
                    self.env.invalidate_all()
                    is_held = SECRET not in answer and self._photograph() == before
                    words_of_row = f"{words} calls {model}.{name} by {gate}"
                    got[words_of_row] = REFUSED if is_held else DONE
        return got

    def _make_key(self, user):
        """Return a key for programs of a user."""
        return self.env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", "test", False)

    def _call_rpc(self, user, key, model, name, ids, values):
        arguments = [self.env.cr.dbname, user.id, key, model, name]
        arguments += [[], values] if name == "search_read" else [[ids], values]
        return self.url_open(
            "/jsonrpc",
            data=json.dumps(
                {"params": {"service": "object", "method": "execute_kw", "args": arguments}}
            ),
            headers={"Content-Type": "application/json"},
        ).text

    def _call_json(self, user, key, model, name, ids, values):
        sent = values if name == "search_read" else {"ids": ids, **values}
        return self.url_open(
            f"/json/2/{model}/{name}",
            data=json.dumps(sent),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {key}",
                "X-Odoo-Database": self.env.cr.dbname,
            },
        ).text

    @attack(GATES, "A private method is called by its name", REFUSED)
    def test_private(self):
        user = self.people["foreigner"]
        return attempt(
            lambda: call_kw(
                self.env["customer.contract"].with_user(user),
                "_write_protected",
                [self.victims.ids, {"title": "x"}],
                {},
            )
        )
