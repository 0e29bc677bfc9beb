from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from ...const import EVIDENCE, PORTAL
from ...utils import Actor
from ..common import ContractCommon


@tagged("post_install", "-at_install")
class TestChatter(ContractCommon):
    """What people do stands in the chatter by name, and buttons say what they do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.approver = new_test_user(
            cls.env,
            login="chatter_approver",
            name="Ann Approver",
            groups="customer_contract.group_contract_user",
        )

    def _get_notes(self, contract):
        notes = contract.sudo().message_ids.filtered(
            lambda message: message.subtype_id == self.env.ref("mail.mt_note")
        )
        return "\n".join(notes.mapped("body"))

    def _create_contract_to_approve(self):
        contract = self._create_contract()
        contract.participant_ids = [
            Command.create(
                {"partner_id": self.approver.partner_id.id, "role": "approver", "sequence": 1}
            )
        ]
        contract.with_user(self.manager).action_submit()
        return contract.with_user(self.approver)

    def _open_reason(self, contract, purpose):
        action = contract.with_context(customer_contract_purpose=purpose).action_open_reason()
        return Form(
            self.env[action["res_model"]]
            .with_user(contract.env.user)
            .with_context(**action["context"])
        ), action

    def test_signatures_and_approvals_are_named(self):
        contract = self._create_contract_to_approve()
        contract.action_approve()
        self.assertIn("Approved by Ann Approver", self._get_notes(contract))
        contract = self._create_sent_contract()
        self.assertIn(f"Signed by {self.manager.name}", self._get_notes(contract))
        self._sign_as_customer(contract)
        self.assertIn(f"Signed by {self.customer.name}", self._get_notes(contract))

    def test_notes_are_in_the_manager_s_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        contract = self._create_sent_contract()
        self.manager.lang = "fr_FR"
        notes = []
        self.patch(
            type(contract),
            "_describe_noted_event",
            lambda contract, *_rest: notes.append(contract.env.lang) or "Note",
        )
        self._sign_as_customer(contract)
        self.assertEqual(notes, ["fr_FR"])

    def test_approver_comments(self):
        contract = self._create_contract_to_approve()
        form, action = self._open_reason(contract, "approve")
        self.assertEqual(form.act, "Approve Contract")
        form.reason = "Only for this year."
        form.save().action_confirm()
        self.assertIn("Only for this year.", self._get_notes(contract))
        events = {event.event_type: event for event in contract.sudo().event_ids}
        self.assertIn("Only for this year.", events["approval_commented"].description)
        # The customer gets a file in which approvals are spelled out.
        Event = self.env["customer.contract.event"]
        for audience in (EVIDENCE, PORTAL):
            self.assertIn("approved", Event._get_types_for(audience))
            self.assertNotIn("approval_commented", Event._get_types_for(audience))

    def test_approver_need_not_comment(self):
        contract = self._create_contract_to_approve()
        form, _action = self._open_reason(contract, "approve")
        form.save().action_confirm()
        events = contract.sudo().event_ids.mapped("event_type")
        self.assertIn("approved", events)
        self.assertNotIn("approval_commented", events)

    def test_button_of_a_dialog_names_its_act(self):
        contract = self._create_contract().with_user(self.manager)
        form, action = self._open_reason(contract, "cancel")
        self.assertEqual(form.act, "Cancel Contract")
        self.assertEqual(action["name"], "Cancel Contract")
        both = contract | self._create_contract().with_user(self.manager)
        form, _action = self._open_reason(both, "cancel")
        self.assertEqual(form.act, "Cancel Contracts")
        dialog = (
            self.env["customer.contract.reason"]
            .with_user(self.manager)
            .create({"contract_ids": [Command.set(contract.ids)], "purpose": "cancel"})
        )
        with self.assertRaisesRegex(UserError, "reason"):
            dialog.action_confirm()

    def test_no_dialog_just_confirms(self):
        wizards = [
            name
            for name in self.env.registry
            if name.startswith("customer.contract") and self.env[name].is_transient()
        ]
        views = self.env["ir.ui.view"].search([("model", "in", wizards), ("type", "=", "form")])
        self.assertGreater(len(views), 10)
        for view in views:
            with self.subTest(view.name):
                self.assertNotIn('string="Confirm"', view.arch)

    def test_toast_names_who_was_really_asked(self):
        substitute = new_test_user(
            self.env,
            login="chatter_substitute",
            name="Sue Substitute",
            groups="customer_contract.group_contract_user,customer_contract.group_contract_esign",
        )
        contract = self._create_contract().with_user(self.manager)
        original = type(contract)._submit_or_send

        def submit(contract):
            original(contract)
            own = contract.sudo()._get_next_participants()
            own._write_protected({"partner_id": substitute.partner_id.id})

        self.patch(type(contract), "_submit_or_send", submit)
        message = contract.action_open_send()["params"]["message"]
        self.assertIn("Sue Substitute", message)
        self.assertNotIn(self.manager.name, message)

    def test_sending_is_confirmed(self):
        contract = self._create_contract().with_user(self.manager)
        self._sign_as_manager(contract)
        action = contract.action_open_send()
        Composer = self.env[action["res_model"]].with_user(self.manager)
        done = Form(Composer.with_context(**action["context"])).save().action_send_mail()
        self.assertEqual(contract.state, "sent")
        self.assertIn(self.customer.name, done["params"]["message"])
        self.assertEqual(done["params"]["next"], {"type": "ir.actions.act_window_close"})

    def test_dispute_is_answered_where_it_is_read(self):
        contract = self._create_sent_contract()
        actor = Actor(self._get_participant(contract, self.customer), "portal")
        dispute = contract.with_user(self.portal_user).sudo()._dispute(actor, "Too expensive.")
        dispute = dispute.with_env(self.env(user=self.manager, su=False))
        for number, answer in enumerate(("It is the list price.", "And it was discounted.")):
            action = dispute.action_open_answer()
            self.assertEqual(action["name"], "Answer the Dispute")
            form = Form(
                self.env[action["res_model"]]
                .with_user(self.manager)
                .with_context(**action["context"])
            )
            form.reason = answer
            form.save().action_confirm()
            self.assertEqual(dispute.state, "answered")
            self.assertEqual(len(dispute._get_thread()), number + 2)
            self.assertIn(
                f"{self.manager.name} on the dispute: {answer}", self._get_notes(contract)
            )
        contract.with_user(self.portal_user).sudo()._reply_to_dispute(actor, "Fine then.")
        self.assertIn(f"{self.customer.name} on the dispute: Fine then.", self._get_notes(contract))
        contract.with_user(self.manager).action_resolve_dispute("As agreed.")
        with self.assertRaises(UserError):
            dispute.action_open_answer()
