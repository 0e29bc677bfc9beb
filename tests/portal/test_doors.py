# What people write to each other is not translated.
# pylint: disable=translation-required
import xmlrpc.client

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..common import ContractCommon

CONTRACT = "customer.contract"
SECRET = "margin is 70 percent"
# Through what people outside may ask for contracts. Whoever opens another door thinks it
# over here.
OPEN = {
    "id",
    "name",
    "title",
    "display_name",
    "active",
    "state",
    "direction",
    "lifecycle",
    "waits_for_me",
    "portal_published",
    "type_id",
    "partner_id",
    "commercial_partner_id",
    "requester_id",
    "user_id",
    "company_id",
    "currency_id",
    "amount_total",
    "date_start",
    "date_end",
    "sign_deadline",
    "sent_on",
    "signed_on",
    "termination_date",
    "create_date",
    "write_date",
}


@tagged("post_install", "-at_install")
class TestDoors(ContractCommon, HttpCase):
    """Relations are doors: what a portal user may ask contracts, and cannot."""

    def setUp(self):
        super().setUp()
        self.contract = self._create_sent_contract()
        self.contract.message_post(body=f"Our {SECRET}", subtype_xmlid="mail.mt_note")
        self.env.flush_all()
        self.own = self.env[CONTRACT].with_user(self.portal_user)

    def _answers(self, model, domain):
        """Tell whether a search as portal user is answered at all."""
        try:
            self.env[model].with_user(self.portal_user).search_count(domain)
        except AccessError:
            return False
        return True

    def test_every_field(self):
        answered = set()
        for name, field in self.env[CONTRACT]._fields.items():
            if (field.store or field.search) and self._answers(CONTRACT, [(name, "!=", False)]):
                answered.add(name)
        self.assertFalse(answered - OPEN)
        # and those that are open answer, unless Odoo itself cannot search by them
        self.assertGreater(len(answered), 20)

    def test_no_path_leads_further(self):
        paths = 0
        for name, field in self.env[CONTRACT]._fields.items():
            if not field.relational:
                continue
            for further in self.env[field.comodel_name]._fields:
                paths += 1
                with self.subTest(path=f"{name}.{further}"):
                    self.assertFalse(self._answers(CONTRACT, [(f"{name}.{further}", "!=", False)]))
            for operator in ("any", "not any"):
                self.assertFalse(self._answers(CONTRACT, [(name, operator, [("id", "!=", 0)])]))
        self.assertGreater(paths, 500)

    def test_no_other_model_leads_here(self):
        """Whatever a portal user may search, of whatever app, contracts behind are as closed."""
        ours = [name for name in self.env.registry if name.startswith(f"{CONTRACT}")]
        found, readable = 0, 0
        for model in self.env.registry.values():
            records = self.env[model._name].with_user(self.portal_user)
            if model._abstract or not model._auto or not records.has_access("read"):
                continue
            readable += 1
            for name, field in records._fields.items():
                if not (field.relational and field.comodel_name in ours and field.store):
                    continue
                if model._name == CONTRACT:
                    continue  # see above
                found += 1
                for path in (
                    "message_ids.body",
                    "message_ids.author_id.email",
                    "activity_ids.note",
                    "message_partner_ids.email",
                    "participant_ids.partner_id.email",
                    "user_id.login",
                    "note",
                    "create_uid.login",
                    "write_uid.partner_id.email",
                ):
                    if path.partition(".")[0] not in self.env[field.comodel_name]._fields:
                        continue
                    with self.subTest(field=f"{model._name}.{name}", path=path):
                        self.assertFalse(
                            self._answers(model._name, [(f"{name}.{path}", "ilike", "a")])
                        )
                        self.assertFalse(
                            self._answers(model._name, [(name, "any", [(path, "ilike", "a")])])
                        )
        self.assertGreater(readable, 10)
        # Contacts lead to their contracts.
        self.assertGreater(found, 0)

    def test_a_portal_user_reads_contracts_only(self):
        """What belongs to contracts is shown on their page, and open to no search."""
        readable = {
            name
            for name in self.env.registry
            if name.startswith(CONTRACT)
            and not self.env.registry[name]._abstract
            and self.env[name].with_user(self.portal_user).has_access("read")
        }
        self.assertEqual(readable, {CONTRACT})

    def test_each_way_to_ask(self):
        """Beside search: counting, grouping, panels, names, kanban bars, and exports."""
        secret = [("message_ids.body", "ilike", SECRET)]
        for method, *arguments in (
            ("search_count", secret),
            ("search_read", secret, ["title"]),
            ("web_search_read", secret, {"title": {}}),
            ("name_search", "", secret),
            ("formatted_read_group", secret, ["state"], ["__count"]),
            ("formatted_read_group", [], ["message_ids"], ["__count"]),
            ("formatted_read_group", [], ["activity_ids.summary"], ["__count"]),
            ("formatted_read_group", [], [], ["message_ids:count_distinct"]),
            ("web_read_group", secret, ["state"], []),
            ("read_progress_bar", secret, "state", {"field": "state", "colors": {}}),
            ("search_panel_select_range", "type_id"),
        ):
            with self.subTest(method=method, arguments=arguments):
                options = (
                    {"search_domain": secret, "enable_counters": True}
                    if method == "search_panel_select_range"
                    else {}
                )
                with self.assertRaises(AccessError), mute_logger("odoo.models"):
                    getattr(self.own, method)(*arguments, **options)
        # In the negative, and inside other conditions as well
        for domain in (
            ["!", ("message_ids.body", "ilike", SECRET)],
            ["|", ("id", "=", 0), ("message_follower_ids.partner_id.email", "ilike", "a")],
            [("message_ids", "not any", [("body", "ilike", SECRET)])],
            [("activity_user_id.login", "ilike", "a")],
            [("properties.x", "=", "a")],
        ):
            with self.subTest(domain=domain):
                self.assertFalse(self._answers(CONTRACT, domain))

    def test_sorting_and_grouping(self):
        domain = [("id", "=", self.contract.id)]
        for call in (
            lambda: self.own.search(domain, order="note"),
            lambda: self.own.search(domain, order="team_id"),
            lambda: self.own._read_group(domain, ["user_id.login"]),
            lambda: self.own._read_group(domain, ["message_ids"]),
            lambda: self.own._read_group(domain, ["participant_ids"]),
            lambda: self.own._read_group(domain, [], ["message_ids:array_agg"]),
            lambda: self.own._read_group(domain, ["state"], ["message_ids:recordset"]),
        ):
            with self.assertRaises(AccessError):
                call()
        self.assertTrue(self.own.search(domain, order="date_end desc, partner_id, id"))
        self.assertTrue(
            self.own._read_group(domain, ["date_end:month"], ["amount_total:sum", "__count"])
        )

    def test_what_is_read(self):
        """Of the fields that are read, none gives more than the ids of own things."""
        with self.assertRaises(AccessError):
            self.own.browse(self.contract.id).read(["event_ids", "note", "trail_head"])
        with mute_logger("odoo.models"):
            rows = self.own.browse(self.contract.id).web_read(
                {"message_ids": {"fields": {"body": {}}}, "title": {}}
            )
        self.assertNotIn(SECRET, str(rows))

    def test_by_xmlrpc(self):
        self.portal_user.password = "contract_customer"

        def ask(method, *arguments):
            return self.xmlrpc_object.execute(
                self.env.cr.dbname,
                self.portal_user.id,
                "contract_customer",
                CONTRACT,
                method,
                *arguments,
            )

        self.assertEqual(ask("search_count", [("id", "=", self.contract.id)]), 1)
        for field in (
            "message_ids.body",
            "message_ids.email_from",
            "message_ids.notified_partner_ids",
        ):
            with mute_logger("odoo.http", "odoo.service"), self.assertRaises(xmlrpc.client.Fault):
                ask("search_count", [("id", "=", self.contract.id), (field, "ilike", SECRET)])

    def test_by_json(self):
        self.authenticate(self.portal_user.login, self.portal_user.login)
        answer = self.url_open(
            f"/web/dataset/call_kw/{CONTRACT}/search_count",
            json={
                "params": {
                    "model": CONTRACT,
                    "method": "search_count",
                    "args": [[("message_ids.body", "ilike", SECRET)]],
                    "kwargs": {},
                }
            },
        ).json()
        self.assertIn("error", answer)
        self.assertIn("AccessError", answer["error"]["data"]["name"])

    def test_employees_still_search(self):
        found = (
            self.env[CONTRACT]
            .with_user(self.manager)
            .search(
                [("message_ids.body", "ilike", SECRET), ("participant_ids.partner_id", "!=", False)]
            )
        )
        self.assertEqual(found, self.contract)
