from psycopg2.errors import CheckViolation

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import MilestoneCommon


@tagged("post_install", "-at_install")
class TestMilestoneAmount(MilestoneCommon):
    """Amount and share: one is given, the other follows."""

    def test_share_follows_from_amount(self):
        contract = self._create_contract()
        milestone = self._create_milestone(contract, amount=300)
        self.assertEqual((milestone.amount, milestone.share), (300, 25))
        contract.amount_total = 600
        self.assertEqual((milestone.amount, milestone.share), (300, 50))

    def test_amount_follows_from_share(self):
        contract = self._create_contract()
        milestone = self._create_milestone(contract, share=25)
        self.assertEqual((milestone.amount, milestone.share), (300, 25))
        contract.amount_total = 600
        self.assertEqual((milestone.amount, milestone.share), (150, 25))
        milestone.amount = 300
        self.assertEqual(milestone.share, 50)
        contract.amount_total = 1000
        self.assertEqual((milestone.amount, milestone.share), (300, 30))

    def test_both_given(self):
        contract = self._create_contract()
        for amount, share in ((300, 25), (400, 33.33), (0, 0)):
            milestone = self._create_milestone(contract, amount=amount, share=share)
            self.assertEqual((milestone.amount, milestone.share), (amount, share))
        with self.assertRaisesRegex(ValidationError, "25.00 % of .*1,200.00.* is .*300.00"):
            self._create_milestone(contract, amount=400, share=25)
        with self.assertRaises(ValidationError):
            milestone.write({"amount": 1, "share": 99})
        with self.assertRaises(ValidationError):
            self._create_milestone(self._create_contract(amount_total=0), amount=1, share=5)

    def test_limits(self):
        contract = self._create_contract()
        for values in ({"share": 101}, {"share": -1}, {"amount": -1}):
            with (
                self.subTest(values=values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                self._create_milestone(contract, **values).flush_recordset()
        milestone = self._create_milestone(self._create_contract(amount_total=0), amount=70)
        self.assertEqual((milestone.amount, milestone.share), (70, 0))

    def test_several_contracts_at_once(self):
        milestones = self._create_milestone(self._create_contract())
        milestones |= self._create_milestone(self._create_contract(amount_total=100))
        milestones.write({"share": 10})
        self.assertEqual(milestones.mapped("amount"), [120, 10])
        milestones.write({"basis": "amount"})
        self.assertEqual(milestones.mapped("amount"), [120, 10])

    def test_form(self):
        contract = self._create_contract()
        with Form(contract) as form:
            form.shows_milestones = True
            with form.milestone_ids.new() as line:
                line.name = "Half"
                line.date = self._get_day(5)
                line.amount = 400
                self.assertEqual(line.share, 33.33)
                self.assertEqual(line.user_id, self.manager)
            with form.milestone_ids.new() as line:
                line.name = "Third"
                line.date = self._get_day(7)
                line.amount = 10
                line.share = 25
                self.assertEqual(line.amount, 300)
            with form.milestone_ids.new() as line:
                line.name = "Rest"
                line.date = self._get_day(6)
                line.share = 50
                self.assertEqual(line.amount, 600)
                line.amount = 700
                self.assertEqual(line.share, 58.33)
        amounts = contract.milestone_ids.sorted("date").mapped("amount")
        self.assertEqual(amounts, [400, 700, 300])
        contract.amount_total = 2400
        amounts = contract.milestone_ids.sorted("date").mapped("amount")
        self.assertEqual(amounts, [400, 700, 600])


@tagged("post_install", "-at_install")
class TestMilestone(MilestoneCommon):
    """The life of milestones, and what of it is kept."""

    def test_late(self):
        contract = self._create_contract()
        milestone = self._create_milestone(contract, date=self._get_day(-1))
        self.assertEqual(milestone.state, "late")
        milestone.action_start()
        self.assertEqual((milestone.state, milestone.progress), ("late", "in_progress"))
        milestone.date = self._get_day(0)
        self.assertEqual(milestone.state, "in_progress")
        milestone.date = self._get_day(-1)
        milestone.action_reach()
        self.assertEqual(milestone.state, "reached")
        self.assertEqual(milestone.reached_on, self._get_day(0))
        milestone.action_reopen()
        self.assertEqual(milestone.state, "late")
        self.assertFalse(milestone.reached_on)
        Milestone = milestone.browse()
        found = Milestone.search([("state", "=", "late"), ("contract_id", "=", contract.id)])
        self.assertEqual(found, milestone)
        groups = Milestone._read_group([("contract_id", "=", contract.id)], ["state"], ["__count"])
        self.assertEqual(groups, [("late", 1)])
        contract.action_cancel("No longer needed")
        self.assertEqual(milestone.state, "planned")

    def test_state_is_written_like_progress(self):
        milestone = self._create_milestone(self._create_contract(), state="in_progress")
        self.assertEqual(milestone.progress, "in_progress")
        milestone.state = "reached"
        self.assertEqual((milestone.progress, milestone.state), ("reached", "reached"))
        with self.assertRaisesRegex(ValidationError, "change the date"):
            milestone.state = "late"
        milestone.write({"state": "reached", "reached_on": "2026-02-03"})
        self.assertEqual(milestone.reached_on, fields.Date.to_date("2026-02-03"))

    def test_late_by_the_passing_of_time(self):
        milestone = self._create_milestone(self._create_contract(), date=self._get_day(1))
        self.assertEqual(milestone.state, "planned")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_contract_milestone SET date = %s WHERE id = %s",
            (self._get_day(-1), milestone.id),
        )
        self.env.invalidate_all()
        self.assertEqual(milestone.state, "planned")
        self._run()
        self.assertEqual(milestone.state, "late")

    def test_owner(self):
        contract = self._create_contract()
        self.assertEqual(self._create_milestone(contract).user_id, self.manager)
        agent = new_test_user(
            self.env, "milestone_agent", groups="customer_contract.group_contract_user"
        )
        milestone = self._create_milestone(contract, user_id=agent.id)
        self.assertEqual(milestone.user_id, agent)

    def test_trail(self):
        contract = self._create_contract(
            milestone_ids=[Command.create({"name": "Early", "date": self._get_day(1)})]
        )
        self.assertFalse(self._get_details(contract, "milestone_added"))
        milestone = self._create_milestone(contract, amount=300)
        added = self._get_details(contract, "milestone_added")
        self.assertEqual(added[0]["milestone"], "Ovens installed")
        self.assertEqual(added[0]["amount"], f"300.00 {contract.currency_id.name}")
        milestone.write({"name": "Ovens working", "date": "2027-01-31"})
        changed = self._get_details(contract, "milestone_changed")[-1]
        self.assertEqual(changed["fields"]["Title"], ["Ovens installed", "Ovens working"])
        self.assertEqual(changed["fields"]["Due Date"][1], "2027-01-31")
        milestone.write({"name": "Ovens working"})
        self.assertEqual(len(self._get_details(contract, "milestone_changed")), 1)
        milestone.action_hide()
        milestone.action_hide()
        milestone.action_show()
        milestone.action_reach()
        milestone.action_cancel()
        milestone.unlink()
        for event_type in ("hidden", "shown", "reached", "cancelled", "removed"):
            with self.subTest(event_type=event_type):
                details = self._get_details(contract, f"milestone_{event_type}")
                self.assertEqual(details, [{"milestone": "Ovens working"}])
        self.assertTrue(contract.verify_integrity()["ok"])
        described = contract.get_readable_audit_trail()
        self.assertIn(
            "Title: Ovens installed → Ovens working",
            "".join(row["details"] for row in described),
        )

    def test_copy(self):
        contract = self._create_contract()
        self._create_milestone(contract, share=25).action_reach()
        self._create_milestone(contract, amount=100, portal_visible=False)
        copied = contract.copy().milestone_ids.sorted("amount")
        self.assertEqual(copied.mapped("amount"), [100, 300])
        self.assertEqual(copied.mapped("basis"), ["amount", "share"])
        self.assertEqual(copied.mapped("portal_visible"), [False, True])
        self.assertEqual(copied.mapped("state"), ["planned", "planned"])
        self.assertFalse(any(copied.mapped("reached_on")))

    def test_list_of_one_contract(self):
        contract = self._create_contract()
        self._create_milestone(contract)
        self.assertEqual(contract.milestone_count, 1)
        action = contract.action_view_milestones()
        self.assertEqual(action["domain"], [("contract_id", "=", contract.id)])


@tagged("post_install", "-at_install")
class TestMilestoneInText(MilestoneCommon):
    """Milestones that are part of what is signed."""

    def test_workable_when_not_in_the_text(self):
        contract = self._create_contract()
        milestone = self._create_milestone(contract)
        self._sign_as_manager(contract)
        milestone.write({"name": "Ovens working", "date": self._get_day(60), "amount": 3})
        milestone.action_hide()
        self._create_milestone(contract).unlink()
        self.assertNotIn("milestones", contract.current_version_id._get_content())
        with self.assertRaises(UserError):
            contract.show_milestones_in_report = True

    def test_closed_when_in_the_text(self):
        contract = self._create_contract(show_milestones_in_report=True)
        milestone = self._create_milestone(contract, share=25)
        hidden = self._create_milestone(contract, name="Margin check", portal_visible=False)
        self._sign_as_manager(contract)
        self.assertTrue(milestone.is_frozen)
        self.assertFalse(hidden.is_frozen)
        for values in (
            {"name": "Nothing"},
            {"date": self._get_day(99)},
            {"deliverable": "Two ovens"},
            {"amount": 1},
            {"share": 1},
            {"basis": "amount"},
            {"basis_value": 1},
            {"portal_visible": False},
            {"contract_id": self._create_contract().id},
        ):
            words = "cannot be moved|frozen" if "contract_id" in values else "frozen"
            with self.subTest(values=values), self.assertRaisesRegex(UserError, words):
                with self.env.cr.savepoint():
                    milestone.write(values)
        for refused in (
            lambda: contract.write({"milestone_ids": [Command.delete(milestone.id)]}),
            milestone.unlink,
            hidden.action_show,
            lambda: self._create_milestone(contract),
            lambda: milestone.sudo().write({"name": "Nothing"}),
            lambda: self._create_milestone(self._create_contract()).write(
                {"contract_id": contract.id}
            ),
        ):
            with (
                self.assertRaisesRegex(UserError, "frozen|cannot be moved"),
                self.env.cr.savepoint(),
            ):
                refused()
        hidden.name = "Margin checked"
        milestone.action_start()
        milestone.user_id = self.env.ref("base.user_admin")
        milestone.action_reach()
        self.assertEqual(milestone.state, "reached")
        contract.action_new_version()
        milestone.name = "Ovens working"
        self.assertEqual(milestone.name, "Ovens working")

    def test_content(self):
        contract = self._create_contract(show_milestones_in_report=True)
        self._create_milestone(contract, name="Second", date="2027-05-01")
        self._create_milestone(contract, name="First", date="2027-04-01", share=25)
        self._create_milestone(contract, name="Secret", portal_visible=False)
        self._sign_as_manager(contract)
        version = contract.current_version_id
        self.assertEqual(
            version._get_content()["milestones"],
            [
                {
                    "title": "First",
                    "date": "2027-04-01",
                    "deliverable": "Three ovens\nand a manual",
                    "amount": {"value": "300.00", "currency": contract.currency_id.name},
                },
                {
                    "title": "Second",
                    "date": "2027-05-01",
                    "deliverable": "Three ovens\nand a manual",
                    "amount": None,
                },
            ],
        )
        digest = version.content_digest
        contract.action_new_version()
        contract.milestone_ids.filtered(lambda one: one.name == "First").name = "Very first"
        self._sign_as_manager(contract)
        changes = contract._get_changes_since(digest)
        self.assertIn("Very first", changes)
        self.assertNotIn("Secret", changes)

    def test_default_of_the_type(self):
        contract_type = self.env["customer.contract.type"].create(
            {"name": "Project", "show_milestones_in_report": True, "milestone_reminder_days": 21}
        )
        contract = self._create_contract(type_id=contract_type.id)
        self.assertTrue(contract.show_milestones_in_report)
        self.assertEqual(self._create_milestone(contract).reminder_days, 21)
        contract = self._create_contract()
        self.assertFalse(contract.show_milestones_in_report)
        self.assertEqual(self._create_milestone(contract).reminder_days, 7)


@tagged("post_install", "-at_install")
class TestMilestoneReminder(MilestoneCommon):
    """Owners are reminded before their milestones fall due."""

    def test_reminder(self):
        contract = self._create_contract()
        soon = self._create_milestone(contract, date=self._get_day(7))
        later = self._create_milestone(contract, date=self._get_day(8))
        never = self._create_milestone(contract, date=self._get_day(1), reminder_days=0)
        done = self._create_milestone(contract, date=self._get_day(1), state="reached")
        self._run()
        self._run()
        self.assertFalse((later | never | done).activity_ids)
        activity = soon.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.manager)
        self.assertEqual(activity.date_deadline, soon.date)
        details = self._get_details(contract, "milestone_reminded")
        self.assertEqual([detail["reminded"] for detail in details], ["Mona Manager"])
        soon.date = self._get_day(20)
        self.assertFalse(soon.activity_ids)
        self._run()
        self.assertFalse(soon.activity_ids)
        soon.date = self._get_day(3)
        self._run()
        self.assertEqual(len(soon.activity_ids), 1)
        colleague = new_test_user(
            self.env, "milestone_owner", groups="customer_contract.group_contract_user_all"
        )
        soon.user_id = colleague
        self.assertEqual(soon.activity_ids.user_id, colleague)
        soon.action_reach()
        self.assertFalse(soon.activity_ids)

    def test_owner_without_rights(self):
        """Somebody who cannot open the milestone is not asked to take care of it."""
        clerk = new_test_user(self.env, "milestone_clerk")
        contract = self._create_contract()
        milestone = self._create_milestone(contract, date=self._get_day(1), user_id=clerk.id)
        self._run()
        self.assertEqual(milestone.activity_ids.user_id, self.manager)

    def test_contracts_that_are_over(self):
        cancelled = self._create_contract()
        milestones = self._create_milestone(cancelled, date=self._get_day(1))
        cancelled.action_cancel("No longer needed")
        terminated = self._create_signed_contract()
        milestones |= self._create_milestone(terminated, date=self._get_day(1))
        terminated.action_terminate("Sold the ovens")
        archived = self._create_contract()
        milestones |= self._create_milestone(archived, date=self._get_day(1))
        archived.active = False
        self._run()
        self.assertFalse(milestones.activity_ids)
        self.assertFalse(self._get_details(terminated, "milestone_reminded"))


@tagged("post_install", "-at_install")
class TestMilestoneAccess(MilestoneCommon):
    """Who reads and changes milestones."""

    def test_matrix(self):
        contract = self._create_sent_contract()
        milestone = self._create_milestone(contract)
        other_company = self.env["res.company"].create({"name": "Other Company"})

        def user(login, group, **values):
            return new_test_user(self.env, login, groups=group, **values)

        allowed = (
            self.manager,
            user("milestone_all", "customer_contract.group_contract_user_all"),
        )
        refused = (
            user("milestone_other", "customer_contract.group_contract_user"),
            user("milestone_employee", "base.group_user"),
            user("milestone_public", "base.group_public"),
            user(
                "milestone_foreign",
                "customer_contract.group_contract_manager",
                company_id=other_company.id,
                company_ids=[Command.set(other_company.ids)],
            ),
            self.portal_user,
        )
        for who in allowed + refused:
            for operation in ("read", "write", "unlink"):
                milestone.invalidate_recordset()
                with self.subTest(who=who.login, operation=operation):
                    self.assertEqual(milestone.with_user(who).has_access(operation), who in allowed)

    def test_portal_user_gets_nothing_through_the_contract(self):
        contract = self._create_sent_contract()
        self._create_milestone(contract, name="Margin check", portal_visible=False)
        contract = contract.with_user(self.portal_user)
        contract.check_access("read")
        for names in (["milestone_ids"], ["milestone_count"]):
            with self.assertRaises(AccessError):
                contract.read(names)
        with self.assertRaises(AccessError):
            contract.search([("milestone_ids.name", "=", "Margin check")])
        self.assertNotIn("milestone_ids", contract.fields_get())
