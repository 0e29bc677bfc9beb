from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common import ContractCommon


@tagged("post_install", "-at_install")
class TestDuplicate(ContractCommon):
    """A duplicate has no dates that have passed, and what cannot be deleted is not offered."""

    def test_past_dates_are_left_out_and_told(self):
        today = self.company._get_contract_today()
        contract = self._create_contract(
            date_start=today - timedelta(days=400), date_end=today - timedelta(days=40)
        )
        copy = contract.copy()
        self.assertFalse(copy.date_start)
        self.assertFalse(copy.date_end)
        told = copy.message_ids.filtered(lambda message: contract.name in (message.body or ""))
        self.assertIn("as it has passed", told.body)
        for day in (contract.date_start, contract.date_end):
            self.assertIn(str(day.year), told.body)

    def test_dates_to_come_are_kept(self):
        today = self.company._get_contract_today()
        contract = self._create_contract(date_start=today, date_end=today + timedelta(days=40))
        copy = contract.copy()
        self.assertEqual((copy.date_start, copy.date_end), (contract.date_start, contract.date_end))
        self.assertNotIn("passed", "".join(copy.message_ids.mapped(lambda one: one.body or "")))
        copy = contract.copy({"date_start": date(2020, 1, 1)})
        self.assertEqual(copy.date_start, date(2020, 1, 1))

    def test_milestones_are_due_today_at_the_earliest(self):
        today = self.company._get_contract_today()
        contract = self._create_contract(
            milestone_ids=[
                Command.create({"name": "Ovens installed", "date": today - timedelta(days=9)}),
                Command.create({"name": "Ovens tested", "date": today + timedelta(days=9)}),
            ]
        )
        copy = contract.copy()
        self.assertEqual(copy.milestone_ids.mapped("date"), [today, today + timedelta(days=9)])
        told = "".join(copy.message_ids.mapped(lambda one: one.body or ""))
        self.assertIn("Ovens installed", told)
        self.assertNotIn("Ovens tested", told)

    def test_frozen_contract_is_not_offered_to_be_deleted(self):
        contract = self._create_contract()
        self.assertTrue(contract.with_user(self.manager).is_deletable)
        contract = self._create_sent_contract()
        self.assertFalse(contract.with_user(self.manager).is_deletable)
        contract.with_user(self.manager).action_new_version()
        self.assertFalse(contract.is_deletable)
        with self.assertRaises(UserError):
            contract.unlink()
        arch = self.env["customer.contract"].get_view(view_type="form")["arch"]
        self.assertIn('js_class="customer_contract_form"', arch)
        self.assertIn("is_deletable", arch)

    def test_web_client_knows_what_proves_a_contract(self):
        contract = self._create_signed_contract()
        self._finalize(contract)
        plain = self.env["ir.attachment"].create({"name": "Plain.txt", "raw": b"Text"})
        fields = contract.signed_document_id._to_store_defaults(None)
        self.assertIn("contract_evidence", fields)
        self.assertTrue(contract.signed_document_id.contract_evidence)
        self.assertFalse(plain.contract_evidence)

    def test_settings_of_signed_contracts_are_read_only(self):
        contract = self._create_signed_contract()
        form = Form(contract.with_user(self.manager))
        for name in ("allow_delegation", "automatic_reminders"):
            with self.subTest(name), self.assertRaisesRegex(AssertionError, "readonly"):
                form[name] = not contract[name]
