from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.modules.migration import load_script
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import ContractCommon

SCRIPT = Path(__file__).parents[2] / "migrations" / "19.0.2.0.0" / "post-reminder.py"
REMINDER = "odoo.addons.customer_contract.models.reminder.customer_contract"


@tagged("post_install", "-at_install")
class TestReminders(ContractCommon):
    """People outside are reminded in time, not too often, and not while they wait for us."""

    def setUp(self):
        super().setUp()
        self.today = fields.Date.to_date("2027-03-01")
        self.clock = self._start_clock(self.today)
        self.defaults = self.company.default_get(
            ["contract_reminder_first_days", "contract_reminder_interval_days"]
        )
        self.company.write(
            {"contract_reminder_first_days": 3, "contract_reminder_interval_days": 7}
        )
        self.startPatcher(
            patch.object(self.registry["ir.cron"], "_commit_progress", return_value=100)
        )

    def _start_clock(self, day):
        """Start the clock at noon of a day."""
        freezer = freeze_time(f"{day} 12:00:00")
        clock = freezer.start()
        self.addCleanup(freezer.stop)
        return clock

    def _pass_days(self, contract, days):
        """Let days go by, with the scheduled action running on each.

        :return: the days, from the start, on which somebody was reminded
        """
        reminded = []
        for _number in range(days):
            self.clock.tick(timedelta(days=1))
            before = self._count_reminders(contract)
            self.env["customer.contract"]._cron_remind()
            if self._count_reminders(contract) > before:
                reminded.append((fields.Date.today() - self.today).days)
        return reminded

    def _count_reminders(self, contract):
        contract.invalidate_recordset()
        events = contract.sudo().event_ids
        return len(events.filtered(lambda event: event.event_type == "reminded"))

    def _create_sent(self, **values):
        contract = self._create_sent_contract(
            **{"date_start": "2027-01-01", "allow_paper": True, **values}
        )
        return contract, self._get_participant(contract, self.customer)

    def test_first_then_every_week_at_most_five_times(self):
        contract, customer = self._create_sent()
        self.assertEqual(customer.next_reminder_date, self.today + timedelta(days=3))
        self.assertEqual(self._pass_days(contract, 50), [3, 10, 17, 24, 31])
        self.assertEqual(customer.reminder_count, 5)
        self.assertFalse(customer.next_reminder_date)

    def test_new_companies_remind_every_48_hours(self):
        self.company.write(self.defaults)
        contract, _customer = self._create_sent()
        self.assertEqual(self._pass_days(contract, 20), [2, 4, 6, 8, 10])

    def test_each_reminder_carries_a_fresh_link(self):
        contract, customer = self._create_sent()
        Link = self.env["customer.contract.link"]
        old = Link.search([("participant_id", "=", customer.id)])
        self._pass_days(contract, 3)
        links = Link.search([("participant_id", "=", customer.id)])
        self.assertFalse(any(old.mapped("is_revoked")), "the older one goes on working")
        self.assertEqual(len(links - old), 1)
        self.assertFalse((links - old).is_revoked)
        event = contract.sudo().event_ids.filtered(lambda event: event.event_type == "reminded")
        self.assertIn("automatically", event.description)

    def test_last_reminder_is_kept_for_the_deadline(self):
        deadline = self.today + timedelta(days=30)
        contract, _customer = self._create_sent(
            sign_deadline=deadline, reminder_last_days=2, reminder_max_count=3
        )
        self.assertEqual(self._pass_days(contract, 40), [3, 10, 28])

    def test_no_reminder_after_the_last_one(self):
        deadline = self.today + timedelta(days=20)
        contract, _customer = self._create_sent(
            sign_deadline=deadline, reminder_last_days=5, reminder_interval_days=2
        )
        self.assertEqual(self._pass_days(contract, 30), [3, 5, 7, 9, 15])

    def test_request_within_the_last_days_is_not_followed_by_a_reminder(self):
        contract, _customer = self._create_sent(sign_deadline=self.today + timedelta(days=1))
        self.assertEqual(self._pass_days(contract, 3), [])

    def test_a_mail_by_hand_moves_the_next_reminder(self):
        contract, customer = self._create_sent()
        self._pass_days(contract, 2)
        contract.action_remind()
        self.assertEqual(customer.reminder_count, 0)
        self.assertEqual(self._pass_days(contract, 4), [5])

    def test_settings_of_type_and_contract(self):
        quiet = self.env["customer.contract.type"].create(
            {"name": "Quiet", "automatic_reminders": False}
        )
        eager = self.env["customer.contract.type"].create(
            {"name": "Eager", "reminder_first_days": 1, "reminder_interval_days": 0}
        )
        contract, _customer = self._create_sent(type_id=quiet.id)
        self.assertEqual(self._pass_days(contract, 10), [])
        contract.automatic_reminders = True
        self.assertEqual(self._pass_days(contract, 1), [11], "no draft is needed to change that")
        other, _customer = self._create_sent(type_id=eager.id)
        self.assertEqual(self._pass_days(other, 10), [12])

    def test_only_people_in_turn_and_outside_are_reminded(self):
        contract = self._create_contract(date_start="2027-01-01")
        contract.action_send()
        self.assertEqual(self._pass_days(contract, 20), [], "it waits for the manager")
        self._sign_as_manager(contract)
        self.assertEqual(self._pass_days(contract, 3), [23])

    def test_whoever_has_signed_is_left_alone(self):
        contract, customer = self._create_sent()
        self._sign_as_customer(contract)
        self.assertEqual(self._pass_days(contract, 10), [])
        self.assertFalse(customer.next_reminder_date)

    def test_paused_people_are_left_alone(self):
        contract, customer = self._create_sent()
        with patch.object(
            self.registry["customer.contract.participant"],
            "_is_reminder_paused",
            lambda participant: True,
        ):
            self.assertEqual(self._pass_days(contract, 10), [])
            self.assertFalse(customer._get_next_reminder_date())
        self.assertEqual(self._pass_days(contract, 1), [11])

    def test_new_version_starts_afresh(self):
        contract, customer = self._create_sent()
        self._pass_days(contract, 10)
        self.assertEqual(customer.reminder_count, 2)
        contract.action_new_version()
        self._sign_as_manager(contract)
        contract.action_send()
        self.assertEqual(customer.reminder_count, 0)
        self.assertEqual(self._pass_days(contract, 5), [13])

    def test_failure_leaves_other_contracts_alone(self):
        first, _customer = self._create_sent()
        second, _customer = self._create_sent()
        remind = self.registry["customer.contract"]._remind

        def fail_for_first(contract, *arguments, **values):
            if contract == first:
                raise UserError("out of order")  # pylint: disable=translation-required
            return remind(contract, *arguments, **values)

        self.startPatcher(
            patch.object(self.registry["customer.contract"], "_remind", fail_for_first)
        )
        with mute_logger(REMINDER):
            self.assertEqual(self._pass_days(second, 3), [3])
        self.assertFalse(self._count_reminders(first))
        self.assertFalse(self._get_participant(first, self.customer).reminder_count)

    def test_whoever_is_not_due_costs_nothing(self):
        contract, customer = self._create_sent()
        Participant = self.env["customer.contract.participant"]
        for days, looks_at in ((2, False), (1, True)):
            self.clock.tick(timedelta(days=days))
            found = Participant.search(Participant._get_reminder_due_domain())
            self.assertEqual(customer in found, looks_at)
        with patch.object(
            self.registry["customer.contract"], "_remind_or_report", autospec=True
        ) as look:
            self.env["customer.contract"]._cron_remind()
            looked_at = [call.args[0] for call in look.call_args_list]
            self.assertIn(contract, looked_at)
            self.assertEqual(len(looked_at), len(found.contract_id))

    def test_the_longest_due_come_first_and_nobody_starves(self):
        """A job that is cut goes on where it stopped, past those that fail for ever."""
        contracts = [self._create_sent()[0] for _number in range(4)]
        Participant = self.env["customer.contract.participant"]
        others = Participant.search([("reminder_due_on", "!=", False)])
        (others - self.env["customer.contract"].union(*contracts).participant_ids)._write_protected(
            {"reminder_due_on": False}
        )
        self.clock.tick(timedelta(days=4))
        remind, seen = self.registry["customer.contract"]._remind, []

        def fail_for_two(contract, *arguments, **values):
            seen.append(contract)
            if contract in contracts[:2]:
                raise UserError("out of order")  # pylint: disable=translation-required
            return remind(contract, *arguments, **values)

        self.startPatcher(patch.object(self.registry["customer.contract"], "_remind", fail_for_two))
        self.startPatcher(patch(f"{REMINDER}.MOST_AT_ONCE", 2))
        with mute_logger(REMINDER):
            self.env["customer.contract"]._cron_remind()
            self.assertEqual(seen, contracts[:2])
            self.env["customer.contract"]._cron_remind()
            self.assertEqual(seen, contracts)
            self.env["customer.contract"]._cron_remind()
        self.assertEqual(seen, contracts, "each is tried once a day")
        self.assertTrue(all(self._count_reminders(contract) for contract in contracts[2:]))

    def test_update_spreads_what_is_long_due(self):
        people = self.env["customer.contract.participant"]
        for _number in range(3):
            people |= self._create_sent()[1]
        self.clock.tick(timedelta(days=60))
        load_script(str(SCRIPT), "post_reminder").migrate(self.env.cr, "19.0.1.0.0")
        planned = [(day - fields.Date.today()).days for day in people.mapped("reminder_due_on")]
        self.assertEqual(planned, [2, 3, 4], "one a person and day, after the plan was seen")
        activity = people.contract_id.activity_ids.filtered(
            lambda one: one.summary == "Reminders that are long due"
        )
        self.assertEqual(activity.user_id, people.contract_id.user_id)
        self.assertIn("In all: 3", activity.note)
        self.env["customer.contract"]._cron_remind()
        self.assertFalse(sum(people.mapped("reminder_count")), "not before its day")

    def test_zones_of_companies(self):
        """Who is due is told by the day in the zone of the contract's company."""
        _contract, customer = self._create_sent()
        east = self.env["res.company"].create({"name": "East", "contract_tz": "Pacific/Kiritimati"})
        self.assertNotEqual(east._get_contract_today(), self.company._get_contract_today())
        Participant = self.env["customer.contract.participant"]
        due = customer.reminder_due_on
        self.clock.move_to(f"{due - timedelta(days=1)} 12:00:00")
        self.assertNotIn(customer, Participant.search(Participant._get_reminder_due_domain()))
        self.clock.move_to(f"{due} 12:00:00")
        self.assertIn(customer, Participant.search(Participant._get_reminder_due_domain()))

    def test_counters_cannot_be_written(self):
        _contract, customer = self._create_sent()
        for values in (
            {"reminder_count": 9},
            {"last_contact_on": "2030-01-01 00:00:00"},
            {"reminder_due_on": "2030-01-01"},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                customer.write(values)
