from types import SimpleNamespace
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ...const import AUTH_METHOD_KEY
from ..common import ContractCommon
from ..portal.common import ContractPortalCommon

REQUEST = "odoo.addons.customer_contract.models.second_factor.res_users.request"
REFUSED = "authenticator app"


class SecondFactorCommon(ContractCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.contract_second_factor = True

    def _with_mfa(self, kind):
        """Have users log in with an app's code, or with a code by mail."""
        return patch.object(self.registry["res.users"], "_mfa_type", lambda user: kind)

    def _create_sent_contract(self, **values):
        with self._with_mfa("totp"):
            return super()._create_sent_contract(**values)

    def _with_passkey(self):
        return patch(REQUEST, SimpleNamespace(session={AUTH_METHOD_KEY: "passkey"}))


@tagged("post_install", "-at_install")
class TestSecondFactor(SecondFactorCommon):
    """Staff that is obliged to a second factor acts and administers only with one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = new_test_user(
            cls.env,
            login="factor_administrator",
            groups="customer_contract.group_contract_manager,base.group_system",
        )

    def test_signing(self):
        contract = self._create_contract()
        for act in (contract.action_open_sign, lambda: self._sign_as_manager(contract)):
            with self.assertRaisesRegex(UserError, REFUSED):
                act()
        with self._with_mfa("totp_mail"), self.assertRaisesRegex(UserError, REFUSED):
            self._sign_as_manager(contract)
        self.assertFalse(contract.current_version_id, "nothing was frozen")
        with self._with_mfa("totp"):
            self._sign_as_manager(contract)
        self.assertTrue(contract.signature_ids)

    def test_passkey_is_enough(self):
        contract = self._create_contract()
        with self._with_passkey():
            self._sign_as_manager(contract)
        self.assertTrue(contract.signature_ids)

    def test_it_is_looked_at_at_each_act(self):
        contract = self._create_contract()
        with self._with_mfa("totp"):
            contract.action_send()
        with self.assertRaisesRegex(UserError, REFUSED):
            self._sign_as_manager(contract)

    def test_approving(self):
        contract = self._create_contract()
        contract.participant_ids = [
            Command.create(
                {"partner_id": self.administrator.partner_id.id, "role": "approver", "sequence": 5}
            )
        ]
        contract.action_submit()
        contract = contract.with_user(self.administrator)
        for act in (contract.action_approve, lambda: contract.action_send_back("No")):
            with self.assertRaisesRegex(UserError, REFUSED):
                act()
        with self._with_mfa("totp"):
            contract.action_approve()
        self.assertEqual(contract.state, "sent")

    def test_guard_of_each_act(self):
        contract = self._create_contract()
        participant = self._get_participant(contract, self.manager.partner_id)
        for act in contract._get_acts():
            self.assertIn(REFUSED, contract._find_missing_right(participant, act), act)

    def test_customers_are_not_staff(self):
        contract = self._create_sent_contract()
        self._sign_as_customer(contract)
        self.assertEqual(self._get_participant(contract, self.customer).state, "done")

    def test_deciding_about_people(self):
        contract = self._create_sent_contract()
        participant = self._get_participant(contract, self.customer)
        for act in (
            lambda: contract.action_confirm_participant(participant.id, "Because"),
            lambda: contract.action_replace_participant(
                participant.id, self.customer_company.id, "Because"
            ),
            lambda: contract._check_may_decide_on_papers(),
        ):
            with self.assertRaisesRegex(UserError, REFUSED):
                act()
        participant._follow_delivery("failed", "550 no such user")
        change = (participant.id, "carla@new.example.com", "Typo")
        with self.assertRaisesRegex(UserError, REFUSED):
            contract.action_send_again(*change)
        with self._with_mfa("totp"):
            contract.action_send_again(*change)
        self.assertEqual(participant.frozen_email, "carla@new.example.com")

    def test_administering(self):
        def configure(model, **values):
            return self.env[model].with_user(self.administrator).create(values)

        acts = (
            lambda: configure("customer.contract.type", name="Rent"),
            lambda: configure("customer.contract.consent", text="I agree.", version=99),
            lambda: configure(
                "customer.contract.field.rule",
                field_name="customer.contract:note",
                access="hidden",
            ),
            lambda: (
                self.env["customer.contract.type"]
                .search([], limit=1)
                .with_user(self.administrator)
                .write({"identity_policy": "link"})
            ),
            lambda: (
                self.env["customer.contract.type"]
                .create({"name": "Old"})
                .with_user(self.administrator)
                .unlink()
            ),
            lambda: self.company.with_user(self.administrator).write(
                {"contract_second_factor": False}
            ),
            lambda: (
                self.env["res.config.settings"]
                .with_user(self.administrator)
                .create({"contract_second_factor": False})
                .execute()
            ),
        )
        for act in acts:
            with self.assertRaisesRegex(UserError, REFUSED):
                act()
        with self._with_mfa("totp"):
            for act in acts:
                act()
        self.assertFalse(self.company.contract_second_factor)

    def test_certificates(self):
        Certificate = self.env["customer.contract.certificate"].with_user(self.administrator)
        with (
            patch.object(type(Certificate), "_get_passphrase", lambda self: b"p" * 32),
            self.assertRaisesRegex(UserError, REFUSED),
        ):
            Certificate._generate(self.company, "Company", 2)
        self.assertFalse(Certificate.search([]))

    def test_nobody_locks_himself_out(self):
        self.company.contract_second_factor = False
        company = self.company.with_user(self.administrator)
        with self.assertRaisesRegex(UserError, REFUSED):
            company.contract_second_factor = True
        with self._with_mfa("totp"):
            company.contract_second_factor = True

    def test_configuration_of_other_companies_is_free(self):
        other = self.env["res.company"].create({"name": "Sister"})
        stranger = new_test_user(
            self.env,
            login="factor_stranger",
            groups="customer_contract.group_contract_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        contract_type = self.env["customer.contract.type"].with_user(stranger)
        self.assertTrue(contract_type.create({"name": "Theirs"}))


@tagged("post_install", "-at_install")
class TestSecondFactorPage(SecondFactorCommon, ContractPortalCommon):
    """Employees who open the customer's page."""

    def test_page_tells_what_is_needed(self):
        contract = self._create_contract(
            participant_ids=[
                Command.create(
                    {"partner_id": self.manager.partner_id.id, "party": "company", "sequence": 10}
                ),
                Command.create(
                    {"partner_id": self.customer.id, "party": "counterparty", "sequence": 20}
                ),
            ]
        )
        contract.action_send()
        self._log_in(self.manager)
        address = f"/my/contracts/{contract.id}"
        self.assertIn(REFUSED, self._get(address).text)
        self.assertIn(REFUSED, self._sign(contract)["error"])
        with self._with_mfa("totp"):
            self.assertNotIn(REFUSED, self._get(address).text)
            self.assertIn("redirect_url", self._sign(contract))
