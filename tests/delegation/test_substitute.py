from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..approval.common import ApprovalCommon
from .common import DelegationCommon


@tagged("post_install", "-at_install")
class TestSubstitute(DelegationCommon):
    """Employees who are away, and who acts in their place."""

    def _create_absence(self, user, substitute, start=0, days=7, actor=None):
        today = fields.Date.today()
        return (
            self.env["customer.contract.substitute"]
            .with_user(actor or user)
            .create(
                {
                    "user_id": user.id,
                    "substitute_id": substitute.id,
                    "date_from": today + timedelta(days=start),
                    "date_to": today + timedelta(days=start + days),
                }
            )
        )

    def test_substitute_is_asked(self):
        self._create_absence(self.ann, self.bob)
        contract = self._create_approved_contract(self._of_users(self.ann))
        self.assertEqual(self._get_states(contract, self.ann, self.bob), ["delegated", "requested"])
        self.assertEqual(self._count_events(contract, "substituted"), 1)
        contract.with_user(self.bob).action_approve()
        self.assertEqual(contract.state, "sent")

    def test_open_requests_go_along(self):
        contract = self._create_approved_contract(self._of_users(self.ann))
        absence = self._create_absence(self.ann, self.bob, start=3)
        self.assertEqual(self._get_states(contract, self.ann), ["requested"])
        absence.date_from = fields.Date.today()
        self.assertEqual(self._get_states(contract, self.ann, self.bob), ["delegated", "requested"])

    def test_absences_begin_by_themselves(self):
        contract = self._create_approved_contract(self._of_users(self.ann))
        absence = self._create_absence(self.ann, self.bob, start=3)
        absence.flush_recordset()
        self.env.cr.execute(
            "UPDATE customer_contract_substitute SET date_from = %s WHERE id = %s",
            [fields.Date.today(), absence.id],
        )
        self.env.invalidate_all()
        with self.enter_registry_test_mode():
            self.env.ref("customer_contract.ir_cron_substitute").method_direct_trigger()
        self.assertEqual(self._get_states(contract, self.ann, self.bob), ["delegated", "requested"])

    def test_substitute_of_the_substitute(self):
        self._create_absence(self.ann, self.bob)
        self._create_absence(self.bob, self.cem)
        contract = self._create_approved_contract(self._of_users(self.ann))
        self.assertEqual(self._get_states(contract, self.cem), ["requested"])

    def test_everybody_away_in_a_circle(self):
        self._create_absence(self.ann, self.bob)
        self._create_absence(self.bob, self.ann)
        contract = self._create_approved_contract(self._of_users(self.ann))
        self.assertEqual(self._get_states(contract, self.ann), ["requested"])

    def test_author_is_no_substitute(self):
        self._create_absence(self.ann, self.manager)
        contract = self._create_approved_contract(self._of_users(self.ann))
        self.assertEqual(self._get_states(contract, self.ann), ["requested"])

    def test_absences_are_ones_own(self):
        with self.assertRaises(AccessError):
            self._create_absence(self.ann, self.bob, actor=self.bob)
        self._create_absence(self.ann, self.bob, actor=self.administrator)
        with self.assertRaises(ValidationError):
            self._create_absence(self.ann, self.cem)
        with self.assertRaises(ValidationError):
            self._create_absence(self.bob, self.portal_user)


@tagged("post_install", "-at_install")
class TestSubstituteSigners(ApprovalCommon):
    """Employees who are away when a contract waits for their signature."""

    def _be_away(self, user, substitute):
        today = fields.Date.today()
        return (
            self.env["customer.contract.substitute"]
            .with_user(user)
            .create(
                {
                    "user_id": user.id,
                    "substitute_id": substitute.id,
                    "date_from": today,
                    "date_to": today + timedelta(days=5),
                }
            )
        )

    def _send(self, **values):
        """Send a contract that waits for its internal signer, who is away or not."""
        contract = self._create_contract(
            participant_ids=[
                Command.create({"partner_id": self.manager.partner_id.id, "sequence": 1}),
                Command.create({"partner_id": self.customer.id, "sequence": 2}),
            ],
            **values,
        )
        contract.action_send()
        return contract

    def test_substitute_signs_on_behalf(self):
        self._be_away(self.manager, self.director)
        contract = self._send()
        self.assertEqual(
            self._get_states(contract, self.manager, self.director), ["delegated", "requested"]
        )
        self.assertEqual(self._count_events(contract, "substituted"), 1)
        with self.assertRaises(UserError):
            self._sign_as_manager(contract)
        contract.with_user(self.director).action_sign_as_manager(
            signature=self.signature, signed_by="Dora Director"
        )
        self._sign_as_customer(contract)
        self._finalize(contract)
        signature = contract.sudo().signature_ids.sorted("id")[0]
        self.assertEqual(signature.signed_by, "Dora Director")
        self.assertEqual(signature.delegated_by, "Mona Manager")
        self.assertEqual(signature.delegation_reason, "Mona Manager is away")
        self.assertIn("On behalf of Mona Manager", signature._get_place_note())
        self.assertEqual(contract.state, "signed")
        self.assertTrue(contract.verify_integrity()["ok"])

    def test_only_who_may_sign_for_the_company(self):
        self._be_away(self.manager, self.ann)
        contract = self._send()
        self.assertEqual(self._get_states(contract, self.manager), ["requested"])
        self.assertFalse(self._get_participant(contract, self.ann.partner_id))

    def test_open_requests_go_along(self):
        contract = self._send()
        self.assertEqual(self._get_states(contract, self.manager), ["requested"])
        self._be_away(self.manager, self.director)
        self.assertEqual(
            self._get_states(contract, self.manager, self.director), ["delegated", "requested"]
        )

    def test_customers_have_no_substitutes(self):
        contract = self._create_sent_contract()
        self._be_away(self.manager, self.director)
        self.assertEqual(self._get_states(contract, self.portal_user), ["requested"])

    def test_four_eyes_keep_makers_and_approvers_from_signing_in_others_places(self):
        signer = new_test_user(
            self.env,
            login="signer",
            name="Sam Signer",
            email="sam@us.example.com",
            groups="customer_contract.group_contract_user,customer_contract.group_contract_esign",
        )

        def send(substitute):
            contract = self._create_contract(
                participant_ids=[
                    Command.create(
                        {
                            "partner_id": self.director.partner_id.id,
                            "role": "approver",
                            "sequence": 1,
                        }
                    ),
                    Command.create({"partner_id": signer.partner_id.id, "sequence": 2}),
                    Command.create({"partner_id": self.customer.id, "sequence": 3}),
                ]
            )
            absence = self._be_away(signer, substitute)
            contract.action_submit()
            contract.with_user(self.director).action_approve()
            absence.unlink()
            return self._get_states(contract, signer)

        self.company.contract_four_eyes = True
        self.assertEqual(send(self.director), ["requested"])
        self.assertEqual(send(self.manager), ["requested"])
        self.company.contract_four_eyes = False
        self.assertEqual(send(self.manager), ["delegated"])
        self.assertEqual(send(self.director), ["delegated"])
