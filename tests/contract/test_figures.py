from datetime import datetime, timedelta

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ..common import ContractCommon


@tagged("post_install", "-at_install")
class TestFigures(ContractCommon):
    """What reports count is right, also over currencies and contracts without a figure."""

    def test_days_to_sign(self):
        sent = datetime(2026, 3, 1, 12)
        contracts = self._create_signed_contract() | self._create_signed_contract()
        for contract, days in zip(contracts, (1.5, 4.5), strict=True):
            contract.sudo()._write_protected(
                {"sent_on": sent, "signed_on": sent + timedelta(days=days)}
            )
        self.assertEqual(contracts.mapped("days_to_sign"), [1.5, 4.5])
        both = contracts | self._create_sent_contract()
        ((average, count),) = both._read_group(
            [("id", "in", both.ids)], [], ["days_to_sign:avg", "__count"]
        )
        # one that is not signed has no part in the average
        self.assertEqual((average, count), (3.0, 3))

    def test_amount_in_company_currency(self):
        own = self.company.currency_id
        other = self.env["res.currency"].create({"name": "XTS", "symbol": "T", "rounding": 0.01})
        self.env["res.currency.rate"].create(
            [
                {"currency_id": other.id, "name": day, "rate": rate, "company_id": self.company.id}
                for day, rate in (("2026-03-01", 2), ("2026-04-01", 4))
            ]
        )
        contract = self._create_signed_contract(currency_id=other.id, amount_total=1200)
        contract.sudo()._write_protected({"signed_on": datetime(2026, 3, 10)})
        self.assertEqual(contract.amount_company, 600)
        self.assertEqual(contract.company_currency_id, own)
        self.assertEqual(self._create_contract(amount_total=70).amount_company, 70)

    def test_progress_reads_as_a_fraction(self):
        contract = self._create_contract()
        self.assertEqual(contract.signature_summary, "0/2")
        self._sign_as_manager(contract)
        self.assertEqual(contract.signature_summary, "1/2")

    def test_who_has_read(self):
        contract = self._create_sent_contract()
        self.assertFalse(contract.read_by)
        self._get_participant(contract, self.customer)._mark_viewed("portal")
        self.assertEqual(contract.read_by, "Carla Customer")

    def test_states_stand_in_the_order_of_the_life(self):
        for state in ("signed", "draft", "declined"):
            self._create_contract().sudo()._write_protected({"state": state})
        # as lists and kanbans ask
        Contract = self.env["customer.contract"].with_context(read_group_expand=True)
        groups = Contract.web_read_group([], ["state"], ["__count"])["groups"]
        order = [key for key, _label in self.env["customer.contract"]._fields["state"].selection]
        self.assertEqual([group["state"] for group in groups], order)

    def test_favourites_answer(self):
        self._create_signed_contract()
        action = self.env.ref("customer_contract.customer_contract_action_analysis")
        favourites = self.env["ir.filters"].search([("action_id", "=", action.id)])
        self.assertEqual(len(favourites), 4)
        Contract = self.env["customer.contract"].with_user(self.manager)
        for favourite in favourites:
            with self.subTest(favourite=favourite.name):
                context = safe_eval(favourite.context)
                measures = context["pivot_measures"]
                aggregates = [
                    measure
                    if measure == "__count"
                    else f"{measure}:{Contract._fields[measure].aggregator}"
                    for measure in measures
                ]
                self.assertTrue(
                    Contract.formatted_read_group(
                        safe_eval(favourite.domain), context["group_by"], aggregates
                    )
                )
