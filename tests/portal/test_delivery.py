import io
import zipfile
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.sql_db import PoolError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.common import DISABLED_MAIL_CONTEXT
from odoo.addons.mail.tests.common import MailCase

from ...models.portal.customer_contract_link import MOST_LIVE_LINKS
from ...tools import verify
from ...utils import Actor
from ..common import ContractCommon


class DeliveryCommon(ContractCommon, MailCase):
    """A mail server takes the mails, and the job joins what it reported."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls.env["res.partner"].create(
            {
                "name": "Cora Contact",
                "email": "cora@aurora.example.com",
                "parent_id": cls.customer_company.id,
            }
        )

    def setUp(self):
        super().setUp()
        self.startPatcher(self._keep_transaction())

    def _keep_transaction(self):
        return patch.object(self.registry["ir.cron"], "_commit_progress", return_value=100)

    def _get_mails(self, contract):
        return self.env["mail.mail"].search(
            [("model", "=", "customer.contract"), ("res_id", "=", contract.id)]
        )

    def _deliver(self, contract):
        """Have the mail server take what waits."""
        with self.mock_mail_gateway():
            self._get_mails(contract).filtered(lambda mail: mail.state == "outgoing").send()

    def _fail(self, contract, reason="550 no such mailbox"):
        """Have the mail server refuse what waits."""
        mails = self._get_mails(contract).filtered(lambda mail: mail.state == "outgoing")
        mails.write({"state": "exception", "failure_reason": reason})
        mails._postprocess_sent_message([], [], failure_reason=reason, failure_type="mail_smtp")

    def _join(self):
        self.env["customer.contract"]._cron_join_deliveries()
        self.env.invalidate_all()

    def _get_events(self, contract, *event_types):
        return contract.sudo().event_ids.filtered(lambda event: event.event_type in event_types)


@tagged("post_install", "-at_install")
class TestDelivery(DeliveryCommon):
    """What became of a mail is reported beside the contract, and joins its trail later."""

    def test_delivering_leaves_the_contract_alone(self):
        contract = self._create_sent_contract().sudo()
        length, head = contract.trail_length, contract.trail_head
        self._deliver(contract)
        contract.invalidate_recordset()
        self.assertEqual((contract.trail_length, contract.trail_head), (length, head))
        reports = self.env["customer.contract.delivery.report"].search(
            [("contract_id", "=", contract.id)]
        )
        self.assertEqual(reports.mapped("event_type"), ["mail_sent"])
        self.assertTrue(contract.verify_integrity()["ok"], "a report that is not joined yet")

    def test_job_joins_reports_to_the_trail(self):
        contract = self._create_sent_contract().sudo()
        self._deliver(contract)
        report = self.env["customer.contract.delivery.report"].search(
            [("contract_id", "=", contract.id)]
        )
        self._join()
        event = self._get_events(contract, "mail_sent")
        self.assertEqual(len(event), 1)
        payload = event._get_payload()
        self.assertEqual(payload["participant"]["email"], "carla@aurora.example.com")
        self.assertEqual(
            payload["details"]["delivered_on"], fields.Datetime.to_string(report.reported_on) + "Z"
        )
        self.assertEqual(event.delivery_report_id, report)
        self.assertTrue(contract.verify_integrity()["ok"])
        self.assertTrue(verify.run_checks(self._unpack(contract)), "the script agrees")
        self._join()
        self.assertEqual(self._get_events(contract, "mail_sent"), event, "it joins once")

    def _unpack(self, contract):
        with zipfile.ZipFile(io.BytesIO(contract._make_evidence_bundle())) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def test_reports_are_protected_and_outlive_mails(self):
        contract = self._create_sent_contract().sudo()
        self._deliver(contract)
        self._get_mails(contract).unlink()
        Report = self.env["customer.contract.delivery.report"].sudo()
        report = Report.search([("contract_id", "=", contract.id)])
        self.assertTrue(report)
        for refused in (
            lambda: report.write({"event_type": "mail_failed"}),
            lambda: report.unlink(),
            lambda: Report.create(
                {"contract_id": 1, "event_type": "mail_sent", "reported_on": "2026-01-01 00:00:00"}
            ),
        ):
            with self.assertRaises(AccessError):
                refused()
        self._join()
        self.assertEqual(len(self._get_events(contract, "mail_sent")), 1)

    def test_bounce_is_reported_beside_the_contract(self):
        contract = self._create_sent_contract().sudo()
        self._deliver(contract)
        self._join()
        length = contract.trail_length
        contract._message_receive_bounce("carla@aurora.example.com", self.customer)
        contract.invalidate_recordset()
        self.assertEqual(contract.trail_length, length)
        self._join()
        self.assertEqual(len(self._get_events(contract, "mail_bounced")), 1)

    def test_only_mails_that_exist_are_queued(self):
        contract = self._create_sent_contract(requester_id=self.contact.id)
        self.assertEqual(len(self._get_events(contract, "mail_queued")), 1)
        self.contact.action_archive()
        with self.assertRaisesRegex(UserError, "Cora Contact is archived"):
            contract.action_remind()
        part = self._get_participant(contract, self.contact)
        contract.action_confirm_participant(part.id, "She has her link")
        contract.action_remind()
        self.assertEqual(len(self._get_events(contract, "mail_queued")), 1)
        self.assertFalse(self._get_events(contract, "reminded"))
        self.assertIn("no e-mail", self._get_events(contract, "mail_failed").description)

    def test_archived_people_are_named_before_sending(self):
        contract = self._create_contract(requester_id=self.contact.id)
        self.contact.action_archive()
        with self.assertRaisesRegex(UserError, "Cora Contact is archived"):
            contract.action_send()

    def test_reminder_reaches_employees_too(self):
        contract = self._create_contract()
        contract.action_send()
        before = contract.message_ids
        contract.action_remind()
        self.assertTrue(self._get_events(contract, "reminded"))
        notified = self.env["mail.message"].search(
            [("model", "=", contract._name), ("res_id", "=", contract.id)]
        )
        self.assertIn(self.manager.partner_id, (notified - before).notified_partner_ids)

    def test_copies_are_sent_when_servers_took_them(self):
        contract = self._create_signed_contract().sudo()
        self.assertTrue(self._get_events(contract, "copies_queued"))
        self.assertFalse(self._get_events(contract, "copies_sent"))
        self._deliver(contract)
        self._join()
        event = self._get_events(contract, "copies_sent")
        self.assertEqual(len(event), 1)
        self.assertIn("Carla Customer", event.description)
        self.assertTrue(contract.verify_integrity()["ok"])

    def test_copies_that_failed_are_not_sent(self):
        contract = self._create_signed_contract().sudo()
        self._fail(contract)
        self._join()
        self.assertFalse(self._get_events(contract, "copies_sent"))
        self.assertIn("Carla Customer", contract.next_step)

    def test_jobs_send_at_once(self):
        contract = self._create_sent_contract().sudo()
        self._sign_as_customer(contract)
        contract._store_signed_document()
        with self.mock_mail_gateway():
            self.env["customer.contract"].with_context(
                mail_notify_force_send=False
            )._cron_finalize()
        self.assertTrue(
            any("carla@aurora.example.com" in str(mail["email_to"]) for mail in self._mails)
        )


@tagged("post_install", "-at_install")
class TestSenders(DeliveryCommon):
    """Every mail has a sender that works, and one reader."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The changes of a contract that followers are told.
        cls.env = cls.env(context=dict.fromkeys(DISABLED_MAIL_CONTEXT, False))

    def _get_public(self, contract):
        return contract.with_user(self.env.ref("base.public_user")).sudo()

    def test_sender_of_what_visitors_set_off(self):
        contract = self._create_sent_contract()
        contract.message_subscribe(
            partner_ids=self.manager.partner_id.ids,
            subtype_ids=self.env.ref("customer_contract.mt_signed").ids,
        )
        participant = self._get_participant(contract, self.customer)
        visitor = self._get_public(contract)
        # what happened before is told before
        self.env.flush_all()
        self.cr.precommit.run()
        self.env["mail.mail"].search([]).unlink()
        with self.mock_mail_gateway():
            visitor._sign(
                Actor(participant, "link"),
                signature=self.signature,
                signed_by="Carla",
                digest=contract.current_version_id.content_digest,
            )
            self.env.flush_all()
            self.cr.precommit.run()
            visitor.activity_schedule("mail.mail_activity_data_todo", user_id=self.manager.id)
            mails = self._new_mails
        self.assertTrue(mails)
        subtype = self.env.ref("customer_contract.mt_signed")
        posted = contract.sudo().message_ids.filtered(lambda one: one.subtype_id == subtype)
        self.assertTrue(posted, "the change of state is told")
        self.assertIn(self.manager.partner_id, posted.notified_partner_ids, "authors are not told")
        public = self.env.ref("base.public_partner")
        for mail in mails:
            self.assertNotEqual(mail.author_id, public)
            self.assertTrue(mail.email_from, mail.subject)

    def test_sender_without_addresses(self):
        contract = self._create_sent_contract()
        self.manager.partner_id.email = False
        self.company.partner_id.email = "office@company.example.com"
        contract.action_remind()
        mails = self._get_mails(contract)
        self.assertTrue(mails)
        self.assertIn("office@company.example.com", mails.sorted("id")[-1:].email_from)

    def test_nobody_else_is_named(self):
        second = self.customer.copy({"name": "Second", "email": "second@aurora.example.com"})
        contract = self._create_contract(
            participant_ids=[
                Command.create({"partner_id": self.manager.partner_id.id, "sequence": 10}),
                Command.create({"partner_id": self.customer.id, "sequence": 20}),
                Command.create({"partner_id": second.id, "sequence": 20}),
            ]
        )
        self._sign_as_manager(contract)
        contract.action_send()
        mails = self._get_mails(contract)
        for partner in (self.customer, second):
            mail = mails.filtered(lambda one, partner=partner: partner in one.recipient_ids)
            self.assertEqual(mail.recipient_ids, partner)
            other = (self.customer | second) - partner
            self.assertNotIn(other.email, f"{mail.headers} {mail.email_to} {mail.email_cc}")


@tagged("post_install", "-at_install")
class TestLivingLinks(DeliveryCommon):
    """Links of a request work until it ends, whatever was mailed since."""

    def _get_links(self, contract):
        links = self.env["customer.contract.link"].sudo()
        return links.search([("participant_id", "in", contract.sudo().participant_ids.ids)])

    def test_reminders_leave_older_links_alone(self):
        contract = self._create_sent_contract()
        first = self._get_links(contract)
        contract.action_remind()
        contract._send()
        self.assertTrue(first._is_usable())
        self.assertEqual(len(self._get_links(contract)), 3)
        contract.action_cancel("no")
        self.assertTrue(all(self._get_links(contract).mapped("is_revoked")))

    def test_number_of_living_links_is_bounded(self):
        contract = self._create_sent_contract()
        first = self._get_links(contract)
        for _number in range(MOST_LIVE_LINKS):
            contract.action_remind()
        links = self._get_links(contract)
        self.assertEqual(len(links.filtered(lambda link: link._is_usable())), MOST_LIVE_LINKS)
        self.assertFalse(first._is_usable())
        self.assertFalse(first.is_revoked, "a new one can be asked for")

    def test_links_can_be_revoked_by_hand(self):
        contract = self._create_sent_contract()
        contract.action_revoke_links()
        self.assertFalse(any(link._is_usable() for link in self._get_links(contract)))
        self.assertEqual(len(self._get_events(contract, "link_revoked")), 1)


@tagged("post_install", "-at_install")
class TestUndelivered(DeliveryCommon):
    """Who cannot be reached is told to the manager, who corrects the address."""

    def setUp(self):
        super().setUp()
        self.contract = self._create_sent_contract().sudo()
        self.participant = self._get_participant(self.contract, self.customer)

    def test_manager_is_told_what_to_do(self):
        self._fail(self.contract)
        self._join()
        self.assertEqual(self.participant.delivery_state, "failed")
        self.assertIn("Carla Customer", self.contract.next_step)
        self.assertIn("address", self.contract.next_step)
        self.assertTrue(self.contract.has_unreached)
        activity = self.contract.activity_ids.filtered(
            lambda one: one.user_id == self.manager and "Carla Customer" in (one.summary or "")
        )
        self.assertEqual(len(activity), 1)
        self.assertIn(
            self.contract.sudo(False),
            self.env["customer.contract"].search([("has_unreached", "=", True)]),
        )

    def test_bounce_tells_the_manager_too(self):
        self._deliver(self.contract)
        self.contract._message_receive_bounce("carla@aurora.example.com", self.customer)
        self._join()
        self.assertEqual(self.participant.delivery_state, "bounced")
        self.assertIn("Carla Customer", self.contract.next_step)

    def test_portal_does_not_tell_it(self):
        self._fail(self.contract)
        self._join()
        self.assertNotIn("address", self.contract._get_next_step())

    def test_send_again_with_a_corrected_address(self):
        self._fail(self.contract)
        self._join()
        contract = self.contract.with_user(self.manager).sudo(False)
        with self.assertRaises(UserError):
            contract.action_send_again(self.participant.id, "nonsense", "typing error")
        with self.assertRaises(UserError):
            contract.action_send_again(self.participant.id, "carla.c@aurora.example.com", " ")
        self.customer.write({"email": "carla.typo@aurora.example.com"})
        self.manager.group_ids |= self.env.ref("base.group_partner_manager")
        contract.action_send_again(self.participant.id, "carla.c@aurora.example.com", "typo")
        self.assertEqual(self.customer.email, "carla.c@aurora.example.com")
        payload = self._get_events(self.contract, "address_corrected")._get_payload()
        self.assertEqual(
            payload["details"],
            {
                "old": "carla@aurora.example.com",
                "new": "carla.c@aurora.example.com",
                "reason": "typo",
            },
        )
        self.assertEqual(payload["actor"]["login"], self.manager.login)
        self._deliver(self.contract)
        self._join()
        self.assertEqual(self.participant.delivery_state, "sent")
        self.assertFalse(self.contract.has_unreached)
        self.assertIn("waiting for", self.contract.next_step)

    def test_send_again_the_signed_contract(self):
        self._sign_as_customer(self.contract)
        self._finalize(self.contract)
        self._fail(self.contract)
        self._join()
        contract = self.contract.with_user(self.manager).sudo(False)
        contract.action_send_again(self.participant.id)
        mail = self._get_mails(self.contract).filtered(
            lambda one: one.state == "outgoing" and self.customer in one.recipient_ids
        )
        self.assertEqual(mail.attachment_ids, self.contract.signed_document_id)

    def test_whoever_has_nothing_to_get_is_not_written_to(self):
        own = self._get_participant(self.contract, self.manager.partner_id)
        with self.assertRaises(UserError):
            self.contract.action_send_again(own.id)

    def test_delivery_cannot_be_written(self):
        with self.assertRaises(AccessError):
            self.participant.write({"delivery_state": "sent"})


@tagged("post_install", "-at_install")
class TestNeededRecords(ContractCommon):
    """What the code needs is not deleted under it."""

    def test_needed_records_cannot_be_deleted(self):
        needed = self.env["ir.model.data"].search(
            [
                ("module", "=", "customer_contract"),
                (
                    "model",
                    "in",
                    (
                        "mail.template",
                        "mail.activity.type",
                        "mail.message.subtype",
                        "ir.cron",
                        "ir.actions.report",
                    ),
                ),
            ]
        )
        self.assertGreater(len(needed), 30)
        for data in needed:
            record = self.env[data.model].browse(data.res_id)
            with self.subTest(data.name), self.assertRaises(UserError), self.env.cr.savepoint():
                record.unlink()

    def test_others_can_be_deleted(self):
        template = self.env.ref("customer_contract.mail_template_request").copy()
        template.unlink()
        self.assertFalse(template.exists())

    def test_unlinked_template_by_sql_does_not_stop_signing(self):
        template = self.env.ref("customer_contract.mail_template_request")
        self.env.cr.execute("DELETE FROM ir_model_data WHERE name = 'mail_template_request'")
        self.env.registry.clear_cache()
        self.addCleanup(self.env.registry.clear_cache)
        with mute_logger("odoo.addons.customer_contract.models.portal.customer_contract_mail"):
            contract = self._create_sent_contract()
        self.assertEqual(contract.state, "sent")
        mail = self.env["mail.mail"].search([("res_id", "=", contract.id)], limit=1)
        self.assertIn(contract.title, f"{mail.subject} {mail.body_html}")
        self.assertTrue(template.exists())


@tagged("post_install", "-at_install")
class TestPostCommit(DeliveryCommon):
    """Nothing that follows an act comes back as its error."""

    def test_a_job_that_cannot_be_woken(self):
        with patch(
            "odoo.addons.base.models.ir_cron.sql_db.db_connect",
            side_effect=PoolError("The Connection Pool Is Full"),
        ):
            self.env["ir.cron"]._notifydb()

    def test_mails_that_cannot_be_sent_now(self):
        contract = self._create_sent_contract()
        mail = self._get_mails(contract)
        calls = []
        with (
            patch.object(
                type(self.env.cr.postcommit), "add", lambda hooks, call: calls.append(call)
            ),
            patch("odoo.addons.customer_contract.models.portal.mail_mail.modules") as modules,
            patch(
                "odoo.addons.customer_contract.models.portal.mail_mail.Registry",
                side_effect=PoolError("The Connection Pool Is Full"),
            ),
            patch("odoo.addons.customer_contract.models.portal.mail_mail.time.sleep"),
            mute_logger("odoo.addons.customer_contract.models.portal.mail_mail"),
        ):
            modules.module.current_test = None
            mail.send_after_commit()
            self.assertEqual(len(calls), 1, "one connection for all, and none for none")
            calls[0]()
        self.assertEqual(mail.state, "outgoing", "the queue sends it")
        self.assertGreater(mail.scheduled_date, fields.Datetime.now(), "but not at the same time")
