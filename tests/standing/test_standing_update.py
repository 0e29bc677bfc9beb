from pathlib import Path

from odoo import Command
from odoo.modules.migration import load_script
from odoo.tests import new_test_user, tagged

from ..common import ContractCommon

SCRIPT = Path(__file__).parents[2] / "migrations" / "19.0.2.0.0" / "post-standing.py"
ESIGN = "customer_contract.group_contract_user,customer_contract.group_contract_esign"


@tagged("post_install", "-at_install")
class TestStandingUpdate(ContractCommon):
    """Requests that were under way before 19.0.2.0.0."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = new_test_user(
            cls.env, "update_administrator", groups="customer_contract.group_contract_manager"
        )
        cls.leaver = new_test_user(
            cls.env,
            "update_leaver",
            name="Nora Gone",
            email="nora@company.example.com",
            groups=ESIGN,
        )

    def _create_waiting_for(self, partner):
        contract = self._create_contract(
            participant_ids=[
                Command.create({"partner_id": partner.id, "party": "company", "sequence": 10}),
                Command.create(
                    {"partner_id": self.customer.id, "party": "counterparty", "sequence": 20}
                ),
            ]
        )
        contract.action_send()
        return contract

    def _forget(self, contract):
        """Have a contract be as releases before left it."""
        contract.sudo().participant_ids._as_system().write(
            {
                "frozen_email": False,
                "frozen_company_id": False,
                "hold_reason": False,
                "confirmed_hold": False,
            }
        )

    def _migrate(self):
        self.env.flush_all()
        load_script(str(SCRIPT), SCRIPT.stem).migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def _get_tasks(self):
        return self.env["mail.activity"].search(
            [("user_id", "=", self.administrator.id), ("summary", "like", "no longer act")]
        )

    def test_leavers_are_held_and_listed(self):
        contract = self._create_waiting_for(self.leaver.partner_id)
        part = self._get_participant(contract, self.leaver.partner_id)
        link = self.env["customer.contract.link"].sudo()
        link._issue(part)
        self.leaver.action_archive()
        self._forget(contract)
        self._migrate()
        self.assertEqual(part.hold_reason, "login")
        self.assertFalse(
            link.search([("participant_id", "=", part.id), ("is_revoked", "=", False)])
        )
        self.assertIn("Nora Gone", self._get_tasks().note)
        self.assertIn(contract.name, self._get_tasks().note)
        self.assertTrue(contract.verify_integrity()["ok"])

    def test_requests_are_bound_to_what_was_frozen(self):
        contract = self._create_sent_contract()
        part = self._get_participant(contract, self.customer)
        self._forget(contract)
        self.customer.email = "mallory@evil.example.com"
        self._migrate()
        self.assertEqual(part.frozen_email, "carla@aurora.example.com")
        self.assertEqual(part.frozen_company_id, self.customer_company)
        self.assertFalse(part.hold_reason)
        self.assertFalse(self._get_tasks())

    def test_again_changes_nothing(self):
        contract = self._create_waiting_for(self.leaver.partner_id)
        self.leaver.action_archive()
        self._forget(contract)
        self._migrate()
        length, tasks = contract.sudo().trail_length, self._get_tasks()
        self._migrate()
        self.assertEqual(contract.sudo().trail_length, length)
        self.assertEqual(len(tasks), 1)
