# What people write to each other is not translated.
# pylint: disable=translation-required
from datetime import date, datetime
from pathlib import Path

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.modules.migration import load_script
from odoo.tests import tagged

from ..common import ContractCommon

SCRIPT = Path(__file__).parents[2] / "migrations" / "19.0.2.0.0" / "pre-deadline.py"
LAST_DAY = date(2026, 11, 24)
# In the evening of the last day in Los Angeles; elsewhere it is the day after.
EVENING = "2026-11-25 01:32:00"
LAST_SECOND = "2026-11-25 07:59:59"
TOO_LATE = "2026-11-25 08:00:00"


@tagged("post_install", "-at_install")
class TestDeadline(ContractCommon):
    """A deadline is one moment: the end of the day in the company's zone, for everybody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.contract_tz = "America/Los_Angeles"
        cls.manager.tz = "Pacific/Auckland"
        cls.portal_user.tz = "Europe/Paris"

    def _create_due(self):
        with freeze_time("2026-11-20 12:00:00"):
            return self._create_sent_contract(sign_deadline=LAST_DAY)

    def _expire_overdue(self):
        """Do what the scheduled action does."""
        contracts = self.env["customer.contract"].sudo()
        contracts.search(contracts._get_overdue_domain())._expire()

    def test_moment(self):
        contract = self._create_contract(sign_deadline=LAST_DAY)
        self.assertEqual(contract.sign_deadline_at, datetime(2026, 11, 25, 7, 59, 59))
        # what people were told does not move with a setting
        self.company.contract_tz = "Asia/Tokyo"
        self.assertEqual(contract.sign_deadline_at, datetime(2026, 11, 25, 7, 59, 59))
        contract.sign_deadline = "2026-11-26"
        self.assertEqual(contract.sign_deadline_at, datetime(2026, 11, 26, 14, 59, 59))
        contract.sign_deadline = False
        self.assertFalse(contract.sign_deadline_at)

    def test_zone_of_the_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        administrator = self.env.ref("base.user_admin")
        administrator.tz = "Asia/Kolkata"
        company.partner_id.tz = False
        if "resource_calendar_id" in company._fields:
            company.resource_calendar_id = False
        self.assertEqual(company._get_contract_zone(), "Asia/Kolkata")
        company.partner_id.tz = "Europe/Madrid"
        self.assertEqual(company._get_contract_zone(), "Europe/Madrid")
        company.contract_tz = "America/Lima"
        self.assertEqual(company._get_contract_zone(), "America/Lima")

    def test_everybody_has_the_last_evening(self):
        contract = self._create_due()
        with freeze_time(EVENING):
            for user in (self.manager, self.portal_user, self.env.ref("base.user_root")):
                self.assertFalse(contract.with_user(user).sudo()._is_overdue(), user.name)
            self._expire_overdue()
            self.assertEqual(contract.state, "sent")
            self.assertFalse(contract._get_sending_problems())
            participant = self._get_participant(contract, self.customer)
            self.assertTrue(participant._can_choose_paper())
            self.assertEqual(
                self.env["customer.contract.link"]._get_expiry(contract), contract.sign_deadline_at
            )
        with freeze_time(LAST_SECOND):
            self._sign_as_customer(contract)
        self.assertEqual(contract.state, "signed")

    def test_nobody_has_more(self):
        contract = self._create_due()
        with freeze_time(TOO_LATE):
            # a user in whose zone the last day still is
            honolulu = contract.with_context(tz="Pacific/Honolulu")
            self.assertTrue(honolulu._is_overdue())
            self.assertIn("deadline", "".join(honolulu._get_sending_problems()))
            with self.assertRaisesRegex(UserError, "deadline"):
                self._sign_as_customer(contract)
            self.assertFalse(self._get_participant(contract, self.customer)._can_choose_paper())
            self._expire_overdue()
        self.assertEqual(contract.state, "expired")

    def test_east_of_greenwich(self):
        self.company.contract_tz = "Asia/Tokyo"
        contract = self._create_due()
        with freeze_time("2026-11-24 15:00:00"):  # midnight in Tokyo, afternoon in UTC
            self.assertTrue(contract._is_overdue())

    def test_late_is_the_same_for_form_and_search(self):
        contract = self._create_due()
        for moment, is_late in (("2026-11-22 07:00:00", False), ("2026-11-22 09:00:00", True)):
            with freeze_time(moment):
                contract.invalidate_recordset(["is_late"])
                self.assertEqual(contract.is_late, is_late, moment)
                found = contract.search([("is_late", "=", True), ("id", "=", contract.id)])
                self.assertEqual(bool(found), is_late, moment)

    def test_days_to_sign_count_in_the_zone(self):
        with freeze_time(EVENING):
            contract = self._create_sent_contract(sign_deadline_days=2)
        self.assertEqual(contract.sign_deadline, date(2026, 11, 26))

    def test_reminders_count_in_the_zone(self):
        contract = self._create_due()
        contract.write(
            {
                "automatic_reminders": True,
                "reminder_first_days": 0,
                "reminder_last_days": 1,
                "reminder_max_count": 3,
            }
        )
        participant = self._get_participant(contract, self.customer)
        with freeze_time("2026-11-23 07:00:00"):  # still the 22nd there
            self.assertFalse(participant._is_reminder_due())
        with freeze_time("2026-11-23 09:00:00"):
            self.assertTrue(participant._is_reminder_due())
        with freeze_time(EVENING):
            self.assertTrue(participant._is_reminder_due())
        with freeze_time(TOO_LATE):
            self.assertFalse(participant._is_reminder_due())

    def test_it_is_told_with_time_and_zone(self):
        contract = self._create_due()
        words = "11/24/2026, 11:59 PM (America/Los Angeles)"
        self.assertEqual(contract.sign_deadline_text.replace("\u202f", " "), words)
        facts = dict(contract._get_mail_facts(self._get_participant(contract, self.customer)))
        self.assertIn(words, [fact.replace("\u202f", " ") for fact in facts.values()])

    def test_own_mails_tell_it_after_the_update(self):
        template = self.env.ref("customer_contract.mail_template_request")
        template.body_html = '<p>Our words: <b t-out="format_date(object.sign_deadline)">1</b></p>'
        self.env.flush_all()
        load_script(str(SCRIPT), SCRIPT.stem).migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        body = template._render_field("body_html", self._create_due().ids)
        self.assertIn("Our words", next(iter(body.values())))
        self.assertIn("(America/Los Angeles)", next(iter(body.values())))
