from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ...utils import Actor
from ..common import ContractCommon, make_pdf, make_signature_picture


@tagged("post_install", "-at_install")
class TestDispute(ContractCommon):
    """From an objection to its end, and what is counted about it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls.env.ref("customer_contract.customer_contract_dispute_category_price")

    def _dispute(self, contract, **values):
        """Dispute as the portal does for the customer."""
        return self._as_customer(contract)._dispute(
            Actor(self._get_participant(contract, self.customer), "portal"),
            "The price is wrong.",
            **values,
        )

    def _as_customer(self, contract):
        """Return a contract as the portal's controllers have it for the customer."""
        return contract.with_user(self.portal_user).sudo()

    def _get_events(self, contract, event_type):
        return contract.sudo().event_ids.filtered(lambda event: event.event_type == event_type)

    def test_dispute_keeps_what_it_is_about(self):
        contract = self._create_sent_contract()
        dispute = self._dispute(
            contract, category=self.category, clause="2", files=[("Offer.PDF", make_pdf("Offer"))]
        )
        self.assertEqual(contract.state, "disputed")
        self.assertEqual(dispute.state, "open")
        self.assertEqual(dispute.clause, "2. Price")
        self.assertEqual(dispute.category_id, self.category)
        self.assertEqual(dispute.version_id, contract.current_version_id)
        message = dispute._get_thread()
        self.assertEqual(message.author_id, self.customer)
        self.assertIn("The price is wrong.", message.body)
        self.assertEqual(message.attachment_ids.name, "Offer.pdf")
        self.assertIn(self.manager.partner_id, message.notified_partner_ids)
        event = self._get_events(contract, "disputed")
        for part in ("The price is wrong.", "2. Price", self.category.name, "Offer.pdf (SHA-256"):
            self.assertIn(part, event.description)

    def test_only_the_signer_in_turn_disputes(self):
        contract = self._create_sent_contract()
        with self.assertRaises(UserError):
            contract.sudo()._dispute(
                Actor(self._get_participant(contract, self.manager.partner_id), "backend"), "No"
            )
        with self.assertRaisesRegex(UserError, "reason"):
            contract.sudo()._dispute(
                Actor(self._get_participant(contract, self.customer), "portal"), "  "
            )
        self.assertFalse(contract.dispute_ids)

    def test_too_late_to_dispute(self):
        contract = self._create_sent_contract(sign_deadline=fields.Date.today())
        with freeze_time(fields.Datetime.now() + timedelta(days=2)):
            with self.assertRaisesRegex(UserError, "deadline"):
                self._dispute(contract)

    def test_thread_tells_both_sides(self):
        contract = self._create_sent_contract()
        dispute = self._dispute(contract)
        Link = self.env["customer.contract.link"]
        links = Link.search_count([("participant_id", "=", dispute.participant_id.id)])
        contract.action_answer_dispute("It includes parts.")
        self.assertEqual(contract.state, "disputed", "the signer decides")
        self.assertEqual(dispute.state, "answered")
        self.assertEqual(contract._get_next_step(), "Waiting for Carla Customer")
        self.assertEqual(contract._get_next_step(self.customer), "Your dispute was answered")
        answer = dispute._get_thread()[-1]
        self.assertEqual(answer.author_id, self.manager.partner_id)
        self.assertIn(self.customer, answer.notified_partner_ids)
        self.assertEqual(
            Link.search_count([("participant_id", "=", dispute.participant_id.id)]),
            links + 1,
            "the mail carries a personal link",
        )
        self._as_customer(contract)._reply_to_dispute(
            Actor(dispute.participant_id, "portal"), "Which parts?"
        )
        self.assertIn(self.manager.partner_id, dispute._get_thread()[-1].notified_partner_ids)
        self.assertEqual(len(self._get_events(contract, "dispute_message")), 2)
        self.assertFalse(
            contract.message_ids.filtered(
                lambda message: (
                    "It includes parts" in message.body and not message.subtype_id.internal
                )
            ),
            "the thread is not the business of the other participants",
        )

    def test_signer_goes_on_after_the_answer(self):
        contract = self._create_sent_contract()
        dispute = self._dispute(contract)
        contract.action_answer_dispute("It includes parts.")
        self._as_customer(contract)._withdraw_dispute(
            Actor(dispute.participant_id, "portal"), is_settled=True
        )
        self.assertEqual((contract.state, dispute.outcome), ("sent", "explained"))
        self.assertTrue(self._sign_as_customer(contract))

    def test_signer_withdraws(self):
        contract = self._create_sent_contract()
        dispute = self._dispute(contract)
        self._as_customer(contract)._withdraw_dispute(
            Actor(dispute.participant_id, "portal"), is_settled=True
        )
        self.assertEqual(dispute.outcome, "withdrawn", "nobody has explained anything")
        self.assertTrue(self._get_events(contract, "dispute_withdrawn"))
        self.assertTrue(self._sign_as_customer(contract))
        with self.assertRaises(UserError):
            self._as_customer(contract)._withdraw_dispute(Actor(dispute.participant_id, "portal"))

    def test_manager_explains_and_resumes(self):
        contract = self._create_sent_contract()
        dispute = self._dispute(contract)
        contract.action_resolve_dispute("It includes parts.")
        self.assertEqual((contract.state, dispute.outcome), ("sent", "explained"))
        self.assertTrue(dispute.answered_on)
        self.assertIn("It includes parts.", dispute._get_thread()[-1].body)
        self.assertTrue(self._sign_as_customer(contract))

    def test_new_version_ends_the_dispute(self):
        contract = self._create_sent_contract()
        dispute = self._dispute(contract)
        contract.action_new_version()
        self.assertEqual((contract.state, dispute.outcome), ("draft", "new_version"))
        contract.section_ids[1].body = "<p>The price is negotiable.</p>"
        self._sign_as_manager(contract)
        contract.action_send()
        self.assertEqual(
            contract._get_last_read_version(dispute.participant_id), dispute.version_id
        )
        self.assertTrue(self._sign_as_customer(contract))

    def test_signer_declines_instead(self):
        contract = self._create_sent_contract()
        dispute = self._dispute(contract)
        self._as_customer(contract)._decline(Actor(dispute.participant_id, "portal"), "Never mind")
        self.assertEqual((contract.state, dispute.outcome), ("declined", "ended"))
        self.assertEqual(dispute.participant_id.state, "declined")

    def test_cancelled_contract_ends_the_dispute(self):
        contract = self._create_sent_contract()
        dispute = self._dispute(contract)
        contract.action_cancel("Changed plans")
        self.assertEqual((contract.state, dispute.outcome), ("cancelled", "ended"))
        self.assertEqual(dispute.participant_id.state, "skipped")

    def test_deadline_waits_while_disputed(self):
        today = fields.Date.today()
        contract = self._create_sent_contract(sign_deadline=today + timedelta(days=2))
        dispute = self._dispute(contract)
        customer = self._get_participant(contract, self.customer)
        link = self.env["customer.contract.link"].search(
            [("participant_id", "=", customer.id)], order="id", limit=1
        )
        old_expiry = link.expires_on
        with freeze_time(fields.Datetime.now() + timedelta(days=9)):
            contract.sudo()._expire()
            self.assertEqual(contract.state, "disputed")
            contract.sudo()._withdraw_dispute(Actor(customer, "portal"))
            self.assertEqual(contract.sign_deadline, today + timedelta(days=11))
            self.assertEqual(dispute.deadline_after, contract.sign_deadline)
            self.assertEqual(link.expires_on, old_expiry + timedelta(days=9))
            self.assertEqual(len(self._get_events(contract, "deadline_extended")), 1)
            contract.sudo()._expire()
            self.assertTrue(self._sign_as_customer(contract))

    def test_deadline_set_by_the_manager_stands(self):
        today = fields.Date.today()
        contract = self._create_sent_contract(sign_deadline=today + timedelta(days=2))
        dispute = self._dispute(contract)
        with freeze_time(fields.Datetime.now() + timedelta(days=5)):
            contract.sign_deadline = today + timedelta(days=30)
            contract.action_resolve_dispute("It includes parts.")
            self.assertEqual(contract.sign_deadline, today + timedelta(days=30))
            self.assertFalse(dispute.deadline_after)

    def test_reminders_wait_while_disputed(self):
        self.startPatcher(
            patch.object(self.registry["ir.cron"], "_commit_progress", return_value=100)
        )
        contract = self._create_sent_contract()
        dispute = self._dispute(contract)
        customer = dispute.participant_id
        self.assertFalse(customer._get_next_reminder_date())
        start = fields.Datetime.now()
        with freeze_time(start + timedelta(days=20)):
            self.env["customer.contract"]._cron_remind()
            self.assertFalse(self._get_events(contract, "reminded"))
            with self.assertRaises(UserError):
                contract.action_remind()
            contract.action_resolve_dispute("It includes parts.")
            self.env["customer.contract"]._cron_remind()
            self.assertFalse(self._get_events(contract, "reminded"), "the days start afresh")
        with freeze_time(start + timedelta(days=23)):
            self.env["customer.contract"]._cron_remind()
            self.assertEqual(len(self._get_events(contract, "reminded")), 1)

    def test_times_are_counted(self):
        contract = self._create_sent_contract()
        start = fields.Datetime.now()
        dispute = self._dispute(contract, category=self.category)
        with freeze_time(start + timedelta(days=1)):
            contract.action_answer_dispute("It includes parts.")
        with freeze_time(start + timedelta(days=3)):
            self._as_customer(contract)._withdraw_dispute(
                Actor(dispute.participant_id, "portal"), is_settled=True
            )
        self.assertAlmostEqual(dispute.answer_days, 1, places=1)
        self.assertAlmostEqual(dispute.duration_days, 3, places=1)
        groups = (
            self.env["customer.contract.dispute"]
            .with_user(self.manager)
            ._read_group(
                [("id", "=", dispute.id)],
                ["category_id", "outcome"],
                ["__count", "duration_days:avg"],
            )
        )
        self.assertEqual(groups[0][:3], (self.category, "explained", 1))

    def test_disputes_are_written_by_acts_only(self):
        contract = self._create_sent_contract()
        dispute = self._dispute(contract)
        other = self._create_sent_contract()
        participant = self._get_participant(other, self.customer)
        Dispute = self.env["customer.contract.dispute"]
        values = {
            "contract_id": other.id,
            "participant_id": participant.id,
            "text": "Forged",
            "opened_on": fields.Datetime.now(),
        }
        for model in (Dispute, Dispute.sudo(), Dispute.with_user(self.manager)):
            with self.assertRaises(AccessError):
                model.create(values)
        own = dispute.with_user(self.manager)
        for change in ({"outcome": "withdrawn"}, {"text": "x"}, {"closed_on": "2026-01-01"}):
            with self.subTest(change), self.assertRaises(AccessError):
                own.write(change)
            with self.subTest(change), self.assertRaises(AccessError):
                dispute.sudo().write(change)
        own.category_id = self.category
        with self.assertRaises(AccessError):
            dispute.sudo().unlink()
        with self.assertRaises(AccessError):
            dispute.with_user(self.portal_user).read(["text"])

    def test_colleague_cannot_reply_or_withdraw(self):
        contract = self._create_sent_contract()
        self._dispute(contract)
        manager = self._get_participant(contract, self.manager.partner_id)
        with self.assertRaises(UserError):
            contract.sudo()._reply_to_dispute(Actor(manager, "portal"), "In the customer's name")
        with self.assertRaises(UserError):
            contract.sudo()._withdraw_dispute(Actor(manager, "backend"))
        with self.assertRaises(UserError):
            contract.sudo()._decline(Actor(manager, "backend"), "No")
        self.assertEqual(contract.state, "disputed")

    def test_other_agents_do_not_read_it(self):
        agent = new_test_user(
            self.env, login="contract_agent", groups="customer_contract.group_contract_user"
        )
        dispute = self._dispute(self._create_sent_contract())
        with self.assertRaises(AccessError):
            dispute.with_user(agent).read(["text"])
        self.assertFalse(self.env["customer.contract.dispute"].with_user(agent).search([]))

    def test_files_are_what_their_bytes_say(self):
        contract = self._create_sent_contract()
        picture = self.env["customer.contract.signature"]._decode_png(
            make_signature_picture(size=(400, 400))
        )
        self.assertTrue(picture)
        for name, content, message in (
            ("offer.pdf", b"MZ\x90\x00" + b"\0" * 200, "program"),
            ("offer.pdf", b"PK\x03\x04" + b"\0" * 200, "archive"),
            ("page.html", b"<html><script>alert(1)</script></html>", "no PDF"),
            ("empty.pdf", b"", "empty"),
        ):
            with self.subTest(name=name, message=message):
                with self.assertRaisesRegex(UserError, message):
                    self._dispute(contract, files=[(name, content)])
        with self.assertRaisesRegex(UserError, "at most 5"):
            self._dispute(contract, files=[("a.pdf", make_pdf())] * 6)
        with self.assertRaisesRegex(UserError, "too large"):
            self._dispute(contract, files=[("a.pdf", b"%PDF-" + b"0" * 10 * 1024 * 1024)])
        self.assertEqual(contract.state, "sent")
        self.assertFalse(contract.dispute_ids)
        dispute = self._dispute(contract, files=[("../../<b>x</b>.exe", make_pdf())])
        self.assertEqual(dispute._get_thread().attachment_ids.name, "b_.pdf")

    def test_manager_answers_in_the_form(self):
        contract = self._create_sent_contract()
        dispute = self._dispute(contract)
        action = contract.with_context(
            customer_contract_purpose="answer_dispute"
        ).action_open_reason()
        form = Form(
            self.env["customer.contract.reason"]
            .with_user(self.manager)
            .with_context(**action["context"])
        )
        form.reason = "It includes parts."
        form.save().action_confirm()
        self.assertEqual(dispute.state, "answered")
        views = dispute.with_user(self.manager).get_views(
            [(False, kind) for kind in ("list", "form", "search", "pivot", "graph")]
        )
        self.assertEqual(len(views["views"]), 5)
        opened = contract.action_view_disputes()
        self.assertEqual(opened["res_id"], dispute.id)

    def test_versions_side_by_side(self):
        contract = self._create_sent_contract()
        contract.action_new_version()
        contract.write({"amount_total": 1300})
        contract.section_ids[1].body = "<p>The price is negotiable.</p>"
        action = contract.action_compare()
        dialog = (
            self.env["customer.contract.comparison"]
            .with_user(self.manager)
            .with_context(**action["context"])
            .create({})
        )
        self.assertIn("<ins>negotiable.</ins>", dialog.comparison)
        self.assertIn("<del>fixed.</del>", dialog.comparison)
        self.assertNotIn("We maintain the ovens", dialog.comparison, "only what differs")
        rows = contract._compare_side_by_side(
            contract.version_ids._get_content(), contract._prepare_content(2)
        )
        amount = next(row for row in rows if row["title"] == "Amount")
        self.assertIn("1200.00", amount["before"])
        self.assertIn("1300.00", amount["after"])
        price = next(row for row in rows if row["title"] == "Price")
        self.assertNotIn("negotiable", price["before"])
        self.assertNotIn("fixed", price["after"])

    def test_comparison_is_for_readers_of_the_contract(self):
        contract = self._create_sent_contract()
        contract.action_new_version()
        agent = new_test_user(
            self.env, login="contract_agent", groups="customer_contract.group_contract_user"
        )
        Comparison = self.env["customer.contract.comparison"].with_user(agent)
        with self.assertRaises(AccessError):
            Comparison.create(
                {"contract_id": contract.id, "old_version_id": contract.version_ids.id}
            ).read(["comparison"])
