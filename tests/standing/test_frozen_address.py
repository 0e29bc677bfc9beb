from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ...utils import Actor
from ..common import ContractCommon


@tagged("post_install", "-at_install")
class TestFrozenAddress(ContractCommon):
    """The request is bound to the address that was frozen with the contract."""

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
        cls.colleague = new_test_user(
            cls.env,
            login="address_colleague",
            name="Cleo Colleague",
            email="cleo@company.example.com",
            groups="customer_contract.group_contract_user_all",
        )

    def setUp(self):
        super().setUp()
        self.contract = self._create_sent_contract(requester_id=self.contact.id)
        self.participant = self._get_participant(self.contract, self.contact)

    def _get_addresses(self, mails):
        """Return the addresses to which mails go."""
        return {
            address
            for mail in mails
            for values in mail._prepare_outgoing_list()
            for address in values["email_to_normalized"]
        }

    def _get_new_addresses(self, act):
        before = self.env["mail.mail"].search([])
        act()
        return self._get_addresses(self.env["mail.mail"].search([]) - before)

    def _get_event(self, event_type):
        self.contract.invalidate_recordset()
        events = self.contract.sudo().event_ids
        return events.filtered(lambda event: event.event_type == event_type)[:1]

    def test_mails_go_to_the_frozen_address(self):
        self.contact.email = "mallory@evil.example.com"
        addresses = self._get_new_addresses(self.contract.action_remind)
        self.assertEqual(addresses, {"cora@aurora.example.com"})

    def test_codes_go_to_the_frozen_address(self):
        self.contact.email = "mallory@evil.example.com"
        sent = []
        self.startPatcher(
            patch.object(
                self.registry["mail.mail"],
                "send",
                lambda mails, **options: sent.extend(self._get_addresses(mails)),
            )
        )
        masked = self.participant._send_code()
        self.assertEqual(set(sent), {"cora@aurora.example.com"})
        self.assertIn("aurora", masked)

    def test_evidence_names_the_frozen_address(self):
        self.contact.email = "mallory@evil.example.com"
        self.contract.with_user(self.env.ref("base.public_user")).sudo()._sign(
            Actor(self.participant, "link"),
            signature=self.signature,
            signed_by="Cora Contact",
            digest=self.contract.current_version_id.content_digest,
        )
        self.assertEqual(self.participant.signature_ids.account, "cora@aurora.example.com")
        self.assertNotIn("mallory", self._get_event("signed").payload)

    def test_exchanged_address_is_told(self):
        before = self.contract.message_ids
        self.contact.email = "mallory@evil.example.com"
        event = self._get_event("contact_address_changed")
        self.assertIn("mallory", event.payload)
        told = (self.contract.message_ids - before).notified_partner_ids
        self.assertIn(self.manager.partner_id, told)

    def test_account_of_another_address_is_not_enough(self):
        """Whoever exchanges the address has a new password sent there."""
        contract = self._create_sent_contract()
        self.customer.email = "mallory@evil.example.com"
        with self.assertRaisesRegex(UserError, "address"):
            self._sign_as_customer(contract)
        participant = self._get_participant(contract, self.customer)
        contract.with_user(self.colleague).action_change_address(
            participant.id, "mallory@evil.example.com", "New domain"
        )
        self._sign_as_customer(contract)
        self.assertEqual(participant.state, "done")

    def test_other_address_is_an_act(self):
        links = self.env["customer.contract.link"].search(
            [("participant_id", "=", self.participant.id), ("is_revoked", "=", False)]
        )
        self.assertTrue(links)

        def change():
            self.contract.with_user(self.colleague).action_change_address(
                self.participant.id, "Cora@New.example.com", "Their domain is another one now"
            )

        addresses = self._get_new_addresses(change)
        self.assertIn("cora@aurora.example.com", addresses, "the old address is told")
        self.assertIn("cora@new.example.com", addresses, "the new one is asked")
        self.assertTrue(all(link.is_revoked for link in links))
        details = self._get_event("address_corrected")._get_payload()["details"]
        self.assertEqual(details["old"], "cora@aurora.example.com")
        self.assertEqual(details["new"], "cora@new.example.com")
        self.assertEqual(details["reason"], "Their domain is another one now")
        self.assertIn("Cleo", self._get_event("address_corrected").actor)

    def test_who_may_change_the_address(self):
        def change(user, email="cora@new.example.com", reason="Because"):
            self.contract.with_user(user).action_change_address(self.participant.id, email, reason)

        with self.assertRaisesRegex(UserError, "colleague"):
            change(self.manager)  # signs for the company
        with self.assertRaisesRegex(UserError, "reason"):
            change(self.colleague, reason=" ")
        with self.assertRaisesRegex(UserError, "employee"):
            change(self.colleague, email="cleo@company.example.com")
        with self.assertRaises(UserError):
            change(self.colleague, email="nonsense")
        self.participant._follow_delivery("failed", "550 no such user")
        change(self.manager)
        self.assertEqual(self.participant.frozen_email, "cora@new.example.com")

    def test_certificate_shows_the_change(self):
        self.contract.with_user(self.colleague).action_change_address(
            self.participant.id, "cora@new.example.com", "Their domain is another one now"
        )
        self._sign_as_customer(self.contract, partner=self.contact, identified_by="link")
        Report = self.env["report.customer_contract.report_customer_contract"]
        contract = self.contract.sudo()
        signature = contract.signature_ids.filtered(
            lambda one: one.participant_id == self.participant
        )
        content = contract.current_version_id._get_content()
        values = Report._prepare_signature(contract, content, signature, {})
        self.assertEqual(values["email"], "cora@new.example.com")
        (change,) = values["address_changes"]
        self.assertEqual(change["old"], "cora@aurora.example.com")
        self.assertEqual(change["who"], "Cleo Colleague")
        page = self.env["ir.qweb"]._render(
            "customer_contract.report_customer_contract_completion_signer", {"signed": values}
        )
        self.assertIn("from cora@aurora.example.com to cora@new.example.com, by Cleo", page)

    def test_new_version_freezes_the_present_address(self):
        self.contact.email = "cora@elsewhere.example.com"
        self.contract.action_new_version()
        self.contract.action_send()
        self.assertEqual(self.participant.frozen_email, "cora@elsewhere.example.com")
