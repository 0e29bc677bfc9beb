from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..common import ContractCommon


@tagged("post_install", "-at_install")
class TestCalendar(ContractCommon):
    """The calendar shows each day that matters to a contract, to those who may know it."""

    def _get_days(self, contract, user=None):
        """Return the days of a contract by their kinds."""
        days = self.env["customer.contract.date"].with_user(user or self.manager)
        return {
            day.kind: (str(day.date), day.display_name)
            for day in days.search([("contract_id", "=", contract.id)])
        }

    def test_days_of_a_contract(self):
        contract = self._create_contract(
            sign_deadline="2098-05-01",
            milestone_ids=[
                Command.create({"name": "Ovens installed", "date": "2098-06-01"}),
            ],
        )
        self.assertEqual(
            self._get_days(contract),
            {
                "start": ("2026-01-01", "Start: Maintenance Agreement"),
                "end": ("2099-12-31", "End: Maintenance Agreement"),
                "deadline": ("2098-05-01", "Deadline to Sign: Maintenance Agreement"),
                "milestone": ("2098-06-01", "Milestone: Ovens installed"),
            },
        )
        contract.date_end = "2099-11-30"
        # another request reads it anew
        self.env.invalidate_all()
        self.assertEqual(self._get_days(contract)["end"][0], "2099-11-30")

    def test_what_has_ended_is_not_there(self):
        contract = self._create_sent_contract()
        contract.action_cancel("Nobody wants it")
        self.assertFalse(self._get_days(contract))
        signed = self._create_signed_contract(sign_deadline="2098-05-01")
        self.assertNotIn("deadline", self._get_days(signed))
        self.assertIn("end", self._get_days(signed))

    def test_others_see_their_own(self):
        contract = self._create_contract()
        agent = new_test_user(
            self.env, login="plain_agent", groups="customer_contract.group_contract_user"
        )
        self.assertFalse(self._get_days(contract, agent))
        with self.assertRaises(AccessError):
            self._get_days(contract, self.portal_user)

    def test_hidden_dates_are_not_told(self):
        contract = self._create_contract()
        field = self.env["ir.model.fields"]._get("customer.contract", "date_end")
        self.env["customer.contract.field.rule"].create(
            {"field_name": f"customer.contract:{field.name}", "access": "hidden"}
        )
        days = self._get_days(contract)
        self.assertNotIn("end", days)
        self.assertIn("start", days)

    def test_a_day_opens_its_contract(self):
        contract = self._create_contract()
        days = self.env["customer.contract.date"].with_user(self.manager)
        day = days.search([("contract_id", "=", contract.id)], limit=1)
        self.assertEqual(day.action_open()["res_id"], contract.id)
        self.assertTrue(days.get_views([(False, kind) for kind in ("calendar", "list", "search")]))
