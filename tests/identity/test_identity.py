from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCase

from ..common import ContractCommon


@tagged("post_install", "-at_install")
class TestIdentity(ContractCommon, MailCase):
    """How signers show who they are, and attempts to get around it."""

    def setUp(self):
        super().setUp()
        self.codes = []
        make = self.registry["customer.contract.code"]._make_code

        def make_and_remember(code):
            self.codes.append(make(code))
            return self.codes[-1]

        self.startPatcher(
            patch.object(self.registry["customer.contract.code"], "_make_code", make_and_remember)
        )

    def _create_contract_with_codes(self):
        contract = self._create_sent_contract(identity_policy="code")
        return contract, self._get_participant(contract, self.customer)

    def _wait(self, **duration):
        """Go on as if time had passed."""
        return freeze_time(fields.Datetime.now() + timedelta(**duration))

    def _get_wrong_code(self):
        return f"{(int(self.codes[-1]) + 1) % 1000000:06d}"

    def test_every_policy_asks_for_its_own_or_more(self):
        ways = (
            "link",
            "link_code",
            "portal",
            "portal_2fa",
            "unknown",
            "",
            None,
            "backend",
        )
        enough = {
            "link": {"link", "link_code", "portal", "portal_2fa"},
            "code": {"link_code", "portal", "portal_2fa"},
            "portal": {"portal", "portal_2fa"},
            "portal_2fa": {"portal_2fa"},
        }
        for policy, allowed in enough.items():
            contract = self._create_sent_contract(identity_policy=policy)
            for way in ways:
                with self.subTest(policy=policy, way=way):
                    if way in allowed:
                        savepoint = self.env.cr.savepoint()
                        row = self._sign_as_customer(contract, identified_by=way)
                        self.assertEqual(row.identified_by, way)
                        savepoint.close(rollback=True)
                        self.env.invalidate_all()
                    else:
                        with self.assertRaises(UserError):
                            self._sign_as_customer(contract, identified_by=way)

    def test_policy_follows_the_type_upwards_only(self):
        contract_type = self.env["customer.contract.type"].create(
            {"name": "Loans", "identity_policy": "portal"}
        )
        contract = self._create_contract(type_id=contract_type.id)
        self.assertEqual(contract.identity_policy, "portal")
        contract.identity_policy = "portal_2fa"
        with self.assertRaises(ValidationError):
            contract.identity_policy = "code"
        with self.assertRaises(ValidationError):
            self._create_contract(type_id=contract_type.id, identity_policy="link")

    def test_policy_is_frozen(self):
        contract = self._create_sent_contract(identity_policy="portal")
        with self.assertRaises(UserError):
            contract.identity_policy = "link"
        self.assertEqual(contract.current_version_id._get_content()["identification"], "portal")

    def test_code_is_mailed_and_stored_as_a_hash_only(self):
        contract, customer = self._create_contract_with_codes()
        with patch.object(self.registry["mail.mail"], "unlink", lambda records: True):
            masked = customer._send_code()
            mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        code = self.codes[-1]
        self.assertRegex(code, r"^\d{6}$")
        # The mail that was sent has it, what is stored of it has not.
        self.assertIn("code-at-sending", mail.body_html)
        self.assertNotIn(code, mail.body_html)
        self.assertIn("carla@aurora.example.com", mail.email_to)
        self.assertEqual(masked, "c••••@aurora.example.com")
        stored = self.env["customer.contract.code"].search([("participant_id", "=", customer.id)])
        self.assertNotIn(code, str(stored.read()))
        self.assertNotIn(code, str(contract.get_audit_trail()))
        with self.assertRaises(AccessError):
            stored.with_user(self.env.ref("base.user_admin")).read(["code_hash"])

    def test_right_code_works_once(self):
        _contract, customer = self._create_contract_with_codes()
        customer._send_code()
        code = self.codes[-1]
        self.assertIsNone(customer._enter_code(f" {code[:3]} {code[3:]} "))
        self.assertIn("no longer valid", customer._enter_code(code))

    def test_fifth_wrong_code_locks(self):
        contract, customer = self._create_contract_with_codes()
        customer._send_code()
        for _number in range(4):
            self.assertIn("not right", customer._enter_code(self._get_wrong_code()))
        self.assertFalse(customer.is_code_locked)
        self.assertIn("Too many", customer._enter_code(self._get_wrong_code()))
        self.assertTrue(customer.is_code_locked)
        self.assertIn("Too many", customer._enter_code(self.codes[-1]))
        with self._wait(minutes=2), self.assertRaisesRegex(UserError, "Too many"):
            customer._send_code()
        self.assertIn("too many wrong codes", contract.message_ids[0].body)
        self.assertIn("code_locked", contract.event_ids.mapped("event_type"))
        contract.action_remind()
        self.assertFalse(customer.is_code_locked)

    def test_code_expires(self):
        _contract, customer = self._create_contract_with_codes()
        customer._send_code()
        with self._wait(minutes=11):
            self.assertIn("no longer valid", customer._enter_code(self.codes[-1]))
        with self._wait(minutes=9):
            self.assertIsNone(customer._enter_code(self.codes[-1]))

    def test_new_code_replaces_the_old(self):
        _contract, customer = self._create_contract_with_codes()
        customer._send_code()
        old = self.codes[-1]
        with self.assertRaisesRegex(UserError, "wait a minute"):
            customer._send_code()
        with self._wait(minutes=2):
            customer._send_code()
            if old != self.codes[-1]:
                self.assertIn("not right", customer._enter_code(old))
            self.assertIsNone(customer._enter_code(self.codes[-1]))

    def test_codes_cannot_be_asked_for_without_end(self):
        _contract, customer = self._create_contract_with_codes()
        for number in range(5):
            with self._wait(minutes=2 * number):
                customer._send_code()
        with (
            self._wait(minutes=12),
            self.assertRaisesRegex(UserError, "Too many codes"),
        ):
            customer._send_code()
        with self._wait(minutes=75):
            customer._send_code()

    def test_code_of_another_contract_or_version(self):
        contract, customer = self._create_contract_with_codes()
        other, other_customer = self._create_contract_with_codes()
        other_customer._send_code()
        self.assertIn("no longer valid", customer._enter_code(self.codes[-1]))
        contract.action_new_version()
        customer_again = self._get_participant(contract, self.customer)
        self._sign_as_manager(contract)
        contract.action_send()
        with self._wait(minutes=2):
            customer_again._send_code()
            code = self.codes[-1]
            contract.action_new_version()
            self._sign_as_manager(contract)
            contract.action_send()
            self.assertIn("no longer valid", customer_again._enter_code(code))
        self.assertTrue(other)

    def test_junk_is_no_code(self):
        _contract, customer = self._create_contract_with_codes()
        customer._send_code()
        for junk in ("", None, "12345", "1234567"):
            self.assertTrue(customer._enter_code(junk))

    def test_no_code_out_of_turn(self):
        contract = self._create_contract(identity_policy="code")
        contract.action_send()
        with self.assertRaisesRegex(UserError, "not your turn"):
            self._get_participant(contract, self.customer)._send_code()

    def test_paper_instead(self):
        contract = self._create_sent_contract()
        customer = self._get_participant(contract, self.customer)
        customer._choose_channel("paper", "link")
        with self.assertRaisesRegex(UserError, "on paper"):
            self._sign_as_customer(contract)
        self.assertIn("wants to sign on paper", contract.message_ids[0].body)
        customer._choose_channel("esign", "link")
        self._sign_as_customer(contract)
        self.assertEqual(contract.state, "signed")

    def test_login_strength(self):
        Contract = self.env["customer.contract"].with_user(self.portal_user)
        self.assertEqual(Contract._get_login_strength(), "portal")
        with patch.object(self.registry["res.users"], "_mfa_type", lambda user: "totp"):
            self.assertEqual(Contract._get_login_strength(), "portal_2fa")

    def test_mails_are_followed(self):
        contract = self._create_sent_contract()
        with self.mock_mail_gateway():
            self.env["mail.mail"].search([("res_id", "=", contract.id)]).send()
        contract._message_receive_bounce("carla@aurora.example.com", self.customer)
        with patch.object(self.registry["ir.cron"], "_commit_progress", return_value=100):
            contract._cron_join_deliveries()
        events = contract.event_ids.mapped("event_type")
        self.assertIn("mail_queued", events)
        self.assertIn("mail_sent", events)
        self.assertIn("mail_bounced", events)
        self.assertTrue(contract.verify_integrity()["ok"])
