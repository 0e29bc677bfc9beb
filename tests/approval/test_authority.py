from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import ApprovalCommon


@tagged("post_install", "-at_install")
class TestAuthority(ApprovalCommon):
    """Who may sign for a customer, and up to which amount."""

    def _register(self, **values):
        return self.env["customer.contract.authority"].create(
            {"partner_id": self.customer.id, **values}
        )

    def test_authority(self):
        yesterday = fields.Date.today() - timedelta(days=1)
        contract = self._create_contract()
        self.assertFalse(contract.authority_warning)
        # of most people nothing is registered: that alone is no reason to speak
        self.assertEqual([kind for kind, _text in contract._get_authority_doubts()], ["unknown"])
        authority = self._register(amount_max=1000)
        self.assertEqual(authority.company_partner_id, self.customer_company)
        cases = [
            ({"amount_max": 1199}, "does not reach the amount"),
            ({"amount_max": 1200}, ""),
            ({"amount_max": 0}, ""),
            ({"date_to": yesterday}, "has expired"),
            ({"date_to": fields.Date.today()}, ""),
        ]
        for values, warning in cases:
            authority.write(values)
            contract.invalidate_recordset()
            with self.subTest(values=values):
                if warning:
                    self.assertIn(warning, contract.authority_warning)
                else:
                    self.assertFalse(contract.authority_warning)
                    self.assertFalse(contract._get_authority_doubts())

    def test_authority_warns_or_refuses(self):
        self._register(amount_max=1000)
        contract = self._create_contract()
        self.company.contract_authority_refuse = True
        with self.assertRaisesRegex(UserError, "does not reach the amount"):
            contract.action_send()
        self.company.contract_authority_refuse = False
        contract.action_send()
        self.assertEqual(self._count_events(contract, "authority_doubted"), 1)

    def test_authority_for_another_company_does_not_count(self):
        other = self.env["res.partner"].create({"name": "Other", "is_company": True})
        self._register(company_partner_id=other.id)
        (doubt,) = self._create_contract()._get_authority_doubts()
        self.assertEqual(doubt[0], "unknown")

    def test_register_is_not_for_agents(self):
        authority = self._register()
        with self.assertRaises(AccessError):
            authority.with_user(self.manager).amount_max = 10**9
        self.assertTrue(authority.with_user(self.manager).display_name)
        reader = new_test_user(self.env, login="reader", groups="base.group_user")
        with self.assertRaises(AccessError):
            authority.with_user(reader).read(["proof"])


@tagged("post_install", "-at_install")
class TestAuthorityAtSigning(ApprovalCommon):
    """What the register says on the day on which the customer signs."""

    def setUp(self):
        super().setUp()
        self.authority = self.env["customer.contract.authority"].create(
            {
                "partner_id": self.customer.id,
                "company_partner_id": self.customer_company.id,
                "amount_max": 5000,
                "date_to": fields.Date.today() + timedelta(days=30),
            }
        )
        self.contract = self._create_sent_contract()
        self.assertEqual(self._count_events(self.contract, "authority_doubted"), 0)

    def _assert_doubted(self, text):
        self._sign_as_customer(self.contract)
        self.assertEqual(self.contract.state, "signed")
        self.assertEqual(self._count_events(self.contract, "authority_doubted"), 1)
        note = self.contract.message_ids.filtered(lambda message: text in (message.body or ""))
        self.assertEqual(len(note), 1)
        self.assertTrue(note.subtype_id.internal)
        self.assertIn(self.manager.partner_id, note.partner_ids)
        self.assertIn(
            text, " ".join(self.contract.activity_ids.mapped(lambda one: one.summary or ""))
        )

    def test_expired_meanwhile(self):
        self.authority.date_to = fields.Date.today() - timedelta(days=1)
        self._assert_doubted("has expired")

    def test_reduced_meanwhile(self):
        self.authority.amount_max = 10
        self._assert_doubted("does not reach the amount")

    def test_customers_are_never_kept_from_signing(self):
        self.company.contract_authority_refuse = True
        self.authority.amount_max = 10
        self._assert_doubted("does not reach the amount")

    def test_nothing_to_say(self):
        self._sign_as_customer(self.contract)
        self.assertEqual(self._count_events(self.contract, "authority_doubted"), 0)

    def test_unregistered_people_are_not_doubted(self):
        self.authority.unlink()
        self._sign_as_customer(self.contract)
        self.assertEqual(self._count_events(self.contract, "authority_doubted"), 0)
