from odoo import Command
from odoo.tests import Form, new_test_user, tagged

from ...utils import Actor
from ..common import ContractCommon


@tagged("post_install", "-at_install")
class TestPrimaryAct(ContractCommon):
    """The form's main button is right in every situation, and for everybody."""

    def _get_act(self, contract, user=None):
        contract.invalidate_recordset()
        return contract.with_user(user or self.manager).primary_act

    def test_before_anything_is_saved(self):
        form = Form(self.env["customer.contract"].with_user(self.manager))
        self.assertEqual(form.primary_act, "sign_and_send")
        form.partner_id = self.customer
        self.assertEqual(form.primary_act, "sign_and_send")
        self.company.contract_signing_order = "counterparty_first"
        form = Form(self.env["customer.contract"].with_user(self.manager))
        form.partner_id = self.customer
        self.assertEqual(form.primary_act, "send")

    def test_life_of_a_contract(self):
        contract = self._create_contract()
        self.assertEqual(self._get_act(contract), "sign_and_send")
        self._sign_as_manager(contract)
        self.assertEqual(self._get_act(contract), "send")
        self.assertTrue(contract.is_signed_by_us)
        contract.action_send()
        self.assertFalse(self._get_act(contract))
        self.assertFalse(contract.is_signed_by_us)
        participant_sudo = self._get_participant(contract, self.customer).sudo()
        contract.sudo()._dispute(Actor(participant_sudo, "portal"), "Too expensive")
        self.assertEqual(self._get_act(contract), "answer")
        contract.action_answer_dispute("It is not")
        self.assertFalse(self._get_act(contract))

    def test_colleague_is_asked(self):
        signer = new_test_user(
            self.env,
            "primary_signer",
            groups="customer_contract.group_contract_manager,customer_contract.group_contract_esign",
            name="Sina Signer",
            email="sina@example.com",
        )
        contract = self._create_contract()
        own = contract.participant_ids.filtered(lambda person: person.party == "company")
        own.partner_id = signer.partner_id
        self.assertEqual(self._get_act(contract), "ask")
        self.assertEqual(contract.with_user(self.manager).ask_label, "Ask Sina Signer to Sign")
        self.assertEqual(self._get_act(contract, signer), "sign_and_send")
        contract.action_open_send()
        self.assertFalse(self._get_act(contract))
        self.assertEqual(self._get_act(contract, signer), "sign")

    def test_approval(self):
        approver = new_test_user(
            self.env,
            "primary_approver",
            groups="customer_contract.group_contract_manager",
            name="Ada Approver",
            email="ada@example.com",
        )
        contract = self._create_contract()
        contract.participant_ids = [
            Command.create(
                {
                    "partner_id": approver.partner_id.id,
                    "role": "approver",
                    "party": "company",
                    "sequence": 1,
                }
            )
        ]
        self.assertEqual(self._get_act(contract), "submit")
        contract.action_submit()
        self.assertFalse(self._get_act(contract))
        self.assertEqual(self._get_act(contract, approver), "approve")

    def test_sign_dialog_goes_on_with_the_mail(self):
        contract = self._create_contract()
        for goes_on in (False, True):
            with self.subTest(goes_on=goes_on):
                contract = self._create_contract().with_user(self.manager)
                context = {"customer_contract_send_next": True} if goes_on else {}
                action = contract.with_context(**context).action_open_sign()
                dialog = (
                    self.env[action["res_model"]]
                    .with_user(self.manager)
                    .with_context(**action["context"])
                    .create({"signed_by": "Mona Manager", "signature": self.signature})
                )
                following = dialog.action_sign()
                if goes_on:
                    self.assertEqual(following["res_model"], "mail.compose.message")
                else:
                    self.assertEqual(following["type"], "ir.actions.act_window_close")

    def test_next_document(self):
        contract = self._create_sent_contract()
        contract.invalidate_recordset()
        self.assertFalse(contract.with_user(self.manager).has_next_to_do)
        self.company.contract_signing_order = "counterparty_first"
        waiting = self._create_contract()
        waiting.action_send()
        self._sign_as_customer(waiting)
        contract.invalidate_recordset()
        contract = contract.with_user(self.manager)
        self.assertTrue(contract.has_next_to_do)
        self.assertEqual(contract.action_open_next()["res_id"], waiting.id)
        # on what waits for the user, the main button is what is next
        self.assertFalse(waiting.with_user(self.manager).has_next_to_do)
