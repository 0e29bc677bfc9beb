from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ...utils import Actor
from .common import PaperCommon, make_photo, make_scan


@tagged("post_install", "-at_install")
class TestPaper(PaperCommon):
    """Signing by hand: collecting, sending, checking, and what happens meanwhile."""

    # === SENDING === #

    def test_send(self):
        follower = new_test_user(
            self.env, "follower", groups="customer_contract.group_contract_user_all"
        )
        self.contract.message_subscribe(follower.partner_id.ids)
        self._collect_all()
        paper = self._submit()
        self.assertEqual(paper.state, "submitted")
        self.assertEqual(self.contract.state, "sent")
        self.assertEqual(self.participant.channel, "paper")
        self.assertTrue(paper._has_intact_scan())
        self.assertTrue(paper.scan_attachment_id.contract_evidence)
        self.assertTrue(all(paper.file_ids.attachment_id.mapped("contract_evidence")))
        activity = self.contract.activity_ids.filtered(
            lambda activity: activity.summary == "Contract signed on paper, to be checked"
        )
        self.assertEqual(activity.user_id, self.manager)
        note = self.contract.sudo().message_ids.filtered(
            lambda message: "to be checked" in (message.body or "")
        )
        self.assertIn(follower.partner_id, note.notified_partner_ids)
        self.assertIn("is being checked", self.contract.next_step)
        self.assertEqual(self._count("paper_submitted"), 1)
        with self.assertRaisesRegex(UserError, "already sent"):
            self._submit()
        with self.assertRaisesRegex(UserError, "already sent"):
            self._collect(make_photo())
        with self.assertRaisesRegex(UserError, "on paper"):
            self._sign_as_customer(self.contract)
        self.assertEqual(self._count("paper_submitted"), 1)

    def test_send_nothing_or_what_is_incomplete(self):
        with self.assertRaisesRegex(UserError, "add the signed pages"):
            self._submit()
        self._collect(make_photo(self._get_codes()[0]))
        with self.assertRaisesRegex(UserError, "Pages 2 and 3 of the contract are missing"):
            self._submit()
        for values in ({"signed_by": " "}, {"signed_date": None}, {"signed_date": "2999-01-01"}):
            with self.assertRaises(UserError):
                self._submit(is_confirmed=True, **values)
        paper = self._submit(is_confirmed=True)
        self.assertEqual((paper.state, paper.check_state), ("submitted", "problem"))

    def test_send_asks_for_identification(self):
        contract = self._create_sent_contract(identity_policy="code")
        participant = self._get_participant(contract, self.customer)
        paper = contract.sudo()._collect_paper(Actor(participant, "link"))
        paper._add_file("page", make_photo(self._get_codes(contract)[0]))
        with self.assertRaisesRegex(UserError, "code"):
            contract.sudo()._submit_paper(
                Actor(participant, "link"), {"signed_by": "C", "signed_date": "2026-01-01"}, True
            )

    def test_out_of_turn_observers_and_strangers(self):
        contract = self._create_contract()
        contract.action_send()
        waiting = self._get_participant(contract, self.customer)
        with self.assertRaisesRegex(UserError, "not your turn"):
            self._collect(make_photo(), participant=waiting)
        with self.assertRaisesRegex(UserError, "not your turn"):
            self._submit(participant=waiting)
        observer = self.env["res.partner"].create(
            {
                "name": "Olga",
                "email": "olga@aurora.example.com",
                "parent_id": self.customer_company.id,
            }
        )
        contract = self._create_contract()
        contract.participant_ids = [Command.create({"partner_id": observer.id, "role": "observer"})]
        self._sign_as_manager(contract)
        contract.action_send()
        watching = self._get_participant(contract, observer)
        with self.assertRaisesRegex(UserError, "named as signers"):
            self._collect(make_photo(), participant=watching)

    # === CHECKING === #

    def test_accept(self):
        self._collect_all()
        paper = self._submit()
        review = paper.with_user(self.manager)
        self.assertTrue(review.scan_file)
        self.assertTrue(review.version_file)
        review.action_accept()
        self.assertEqual(paper.state, "accepted")
        self.assertEqual(self.participant.state, "done")
        self.assertEqual(self.contract.state, "signed")
        signature = self.participant.signature_ids
        self.assertEqual(signature.channel, "paper")
        self.assertFalse(signature.image)
        self.assertEqual(signature.image_digest, paper.scan_digest)
        self.assertEqual(signature.version_id, self.contract.current_version_id)
        self.assertEqual(signature.identified_by, "paper_portal")
        self.assertIn("scan sent by", signature.identification)
        event = self.contract.sudo().event_ids.filtered(lambda row: row.event_type == "signed")[0]
        details = event._get_payload()["details"]
        self.assertEqual(details["scan_sha256"], paper.scan_digest)
        self.assertEqual(details["accepted_by"], "Mona Manager")
        self.assertFalse(self.contract.activity_ids.filtered("summary"))
        self._finalize(self.contract)
        self.assertTrue(self.contract.verify_integrity()["ok"])
        with self.assertRaisesRegex(UserError, "no longer to be checked"):
            review.action_accept()

    def test_problems_are_accepted_with_a_reason_only(self):
        self._collect(make_photo(self._get_codes()[0]))
        paper = self._submit(is_confirmed=True).with_user(self.manager)
        with self.assertRaisesRegex(UserError, "say why"):
            paper.action_accept()
        self.assertEqual(paper.action_open_accept()["res_model"], "customer.contract.paper.decide")
        paper.action_accept("The original lies in our safe.")
        self.assertEqual(self.contract.state, "signed")
        details = self.participant.signature_ids._export()["paper"]
        self.assertEqual(details["reason"], "The original lies in our safe.")
        self.assertEqual(details["page_check"], "problem")

    def test_return(self):
        self._collect(make_photo(self._get_codes()[0]))
        paper = self._submit(is_confirmed=True)
        self.assertTrue(self.participant._is_reminder_paused())
        with self.assertRaisesRegex(UserError, "say what"):
            paper.with_user(self.manager).action_return(" ")
        paper.with_user(self.manager).action_return("Two pages are missing.")
        self.assertEqual(paper.state, "returned")
        self.assertFalse(self.participant._is_reminder_paused())
        self.assertEqual(self._count("paper_returned"), 1)
        mail = self.contract.sudo().message_ids.filtered(
            lambda message: "Two pages are missing." in (message.body or "")
        )
        self.assertIn(self.customer, mail.partner_ids)
        again = self._collect(*map(make_photo, self._get_codes()[1:]))
        self.assertNotEqual(again, paper)
        self.assertEqual(again.check_state, "matched")
        self.assertTrue(self.participant._is_reminder_paused())
        self.assertEqual(len(paper.page_ids), 1)
        self._submit().with_user(self.manager).action_accept()
        self.assertEqual(self.contract.state, "signed")

    def test_accepted_by_its_codes(self):
        self.env.company.contract_paper_auto_accept = True
        self._collect_all()
        paper = self._submit()
        self.assertEqual(paper.state, "accepted")
        self.assertFalse(paper.decided_by)
        self.assertEqual(self.contract.state, "signed")
        contract = self._create_sent_contract()
        participant = self._get_participant(contract, self.customer)
        self._collect(make_photo(), participant=participant)
        paper = self._submit(participant=participant, is_confirmed=True)
        self.assertEqual(paper.state, "submitted")

    def test_changed_scan_is_not_accepted(self):
        self._collect_all()
        paper = self._submit()
        with (
            patch.object(self.registry["ir.attachment"], "_file_read", lambda *args, **kw: b"x"),
            self.assertRaisesRegex(UserError, "changed or is missing"),
        ):
            self.env.invalidate_all()
            paper.with_user(self.manager).action_accept()

    def test_who_may_decide(self):
        self._collect_all()
        paper = self._submit()
        stranger = new_test_user(
            self.env, "stranger", groups="customer_contract.group_contract_user"
        )
        for user in (stranger, self.portal_user):
            with self.assertRaises(AccessError):
                paper.with_user(user).action_accept()
            with self.assertRaises(AccessError):
                paper.with_user(user).read(["scan_digest"])
        self.assertEqual(paper.state, "submitted")

    def test_nobody_enters_papers_or_signatures(self):
        values = {
            "contract_id": self.contract.id,
            "participant_id": self.participant.id,
            "version_id": self.contract.current_version_id.id,
            "state": "submitted",
        }
        for env in (self.env, self.env(user=self.manager)):
            with self.assertRaises(AccessError):
                env["customer.contract.paper"].sudo().create(values)
        self._collect_all()
        paper = self._submit()
        for record in (paper, paper.page_ids[0], paper.file_ids[0]):
            with self.assertRaises(AccessError):
                record.sudo().with_context(customer_contract_pass=True).write({"write_uid": 1})
            with self.assertRaises(AccessError):
                record.sudo().unlink()
        with self.assertRaises(AccessError):
            self.env["customer.contract.paper.copy"].sudo().create({})
        with self.assertRaises(AccessError):
            paper.scan_attachment_id.sudo().write({"raw": b"x"})

    # === TAKEN IN BY THE COMPANY === #

    def _receive(self, user=None, files=None, **values):
        files = files or [("scan.pdf", make_scan(*self._get_codes()))]
        return self.contract.with_user(user or self.manager)._receive_paper(
            self.participant.with_user(user or self.manager),
            files,
            {
                "signed_by": "Carla Customer",
                "signed_date": "2026-01-15",
                "received_through": "post",
                "received_on": "2026-01-20",
                **values,
            },
        )

    def test_paper_that_came_by_post(self):
        self.env.company.contract_paper_auto_accept = True
        paper = self._receive()
        self.assertEqual(paper.state, "submitted")
        self.assertEqual(paper.received_by, "Mona Manager")
        self.assertEqual(self._count("paper_received"), 1)
        paper.action_accept()
        self.assertEqual(self.contract.state, "signed")
        signature = self.participant.signature_ids
        self.assertEqual(signature.identified_by, "paper_received")
        self.assertEqual(signature._export()["paper"]["received_by"], "Mona Manager")
        self.assertIn("taken in by an employee", signature.identification)

    def test_staff_cannot_do_without_a_scan(self):
        with self.assertRaisesRegex(UserError, "add the signed pages"):
            self.contract.with_user(self.manager)._receive_paper(
                self.participant,
                [],
                {"signed_by": "Carla", "signed_date": "2026-01-15"},
            )
        with self.assertRaises(UserError):
            self._receive(files=[("scan.pdf", b"MZ")])
        with self.assertRaises(AccessError):
            self._receive(user=self.portal_user)
        self.assertFalse(self.participant.signature_ids)

    def test_wizard(self):
        wizard = (
            self.env["customer.contract.paper.receive"]
            .with_user(self.manager)
            .with_context(default_contract_id=self.contract.id)
            .create({"signed_date": "2026-01-15"})
        )
        self.assertEqual(wizard.participant_id, self.participant.with_user(self.manager))
        self.assertEqual(wizard.signed_by, "Carla Customer")
        with self.assertRaisesRegex(UserError, "add the scan"):
            wizard.action_confirm()
        wizard.attachment_ids = (
            self.env["ir.attachment"]
            .with_user(self.manager)
            .create(
                {
                    "name": "scan.pdf",
                    "raw": make_scan(*self._get_codes()),
                    "res_model": wizard._name,
                }
            )
        )
        action = wizard.action_confirm()
        paper = self.env["customer.contract.paper"].browse(action["res_id"])
        self.assertEqual(paper.state, "submitted")
        decide = (
            self.env["customer.contract.paper.decide"]
            .with_user(self.manager)
            .create({"paper_id": paper.id, "purpose": "return", "reason": "Not readable"})
        )
        decide.action_confirm()
        self.assertEqual(paper.state, "returned")

    def test_paper_of_our_own_signer_takes_the_right_to_sign(self):
        clerk = new_test_user(self.env, "clerk", groups="customer_contract.group_contract_user_all")
        contract = self._create_contract()
        contract.action_send()
        own = self._get_participant(contract, self.manager.partner_id)
        paper = contract.with_user(clerk)._receive_paper(
            own.with_user(clerk),
            [("scan.pdf", make_scan(*self._get_codes(contract)))],
            {
                "signed_by": "Mona",
                "signed_date": "2026-01-15",
                "received_through": "person",
                "received_on": "2026-01-15",
            },
        )
        with self.assertRaisesRegex(AccessError, "right to sign"):
            paper.action_accept()

    # === WHAT HAPPENS MEANWHILE === #

    def test_change_of_mind(self):
        self._collect_all()
        paper = self._submit()
        self.participant._choose_channel("esign", "portal")
        self.assertEqual(paper.state, "void")
        self.assertNotIn("to be checked", " ".join(self.contract.activity_ids.mapped("summary")))
        with self.assertRaisesRegex(UserError, "no longer to be checked"):
            paper.with_user(self.manager).action_accept()
        self._sign_as_customer(self.contract)
        self.assertEqual(self.contract.state, "signed")
        self.assertEqual(self.participant.signature_ids.channel, "esign")

    def _get_paper_work(self):
        """Return how much work about papers is planned: expected ones, and ones to check."""
        return tuple(
            len(self.contract.activity_search([f"customer_contract.mail_activity_type_{name}"]))
            for name in ("paper_wish", "paper")
        )

    def test_planned_work_follows_the_paper(self):
        self.participant._choose_channel("paper", "portal")
        self.assertEqual(self._get_paper_work(), (1, 0))
        self.participant._choose_channel("esign", "portal")
        self.assertEqual(self._get_paper_work(), (0, 0))
        self.participant._choose_channel("paper", "portal")
        self._collect_all()
        self.assertEqual(self._get_paper_work(), (1, 0))
        paper = self._submit()
        self.assertEqual(self._get_paper_work(), (0, 1))
        paper.with_user(self.manager).action_return("Please sign page 3.")
        self.assertEqual(self._get_paper_work(), (0, 0))
        paper = self._submit()
        paper.with_user(self.manager).action_accept()
        self.assertEqual(self._get_paper_work(), (0, 0))

    def test_planned_work_about_others_stays(self):
        other = self.env["res.partner"].create({"name": "Otto", "email": "otto@x.example.com"})
        self.contract = self._create_contract()
        self.contract.participant_ids = [
            Command.create({"partner_id": other.id, "party": "other", "sequence": 20})
        ]
        self.contract.participant_ids.filtered(
            lambda participant: participant.party == "company"
        ).unlink()
        self.contract.participant_ids.sequence = 10
        self.contract._send(notify=False)
        customer, other = (
            self._get_participant(self.contract, partner) for partner in (self.customer, other)
        )
        for participant in (customer, other):
            participant._choose_channel("paper", "portal")
        self.assertEqual(self._get_paper_work(), (2, 0))
        self._collect_all(self.contract, customer)
        first = self._submit(customer)
        self.assertEqual(self._get_paper_work(), (1, 1))
        self._collect_all(self.contract, other)
        self._submit(other)
        self.assertEqual(self._get_paper_work(), (0, 2))
        first.with_user(self.manager).action_accept()
        self.assertEqual(self._get_paper_work(), (0, 1), "the other paper is still to check")

    def test_electronic_signature_ends_what_was_collected(self):
        paper = self._collect_all()
        self._sign_as_customer(self.contract)
        self.assertEqual(paper.state, "void")
        self.assertEqual(self.contract.state, "signed")

    def test_new_version_while_under_way(self):
        self._collect_all()
        paper = self._submit()
        self.contract.action_new_version()
        self.assertEqual(paper.state, "void")
        with self.assertRaisesRegex(UserError, "no longer to be checked"):
            paper.with_user(self.manager).action_accept()
        self._sign_as_manager(self.contract)
        self.contract.action_send()
        self.assertFalse(self.participant._get_paper())
        self._collect_all()
        self._submit().with_user(self.manager).action_accept()
        self.assertEqual(self.contract.state, "signed")

    def test_dispute_and_decline_while_under_way(self):
        self._collect_all()
        paper = self._submit()
        contract = self.contract.sudo()
        contract._dispute(Actor(self.participant, "portal"), "Something is wrong")
        self.assertEqual(paper.state, "submitted")
        with self.assertRaisesRegex(UserError, "no longer waits"):
            paper.with_user(self.manager).action_accept()
        self.contract.action_resolve_dispute("It is right.")
        contract._decline(Actor(self.participant, "portal"), "No")
        self.assertEqual(paper.state, "void")

    def test_cancelled_while_under_way(self):
        self._collect_all()
        paper = self._submit()
        self.contract.action_cancel("Over")
        self.assertEqual(paper.state, "void")

    def test_reminders_wait_and_start_again(self):
        self.env.company.contract_paper_days = 7
        self.assertFalse(self.participant._is_reminder_paused())
        self.contract.sudo()._get_paper_copy(Actor(self.participant, "portal"))
        self.assertTrue(self.participant._is_reminder_paused())
        with freeze_time(fields.Datetime.now() + timedelta(days=8)):
            self.assertFalse(self.participant._is_reminder_paused())
        self._collect_all()
        self._submit()
        with freeze_time(fields.Datetime.now() + timedelta(days=80)):
            self.assertTrue(self.participant._is_reminder_paused())

    def test_deadline_waits_while_we_check(self):
        deadline = fields.Date.context_today(self.contract) + timedelta(days=1)
        contract = self._create_sent_contract(sign_deadline=deadline)
        participant = self._get_participant(contract, self.customer)
        self._collect_all(contract, participant)
        paper = self._submit(participant=participant)
        with freeze_time(fields.Datetime.now() + timedelta(days=5)):
            contract.sudo()._expire()
            self.assertEqual(contract.state, "sent")
            paper.with_user(self.manager).action_accept()
        self.assertEqual(contract.state, "signed")
        late = self._create_sent_contract(sign_deadline=deadline)
        with freeze_time(fields.Datetime.now() + timedelta(days=5)):
            late.sudo()._expire()
        self.assertEqual(late.state, "expired")
