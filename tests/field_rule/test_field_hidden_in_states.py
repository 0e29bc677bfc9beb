import json

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import FieldRuleCommon


@tagged("post_install", "-at_install")
class TestFieldHiddenInStates(FieldRuleCommon):
    """A field hidden while the contract is in some states."""

    def setUp(self):
        super().setUp()
        self.draft = self._create_contract(title="Open", date_start="2026-02-03")
        self.sent = self._create_sent_contract(title="Closed", date_start="2026-02-04")
        self._create_rule("date_start", in_sent=True, in_signed=True)
        self._create_rule("requester_id", in_sent=True)
        self._create_rule("tag_ids", in_sent=True)
        self.env.invalidate_all()
        self.both = (self.draft | self.sent).with_user(self.agent)

    def test_reads_as_empty(self):
        for rows in (
            self.both.read(["title", "date_start", "requester_id", "tag_ids"]),
            self.both.web_read(
                {
                    "title": {},
                    "date_start": {},
                    "requester_id": {"fields": {"display_name": {}}},
                    "tag_ids": {"fields": {"name": {}}},
                }
            ),
            self.both.search_read(
                [("id", "in", self.both.ids)], ["title", "date_start", "requester_id"], order="id"
            ),
            self.both.web_search_read(
                [("id", "in", self.both.ids)],
                {"title": {}, "date_start": {}, "requester_id": {"fields": {}}},
                order="id",
            )["records"],
        ):
            self.assertEqual([row["title"] for row in rows], ["Open", "Closed"])
            self.assertTrue(rows[0]["date_start"])
            self.assertTrue(rows[0]["requester_id"])
            self.assertIs(rows[1]["date_start"], False)
            self.assertIs(rows[1]["requester_id"], False)
            self.assertEqual(rows[1].get("tag_ids", []), [])
        reverse = self.both[::-1].read(["title", "date_start"])
        self.assertEqual([row["title"] for row in reverse], ["Closed", "Open"])

    def test_code_is_refused(self):
        self.assertTrue(self.both[0].date_start)
        with self.assertRaises(AccessError):
            _value = self.both[1].date_start
        with self.assertRaises(AccessError):
            _value = self.both.requester_id
        self.assertTrue(self.both[1].sudo().date_start)

    def test_the_cache_is_not_spoilt(self):
        self.both.read(["date_start"])
        self.assertEqual(
            [str(day) for day in self.both.sudo().mapped("date_start")],
            ["2026-02-03", "2026-02-04"],
        )
        with self.assertRaises(AccessError):
            _value = self.both[1].date_start

    def test_export(self):
        rows = self.both.export_data(["title", "date_start", "requester_id/name", "state"])["datas"]
        self.assertEqual(rows[0][0], "Open")
        self.assertTrue(rows[0][1])
        self.assertEqual(rows[0][2], "Carla Customer")
        self.assertEqual(rows[1][:3], ["Closed", "", ""])
        self.assertTrue(rows[1][3])

    def test_searching_and_grouping(self):
        for search in (
            lambda: self.both.search([("date_start", "=", "2026-02-04")]),
            lambda: self.both.search([("requester_id", "=", self.customer.id)]),
            lambda: self.both.search([("requester_id.name", "ilike", "Carla")]),
            lambda: self.both.search([], order="date_start"),
            lambda: self.draft.with_user(self.agent).search([("date_start", ">", "2000-01-01")]),
            lambda: self.both.formatted_read_group([], ["date_start:month"], ["__count"]),
            lambda: self.both.formatted_read_group([], ["requester_id"], ["__count"]),
            lambda: self.both.formatted_read_group([], ["state"], ["date_start:max"]),
            lambda: self.customer_company.with_user(self.agent).web_read(
                {"contract_ids": {"fields": {"title": {}}, "order": "date_start"}}
            ),
        ):
            self._assert_refused(search)

    def test_onchange_with_a_lie_about_the_state(self):
        own = self.sent.with_user(self.agent)
        result = own.onchange(
            {"state": "draft", "title": "x"},
            ["title"],
            {"date_start": {}, "requester_id": {"fields": {"display_name": {}}}, "title": {}},
        )
        self.assertNotIn("2026-02-04", json.dumps(result, default=str))
        self.assertNotIn("Carla", json.dumps(result, default=str))
        record = own.new({"state": "draft"}, origin=own)
        with self.assertRaises(AccessError):
            _value = record.date_start

    def test_copying_and_messages(self):
        self.assertFalse(self.sent.with_user(self.agent).copy().date_start)
        self.assertTrue(self.draft.with_user(self.agent).copy().date_start)
        own = self.sent.with_user(self.agent).with_context(
            tracking_disable=False, mail_notrack=False
        )
        own.sign_deadline = "2099-01-01"
        self._run_tracking()

    def test_views(self):
        views = self.both.get_views([(False, "form"), (False, "list"), (False, "search")])
        form = etree.fromstring(views["views"]["form"]["arch"])
        field = form.xpath("//field[@name='date_start']")[0]
        self.assertIn("state in ('sent', 'signed')", field.get("invisible"))
        description = views["models"]["customer.contract"]["fields"]["date_start"]
        self.assertFalse(description.get("searchable", False))
        self.assertFalse(description.get("sortable", False))
        with Form(self.draft.with_user(self.agent)) as draft_form:
            draft_form.date_start = "2026-03-01"
