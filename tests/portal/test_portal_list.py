import re

from odoo import Command
from odoo.tests import new_test_user, tagged

from .common import ContractPortalCommon


@tagged("post_install", "-at_install")
class TestPortalList(ContractPortalCommon):
    """*My Account* and the list of contracts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls._create_portal_user("stranger_customer", "Stan Stranger")

    def setUp(self):
        super().setUp()
        self.to_sign = self._create_sent_contract(title="Zebra crossing")
        self.signed = self._create_signed_contract(title="Apple delivery", amount_total=5)
        self.ended = self._create_signed_contract(
            title="Old lease", date_start="2020-01-01", date_end="2020-12-31"
        )
        self.cancelled = self._create_sent_contract(title="Mistake")
        self.cancelled.action_cancel("typing error")
        self.draft = self._create_contract(title="Secret draft")
        self._log_in(self.portal_user)

    def _list(self, query=""):
        """Return the titles on a page of the list, in order."""
        response = self.url_open(f"/my/contracts{query}")
        self.assertEqual(response.status_code, 200)
        contracts = self.to_sign | self.signed | self.ended | self.cancelled | self.draft
        places = [
            (response.text.find(f'href="/my/contracts/{contract.id}"'), contract.title)
            for contract in contracts
        ]
        return [title for place, title in sorted(places) if place >= 0]

    def _count_rows(self, page):
        return len(re.findall(r'href="/my/contracts/\d+"', page))

    def test_counters(self):
        names = ["contract_count", "contract_to_sign_count"]
        answer = self.make_jsonrpc_request("/my/counters", {"counters": names})
        self.assertEqual(answer, {"contract_count": 4, "contract_to_sign_count": 1})
        self._log_in(self.stranger)
        answer = self.make_jsonrpc_request("/my/counters", {"counters": names})
        self.assertEqual(answer, {"contract_count": 0, "contract_to_sign_count": 0})

    def test_home_shows_cards(self):
        page = self.url_open("/my").text
        self.assertIn('href="/my/contracts?filterby=to_sign"', page)
        self.assertIn('data-placeholder_count="contract_count"', page)

    def test_shows_own_contracts_only(self):
        self.assertEqual(self._list(), ["Mistake", "Old lease", "Apple delivery", "Zebra crossing"])
        self._log_in(self.stranger)
        self.assertEqual(self._list(), [])
        self.assertIn("There are no contracts for you yet", self.url_open("/my/contracts").text)

    def test_asks_for_login(self):
        self._log_in()
        response = self._get("/my/contracts")
        self.assertEqual(response.status_code, 303)
        self.assertIn("/web/login", response.headers["Location"])

    def test_shows_what_matters(self):
        page = self.url_open("/my/contracts").text
        for text in (
            self.to_sign.name,
            "Your signature is needed",
            "1,200.00",
            "Needs Signature",
            "Signed · Running",
            "Signed · Ended",
            "01/01/2020",
        ):
            self.assertIn(text, page)

    def test_filters(self):
        for filterby, titles in (
            ("all", ["Mistake", "Old lease", "Apple delivery", "Zebra crossing"]),
            ("to_sign", ["Zebra crossing"]),
            ("signed", ["Old lease", "Apple delivery"]),
            ("running", ["Apple delivery"]),
            ("ended", ["Mistake", "Old lease"]),
        ):
            with self.subTest(filterby=filterby):
                self.assertEqual(self._list(f"?filterby={filterby}"), titles)

    def test_sortings(self):
        for sortby, titles in (
            ("newest", ["Mistake", "Old lease", "Apple delivery", "Zebra crossing"]),
            ("title", ["Apple delivery", "Mistake", "Old lease", "Zebra crossing"]),
            ("reference", ["Mistake", "Old lease", "Apple delivery", "Zebra crossing"]),
            ("date_end", ["Old lease", "Mistake", "Apple delivery", "Zebra crossing"]),
            ("amount", ["Mistake", "Old lease", "Zebra crossing", "Apple delivery"]),
        ):
            with self.subTest(sortby=sortby):
                self.assertEqual(self._list(f"?sortby={sortby}"), titles)
        for sortby in ("status", "date_start"):
            with self.subTest(sortby=sortby):
                self.assertEqual(len(self._list(f"?sortby={sortby}")), 4)

    def test_search(self):
        special = self._create_sent_contract(
            title="100% discount_rate",
            section_ids=[
                Command.create({"title": "Über", "body": '<p>The <b>café</b> &amp; the "bar"</p>'})
            ],
        )
        self.to_sign |= special
        for search_in, search, titles in (
            ("title", "zebra", ["Zebra crossing"]),
            ("title", "100%25", [special.title]),
            ("title", "t_r", [special.title]),
            ("title", self.signed.name, []),
            ("reference", self.signed.name, ["Apple delivery"]),
            ("content", "ovens", ["Mistake", "Old lease", "Apple delivery", "Zebra crossing"]),
            ("content", "the café %26 the", [special.title]),
            ("content", '"bar"', [special.title]),
            ("content", "über", [special.title]),
            # part of how the content is stored, but of no contract's text
            ("content", "sections", []),
            ("content", "strong", []),
            ("all", "ovens", ["Mistake", "Old lease", "Apple delivery", "Zebra crossing"]),
            ("all", "zebra", ["Zebra crossing"]),
            ("all", "no such text", []),
            ("all", "Secret", []),
        ):
            with self.subTest(search_in=search_in, search=search):
                found = self._list(f"?search_in={search_in}&search={search}")
                self.assertEqual(sorted(found), sorted(titles))

    def test_groups(self):
        page = self.url_open("/my/contracts?groupby=status").text
        self.assertEqual(page.count('scope="rowgroup"'), 3)
        page = self.url_open("/my/contracts?groupby=type").text
        self.assertNotIn('scope="rowgroup"', page, "Types are offered only where used.")
        contract_type = self.env["customer.contract.type"].create({"name": "Lease"})
        self._create_sent_contract(type_id=contract_type.id)
        page = self.url_open("/my/contracts?groupby=type").text
        self.assertEqual(page.count('scope="rowgroup"'), 2)
        self.assertIn(">No Type<", page)

    def test_bad_arguments_give_a_normal_page(self):
        titles = ["Mistake", "Old lease", "Apple delivery", "Zebra crossing"]
        for query in (
            "?sortby=nonsense",
            "?sortby=id;drop",
            "?filterby=nonsense",
            "?groupby=nonsense",
            "?groupby=partner_id",
            "?search_in=nonsense&search=",
            "?page=99999",
            "?page=-1",
            "?page=²",
            "?page=abc",
            "/page/99999",
            "/page/0",
            "?date_begin=abc&date_end=2020-99-99",
            "?date_begin=2020-01-01",
            "?nonsense=1",
            "?sortby=title&sortby=date&groupby=",
        ):
            with self.subTest(query=query):
                found = self._list(query)
                self.assertEqual(sorted(found), sorted(titles))
        self.assertEqual(self._list("?search=%25"), [])
        self.assertEqual(self._list("?date_begin=1999-01-01&date_end=1999-12-31"), [])

    def test_pages(self):
        for number in range(20):
            self._create_sent_contract(title=f"Contract {number}")
        first = self.url_open("/my/contracts?sortby=title&search=e").text
        second = self.url_open("/my/contracts/page/2?sortby=title&search=e").text
        self.assertEqual(self._count_rows(first), 20)
        self.assertEqual(self._count_rows(second), 4)
        self.assertIn("sortby=title", first)
        self.assertIn("/my/contracts/page/2", first)
        last = self.url_open("/my/contracts?page=99999&sortby=title&search=e").text
        self.assertEqual(self._count_rows(last), 4)

    def test_employees_see_what_concerns_them(self):
        clerk = new_test_user(self.env, login="clerk_without_rights", name="Clara Clerk")
        self._log_in(clerk)
        self.assertEqual(self._list(), [])
        self._log_in(self.manager)
        self.assertEqual(len(self._list()), 4)

    def test_query_count_is_constant(self):
        few = self._count_queries("/my/contracts")
        for number in range(15):
            self._create_signed_contract(title=f"Many {number}")
        many = self._count_queries("/my/contracts")
        self.assertEqual(many, few)

    def _count_queries(self, path):
        """Count the queries of a request, once caches of the registry are warm."""
        self.url_open(path)
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.cr.sql_log_count  # requests share the test's cursor
        self.url_open(path)
        return self.cr.sql_log_count - start
