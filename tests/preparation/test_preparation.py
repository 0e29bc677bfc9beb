import contextlib
from unittest.mock import patch

import psycopg2.errors

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import PreparationCommon

PREPARATION = "customer.contract.preparation"


@tagged("-at_install", "post_install")
class TestPreparation(PreparationCommon):
    @contextlib.contextmanager
    def _failing(self, name, error, only=None, model="customer.contract"):
        """Have a method fail, for one contract or all of them."""
        cls = self.registry[model]
        method = getattr(cls, name)

        def fail(records, *args, **kwargs):
            if only is None or records == only:
                raise error
            return method(records, *args, **kwargs)

        with patch.object(cls, name, fail):
            yield

    def test_short_contract_is_sent_at_once(self):
        contract = self._create_contract()
        contract.action_send()
        self.assertEqual(contract.state, "sent")
        self.assertFalse(contract.is_being_prepared)

    def test_long_contract_is_sent_by_the_job(self):
        contract = self._create_long()
        with self._failing("_render_contract_pdf", AssertionError("printed in the request")):
            contract.action_send()
        self.assertTrue(contract.is_being_prepared)
        self.assertEqual(contract.state, "draft")
        self.assertFalse(contract.current_version_id)
        self.assertEqual(contract.next_step, "Being prepared to be sent")
        self.assertFalse(contract.can_sign)
        self.assertFalse(contract.is_editable)
        self._run_job()
        self.assertEqual(contract.state, "sent")
        self.assertFalse(contract.is_being_prepared)
        self.assertEqual(contract.current_version_id.frozen_by, "Mona Manager")
        events = self._get_events(contract)
        self.assertLess(events.index("preparation_started"), events.index("version_frozen"))
        event = contract.sudo().event_ids.filtered(lambda event: event.event_type == "sent")
        self.assertEqual(event.actor, "Mona Manager")
        self.assertTrue(contract.verify_integrity()["ok"])
        self.assertFalse(self.env[PREPARATION].search([]))

    def test_nothing_runs_before_it_is_sent(self):
        """No link, no mail, no deadline, nothing in the portal, no notice to anybody."""
        contract = self._create_long(sign_deadline_days=5)
        before = self.env["mail.message"].search_count([("model", "=", contract._name)])
        contract.action_send()
        people = contract.sudo().participant_ids
        Link = self.env["customer.contract.link"].sudo()
        self.assertFalse(Link.search([("participant_id", "in", people.ids)]))
        self.assertEqual(
            self.env["mail.message"].search_count([("model", "=", contract._name)]), before
        )
        self.assertEqual(set(people.mapped("state")), {"waiting"})
        self.assertFalse(contract.sign_deadline)
        self.assertFalse(contract.sent_on)
        self.assertFalse(contract.portal_published)
        self.env["customer.contract"]._cron_expire()
        Contract = self.env["customer.contract"].with_user(self.portal_user)
        self.assertFalse(Contract.search([("id", "=", contract.id)]))
        self._run_job()
        self.assertEqual(
            contract.sign_deadline,
            fields.Date.add(contract.company_id._get_contract_today(), days=5),
        )
        self.assertIn(contract.id, Contract.search([]).ids)

    def test_deadline_that_passed_meanwhile(self):
        today = self.company._get_contract_today()
        contract = self._create_long(sign_deadline=today)
        contract.action_send()
        contract.sudo().sign_deadline = fields.Date.subtract(today, days=1)
        self._run_job()
        self.assertEqual(contract.state, "draft")
        self.assertIn("deadline", contract.sudo().activity_ids.note)

    def test_nobody_changes_it_meanwhile(self):
        contract = self._create_long()
        contract.action_send()
        document = {"name": "a.txt", "raw": b"text", "purpose": "sign"}
        for change in (
            lambda: contract.write({"title": "Another"}),
            lambda: contract.section_ids.write({"body": "<p>Another text</p>"}),
            lambda: contract.section_ids.unlink(),
            lambda: contract.participant_ids[:1].write({"capacity": "Another"}),
            lambda: contract.write({"document_ids": [Command.create(document)]}),
            lambda: contract.write({"active": False}),
            lambda: contract.unlink(),
            lambda: contract.action_send(),
            lambda: contract.action_open_send(),
            lambda: contract.action_open_sign(),
            lambda: self._sign_as_manager(contract),
            lambda: contract.action_replace_participant(
                contract.participant_ids[:1].id, self.customer.id, "ill"
            ),
        ):
            with self.subTest(change), self.assertRaisesRegex(UserError, "being prepared"):
                change()
        with self.assertRaises(AccessError):
            contract.write({"preparation_id": False})
        self.assertTrue(contract.is_being_prepared)
        contract.note = "<p>Internal notes may change</p>"

    def test_nobody_reads_what_the_job_keeps(self):
        contract = self._create_long()
        contract.action_send()
        with self.assertRaises(AccessError):
            self.env[PREPARATION].with_user(self.manager).search([])
        with self.assertRaises(AccessError):
            contract.search([("preparation_id.purpose", "=", "send")])
        self.assertIn(contract, contract.search([("is_being_prepared", "=", True)]))
        self.assertNotIn(contract, contract.search([("is_being_prepared", "=", False)]))

    def test_cancel_and_take_back(self):
        cancelled, back = self._create_long(), self._create_long()
        (cancelled | back).action_send()
        cancelled.action_cancel("changed my mind")
        back.action_take_back()
        self._run_job()
        self.assertEqual(cancelled.state, "cancelled")
        self.assertEqual(back.state, "draft")
        self.assertTrue(back.is_editable)
        self.assertIn("preparation_stopped", self._get_events(back))
        back.title = "Better"
        with self.assertRaisesRegex(UserError, "not being prepared"):
            back.action_take_back()
        back.action_send()
        self._run_job()
        self.assertEqual(back.state, "sent")

    def test_taking_back_keeps_our_signature(self):
        contracts = self._create_contract() | self._create_contract()
        for contract in contracts:
            self._sign_as_manager(contract)
        version = contracts[0].current_version_id
        contracts.action_send()
        with self.assertRaisesRegex(UserError, "being prepared"):
            self._sign_as_customer(contracts[0])
        contracts[0].action_take_back()
        self._run_job()
        self.assertEqual(contracts[0].current_version_id, version)
        self.assertEqual(contracts[0].state, "draft")
        self.assertEqual(contracts[1].state, "sent")

    def test_failing_print_check_brings_it_back(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.manager.lang = "fr_FR"
        contract = self._create_long()
        contract.action_send()
        problem = UserError("Section 1, “Everything”, would be cut off.")
        bus = self.registry["res.users"]
        with (
            self._failing("_check_print", problem),
            patch.object(bus, "_bus_send", autospec=True) as send,
        ):
            self._run_job()
        told = [call for call in send.call_args_list if call.args[0] == self.manager]
        told = [call.args[2] for call in told if call.args[1] == "simple_notification"]
        self.assertEqual([one["type"] for one in told], ["danger"])
        self.assertEqual(contract.state, "draft")
        self.assertTrue(contract.is_editable)
        self.assertFalse(contract.version_ids)
        activity = contract.sudo().activity_ids
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("Everything", activity.note)
        message = contract.message_ids[:1]
        self.assertIn("Everything", message.body)
        self.assertIn(self.manager.partner_id, message.notified_partner_ids)
        self.assertTrue(message.subtype_id.internal)
        self.assertEqual(self._get_events(contract)[-1], "preparation_failed")
        self.assertFalse(self.env["mail.mail"].search([("mail_message_id", "=", False)]))
        self.assertTrue(contract.verify_integrity()["ok"])

    def test_failing_ones_do_not_hold_up_others(self):
        contracts = (
            self.env["customer.contract"]
            .with_user(self.manager)
            .union(*(self._create_long() for _n in range(4)))
        )
        contracts.action_send()
        with (
            self._failing("_freeze", ValueError("a bug"), only=contracts[1]),
            self.assertLogs("odoo.addons.customer_contract", "ERROR"),
        ):
            self._run_job()
        self.assertEqual(contracts.mapped("state"), ["sent", "draft", "sent", "sent"])
        self.assertIn("went wrong", contracts[1].sudo().activity_ids.note)
        self.assertNotIn("a bug", contracts[1].sudo().activity_ids.note)

    def test_conflict_is_tried_again(self):
        contract = self._create_long()
        contract.action_send()
        with self._failing("_freeze", psycopg2.errors.SerializationFailure("conflict")):
            self._run_job()
        self.assertTrue(contract.is_being_prepared)
        self._run_job()
        self.assertEqual(contract.state, "sent")

    def test_killed_in_the_middle(self):
        """What kills the process leaves everything as it was; the next run goes on."""
        contracts = self._create_long() | self._create_long()
        contracts.action_send()

        def die(contract, content, signatures=None, completion=None):
            raise KeyboardInterrupt

        with patch.object(self.registry["customer.contract"], "_render_contract_pdf", die):
            for _number in range(3):
                # Not assertRaises(): it takes back what was committed as well.
                with contextlib.suppress(KeyboardInterrupt):
                    self._run_job()
                self.env.invalidate_all()
        tries = self.env[PREPARATION].search([]).mapped("tries")
        self.assertEqual(tries, [1, 2], "each is begun in turn")
        self.assertEqual(len(self._get_waiting(contracts)), 2)
        for contract in contracts:
            self.assertNotIn("version_frozen", self._get_events(contract))
        self._run_job()
        self.assertEqual(contracts.mapped("state"), ["sent", "sent"])
        self.assertEqual(self._get_events(contracts[0]).count("sent"), 1)

    def test_interrupted_each_time(self):
        contracts = self._create_long() | self._create_long()
        contracts.action_send()
        row = contracts[0].sudo().preparation_id
        row.tries = 3
        self.assertEqual(
            self.env[PREPARATION].search([])[-1:], row, "what was not tried comes first"
        )
        self._run_job()
        self.assertEqual(contracts.mapped("state"), ["draft", "sent"])
        self.assertIn("interrupted", contracts[0].sudo().activity_ids.note)

    def test_rights_are_asked_again(self):
        group = self.env.ref("customer_contract.group_contract_user")
        leaver = new_test_user(
            self.env, login="leaver", groups="customer_contract.group_contract_user_all"
        )
        mover = new_test_user(
            self.env, login="mover", groups="customer_contract.group_contract_user_all"
        )
        other = self.env["res.company"].create({"name": "Other"})
        for user, leave in (
            (leaver, lambda: leaver.sudo().write({"active": False})),
            (mover, lambda: mover.write({"company_ids": other.ids, "company_id": other.id})),
            (self.manager, lambda: self.manager.write({"group_ids": [Command.unlink(group.id)]})),
        ):
            contract = self._create_long()
            contract.with_user(user).action_send()
            self.assertTrue(contract.sudo().preparation_id)
            leave()
            self._run_job()
            contract = contract.sudo()
            self.assertEqual(contract.state, "draft", user.login)
            self.assertFalse(contract.preparation_id)
            told = user if user.active else contract.user_id
            self.assertEqual(contract.activity_ids.user_id, told)

    def test_server_code_sends_several(self):
        """OdooBot is no active user, and automations act as it."""
        contracts = (self._create_contract() | self._create_contract()).with_env(self.env)
        contracts.action_send()
        self.assertEqual(self._get_waiting(contracts), contracts)
        self._run_job()
        self.assertEqual(contracts.mapped("state"), ["sent", "sent"])

    def test_submitted_by_the_job(self):
        approver = new_test_user(
            self.env, login="approver", groups="customer_contract.group_contract_user_all"
        )
        contract = self._create_long()
        contract.participant_ids = [
            Command.create(
                {"partner_id": approver.partner_id.id, "role": "approver", "sequence": 1}
            )
        ]
        with self.assertRaisesRegex(UserError, "approved first"):
            contract.action_send()
        contract.action_submit()
        self.assertTrue(contract.is_being_prepared)
        self._run_job()
        self.assertEqual(contract.state, "approval")
        # Approved, it is frozen: nothing is left to prepare.
        contract.with_user(approver).action_approve()
        self.assertEqual(contract.state, "sent")

    def test_what_is_not_ready_is_refused_at_once(self):
        contract = self._create_long(partner_id=self.customer.id)
        contract.participant_ids.filtered(lambda one: one.party == "counterparty").unlink()
        with self.assertRaisesRegex(UserError, "Nobody signs for the counterparty"):
            contract.action_send()
        self.assertFalse(contract.is_being_prepared)

    def test_signing_needs_the_version(self):
        """Our own signature is under a frozen version: it is made at once, however long."""
        contract = self._create_long()
        self._sign_as_manager(contract)
        self.assertEqual(len(contract.signature_ids), 1)
        contract.action_send()
        self.assertEqual(contract.state, "sent", "nothing is left to print")

    def test_copies_are_not_being_prepared(self):
        contract = self._create_long()
        contract.action_send()
        self.assertFalse(contract.copy().preparation_id)

    def test_bulk(self):
        """Several are left to the job, with few queries; what cannot be sent is named."""
        contracts = (
            self.env["customer.contract"]
            .with_user(self.manager)
            .union(*(self._create_contract() for _number in range(20)))
        )
        contracts[3].section_ids.unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        count = self.env.cr.sql_log_count
        with self._failing("_render_contract_pdf", AssertionError("printed in the request")):
            action = contracts.action_send_many()
        self.assertLess((self.env.cr.sql_log_count - count) / 20, 25)
        self.assertIn(contracts[3].name, action["params"]["message"])
        self.assertIn("no section", action["params"]["message"])
        others = contracts - contracts[3]
        self.assertEqual(self._get_waiting(contracts), others)
        with patch.object(self.registry["res.users"], "_bus_send", autospec=True) as send:
            self._run_job()
        self.assertEqual(set(others.mapped("state")), {"sent"})
        self.assertEqual(contracts[3].state, "draft")
        told = [call.args[2] for call in send.call_args_list if "simple_notification" in call.args]
        self.assertEqual([one["message"] for one in told], ["Contracts that have been sent: 19"])
        with self.assertRaisesRegex(UserError, "no section"):
            contracts[3].action_send_many()
        with self.assertRaisesRegex(UserError, "cannot be done any more"):
            others[0].action_send_many()

    def test_programs_send_several(self):
        contracts = self._create_contract() | self._create_contract()
        contracts.action_send()
        self.assertEqual(self._get_waiting(contracts), contracts)
        self._run_job()
        self.assertEqual(contracts.mapped("state"), ["sent", "sent"])
