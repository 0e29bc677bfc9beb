from unittest.mock import patch

from odoo.fields import Domain
from odoo.tests import new_test_user, tagged

from ...controllers.portal_list import CustomerContractPortalList
from .common import ContractPortalCommon

COUNTERS = ["contract_count", "contract_to_sign_count"]


@tagged("post_install", "-at_install")
class TestCounters(ContractPortalCommon):
    """*My Account* costs people without contracts nothing, and its counters one query."""

    def _count(self, ask):
        for _number in range(3):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            answer = ask()
        return self.cr.sql_log_count - before, answer

    def _ask(self, counters):
        return self.make_jsonrpc_request("/my/counters", {"counters": counters})

    def test_page_asks_for_no_contracts(self):
        stranger = new_test_user(self.env, "without_contracts", groups="base.group_portal")
        self._log_in(stranger)
        with patch.object(CustomerContractPortalList, "_find_own_contracts") as find:
            self.assertEqual(self.url_open("/my").status_code, 200)
        find.assert_not_called()

    def test_counters_take_one_query(self):
        stranger = new_test_user(self.env, "without_contracts", groups="base.group_portal")
        self._log_in(stranger)
        nothing, _answer = self._count(lambda: self._ask([]))
        counted, answer = self._count(lambda: self._ask(COUNTERS))
        self.assertEqual([answer[name] for name in COUNTERS], [0, 0])
        # Who asks, and which contracts are theirs
        self.assertLessEqual(counted - nothing, 2)

    def test_counters_count(self):
        self._log_in(self.portal_user)
        sent = self._create_sent_contract()
        self._create_signed_contract()
        answer = self._ask(COUNTERS)
        own = self.env["customer.contract"].with_user(self.portal_user)
        found = own.search([])
        self.assertIn(sent.id, found.ids)
        self.assertEqual(answer["contract_count"], len(found))
        to_do = Domain("id", "in", found.ids) & own._get_portal_to_do_domain()
        # Customers have no rights on the participants that decide it.
        self.assertEqual(answer["contract_to_sign_count"], own.sudo().search_count(to_do))

    def test_too_many_to_name_are_found_all_the_same(self):
        self._log_in(self.portal_user)
        for _number in range(3):
            self._create_sent_contract()
        before = self._ask(COUNTERS)
        page = self.url_open("/my/contracts?sortby=title").text
        with patch("odoo.addons.customer_contract.controllers.portal_list.MOST_IDS", 1):
            self.assertEqual(self._ask(COUNTERS), before)
            self.assertEqual(
                page.count('href="/my/contracts/'),
                self.url_open("/my/contracts?sortby=title").text.count('href="/my/contracts/'),
            )
