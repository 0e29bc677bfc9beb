from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import PreparationCommon


@tagged("-at_install", "post_install")
class TestPreparationMail(PreparationCommon):
    """The mail that was written in the dialog goes out as it was written, by the job."""

    def _create_for_customer(self, create):
        """Create a contract that the customer signs first, so that a mail is written."""
        contract = create()
        contract.participant_ids.filtered(lambda one: one.party == "company").sequence = 99
        return contract

    def _write_mail(self, contract, **values):
        action = contract.action_open_send()
        with Form(
            self.env[action["res_model"]].with_user(self.manager).with_context(**action["context"])
        ) as form:
            form.subject = "Please read this"
            form.body = "<p>As we said on the phone.</p>"
        composer = form.save()
        if values:
            composer.write(values)
        composer.action_send_mail()
        return composer

    def test_mail_waits_for_the_contract(self):
        contract = self._create_for_customer(self._create_long)
        attachment = (
            self.env["ir.attachment"]
            .with_user(self.manager)
            .create(
                {"name": "map.txt", "raw": b"map", "res_model": "mail.compose.message", "res_id": 0}
            )
        )
        before = contract.message_ids
        composer = self._write_mail(contract, attachment_ids=[Command.link(attachment.id)])
        self.assertTrue(contract.is_being_prepared)
        self.assertEqual(contract.message_ids, before)
        # The dialog is forgotten after an hour.
        composer.sudo().unlink()
        self._run_job()
        self.assertEqual(contract.state, "sent")
        message = (contract.message_ids - before).filtered("subject")
        self.assertEqual(message.subject, "Please read this")
        self.assertIn("on the phone", message.body)
        self.assertEqual(message.author_id, self.manager.partner_id)
        self.assertEqual(message.attachment_ids.name, "map.txt")
        customer = self._get_participant(contract, self.customer)
        self.assertEqual(message.notified_partner_ids & customer.partner_id, self.customer)
        self.assertEqual(len(self._get_links(customer)), 1, "it is written to once")
        self.assertEqual(self._get_events(contract).count("mail_queued"), 1)

    def _get_links(self, participant):
        return self.env["customer.contract.link"].search([("participant_id", "=", participant.id)])

    def test_short_contract_is_sent_at_once(self):
        contract = self._create_for_customer(self._create_contract)
        self._write_mail(contract)
        self.assertEqual(contract.state, "sent")

    def test_second_mail_is_refused(self):
        contract = self._create_for_customer(self._create_long)
        action = contract.action_open_send()
        Composer = self.env[action["res_model"]].with_user(self.manager)
        second = Composer.with_context(**action["context"]).create({})
        self._write_mail(contract)
        with self.assertRaisesRegex(UserError, "being prepared"):
            second.action_send_mail()
        self._run_job()
        self.assertEqual(self._get_events(contract).count("sent"), 1)
