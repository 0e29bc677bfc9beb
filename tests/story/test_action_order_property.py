from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...utils import Actor
from ..paper.common import PaperCommon
from ..property_testing import Phase, given, settings, st

END_STATES = ("signed", "declined", "expired")
# What changes the mind of a customer is drawn more often than what ends the request.
MOVES = st.lists(
    st.one_of(
        st.sampled_from(
            ["paper", "esign", "dispute", "answer", "withdraw", "settle", "resolve"] * 3
            + ["send_paper", "return_paper"] * 4
            + ["new_version", "sign", "decline", "in_person", "accept_paper"]
        ),
        st.integers(1, 8),  # days that pass
    ),
    min_size=3,
    max_size=14,
)


def inspect_file(_gate, content, _most_pages):
    """Find one page without a code in whatever file, at no cost."""
    page = {"codes": [], "is_read": True, "preview": None}
    return {"kind": "pdf", "content": content, "pages": [page]}


def compose_scan(_gate, _pages):
    """Make a scan of whatever pages, at no cost."""
    return b"%PDF-1.7"


@tagged("post_install", "-at_install")
class TestActionOrderProperty(PaperCommon):
    """In whichever order customers mix what they may do, states and times stay right."""

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.object(self.registry["ir.cron"], "_commit_progress", return_value=100)
        )
        gate = self.registry["customer.contract.file.check"]
        self.startPatcher(patch.object(gate, "_inspect", inspect_file))
        self.startPatcher(patch.object(gate, "_compose", compose_scan))

    # Looking for a simpler example would take minutes: every example is a whole request.
    @settings(
        max_examples=20,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
    )
    @given(moves=MOVES, days=st.one_of(st.none(), st.integers(1, 12)))
    def test_states_reminders_and_deadline(self, moves, days):
        savepoint = self.env.cr.savepoint()
        start = fields.Datetime.to_datetime("2027-03-01 12:00:00")
        try:
            with freeze_time(start) as clock:
                deadline = days and start.date() + timedelta(days=days)
                contract = self._create_sent_contract(sign_deadline=deadline)
                story = _Story(self, contract, clock)
                for move in moves:
                    story.make(move)
                    story.check()
                    if contract.state in END_STATES:
                        break
        finally:
            savepoint.close(rollback=True)


class _Story:
    """One request, what happens to it, and what must hold after each step."""

    def __init__(self, test, contract, clock):
        self.test = test
        self.contract = contract
        self.clock = clock
        self.customer = test._get_participant(contract, test.customer)
        self.deadline = contract.sign_deadline
        self.disputed_on = None
        self.is_up_to_date = True  # whether reminders had their turn since the last move

    @property
    def acting(self):
        return self.contract.with_user(self.test.portal_user).sudo()

    def make(self, move):
        """Make a move; what is not possible now is refused and changes nothing."""
        before = (self.contract.state, self.customer.state, self.customer.channel)
        if isinstance(move, int):
            self._pass_days(move)
            self.is_up_to_date = not self.customer._is_reminder_paused()
            return
        self.is_up_to_date = False
        if move in ("accept_paper", "return_paper") and not self.customer._get_paper():
            return
        possible = self._is_possible(move)
        try:
            with self.test.env.cr.savepoint():
                getattr(self, f"_{move}")()
        except UserError as error:
            self.test.assertFalse(possible, f"{move} in {before}: {error}")
            self.contract.invalidate_recordset()
            self.customer.invalidate_recordset()
            after = (self.contract.state, self.customer.state, self.customer.channel)
            self.test.assertEqual(after, before)
        else:
            self.test.assertTrue(possible, f"{move} in {before}")

    def _is_overdue(self):
        deadline = self.contract.sign_deadline
        return bool(deadline) and deadline < fields.Date.today()

    def _is_possible(self, move):
        state = self.contract.state
        dispute = self.contract._get_open_dispute()
        return {
            "paper": state == "sent",
            "esign": state == "sent",
            "dispute": state == "sent" and not self._is_overdue(),
            "answer": state == "disputed",
            "resolve": state == "disputed",
            "withdraw": state == "disputed",
            "settle": bool(dispute),
            "new_version": True,
            "sign": state == "sent" and self.customer.channel == "esign" and not self._is_overdue(),
            "in_person": state == "sent"
            and self.customer.channel == "esign"
            and not self._is_overdue(),
            "decline": state in ("sent", "disputed"),
            "send_paper": state == "sent" and not self._is_overdue() and not self._is_checked(),
            "return_paper": self._is_checked(),
            "accept_paper": state == "sent" and self._is_checked(),
        }[move]

    def _is_checked(self):
        """Tell whether a signed paper waits for us to check it."""
        return self.customer._get_paper().state == "submitted"

    # === MOVES === #

    def _pass_days(self, days):
        for _number in range(days):
            self.clock.tick(timedelta(days=1))
            was_paused = self.contract.state == "disputed" or self._is_checked()
            state, before = self.contract.state, self._count("reminded")
            self.test.env["customer.contract"]._cron_remind()
            self.test.env["customer.contract"]._cron_expire()
            if was_paused:
                self.test.assertEqual(self._count("reminded"), before)
                self.test.assertEqual(self.contract.state, state)

    def _paper(self):
        self.acting._lock_for_act()
        self.customer._choose_channel("paper", "portal")

    def _esign(self):
        self.customer._choose_channel("esign", "portal")

    def _dispute(self):
        self.acting._dispute(Actor(self.customer, "portal"), "The price is wrong.")
        self.disputed_on = fields.Date.today()

    def _answer(self):
        self.contract.action_answer_dispute("It includes parts.")

    def _resolve(self):
        self.contract.action_resolve_dispute("It includes parts.")
        self._resumed()

    def _withdraw(self):
        self.acting._withdraw_dispute(Actor(self.customer, "portal"))
        self._resumed()

    def _settle(self):
        self.acting._withdraw_dispute(Actor(self.customer, "portal"), is_settled=True)
        self._resumed()

    def _resumed(self):
        waited = (fields.Date.today() - self.disputed_on).days
        self.deadline = self.deadline and self.deadline + timedelta(days=waited)
        self.disputed_on = None

    def _new_version(self):
        self.contract.action_new_version()
        if self.disputed_on:
            self._resumed()
        if self._is_overdue():
            # nobody may sign what is overdue; the manager says until when
            self.deadline = fields.Date.today() + timedelta(days=5)
            self.contract.sign_deadline = self.deadline
        self.test._sign_as_manager(self.contract)
        self.contract.action_send()

    def _sign(self):
        self.test._sign_as_customer(self.contract)

    def _in_person(self):
        address = self.contract.with_user(self.test.manager)._hand_over(
            self.customer.with_user(self.test.manager).sudo(False)
        )
        Handover = self.test.env["customer.contract.in.person"]
        Handover._find(address.rpartition("/")[2])._open()
        self.test._sign_as_customer(self.contract, identified_by="in_person")

    def _send_paper(self):
        self.test._collect(b"photo", participant=self.customer)
        self.test._submit(participant=self.customer, is_confirmed=True)

    def _return_paper(self):
        self.customer._get_paper().with_user(self.test.manager).action_return("Please stamp it.")

    def _accept_paper(self):
        paper = self.customer._get_paper().with_user(self.test.manager)
        paper.action_accept("The codes were cut off.")

    def _decline(self):
        if self.disputed_on:
            self.disputed_on = None
        self.acting._decline(Actor(self.customer, "portal"), "No")

    # === WHAT MUST HOLD === #

    def _count(self, kind):
        self.contract.invalidate_recordset()
        events = self.contract.sudo().event_ids
        return len(events.filtered(lambda event: event.event_type == kind))

    def check(self):
        """Check what must hold whatever has happened."""
        test, contract, customer = self.test, self.contract, self.customer
        expected = {
            "sent": ("requested", "viewed"),
            "disputed": ("disputed",),
            "signed": ("done",),
            "declined": ("declined",),
            "expired": ("expired",),
        }
        test.assertIn(customer.state, expected[contract.state])
        open_disputes = contract.sudo().dispute_ids.filtered(lambda row: not row.closed_on)
        test.assertEqual(len(open_disputes), 1 if contract.state == "disputed" else 0)
        for dispute in contract.sudo().dispute_ids - open_disputes:
            test.assertTrue(dispute.outcome)
            test.assertGreaterEqual(dispute.duration_days, 0)
        test.assertEqual(contract.sign_deadline, self.deadline)
        self._check_reminders()
        signatures = customer.signature_ids.filtered(
            lambda row: row.version_id == contract.current_version_id
        )
        test.assertEqual(len(signatures), 1 if contract.state == "signed" else 0)
        papers = customer.paper_ids.filtered(lambda paper: paper.state in ("draft", "submitted"))
        test.assertLessEqual(len(papers), 1 if contract.state in ("sent", "disputed") else 0)
        test.assertLessEqual(papers.version_id, contract.current_version_id)

    def _check_reminders(self):
        test, contract, customer = self.test, self.contract, self.customer
        calendar, stored = customer._get_reminder_date_by_calendar(), customer.reminder_due_on
        if stored != calendar:  # the job has looked, and does so again tomorrow
            test.assertLess(calendar, stored)
            test.assertLessEqual(stored, fields.Date.today() + timedelta(days=1))
        test.assertLessEqual(customer.reminder_count, contract.reminder_max_count)
        day = customer._get_next_reminder_date()
        if contract.state != "sent":
            test.assertFalse(day)
        elif day:
            if self.is_up_to_date:
                # due today at the latest tomorrow's run has sent it
                test.assertGreaterEqual(day, fields.Date.today() - timedelta(days=1))
            if contract.sign_deadline:
                test.assertLessEqual(day, contract.sign_deadline)
