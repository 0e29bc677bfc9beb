from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .approval_common import ApprovalCommon


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


@tagged("post_install", "-at_install")
class TestPictureWarning(ApprovalCommon):
    """Pictures from elsewhere, which freezing drops."""

    def test_sender_is_warned(self):
        contract = self._create_contract()
        self.assertFalse(contract.picture_warning)
        address = "https://elsewhere.example.com/plan.png"
        contract.section_ids[0].body = f'<p>Plan: <img src="{address}"></p>'
        contract.invalidate_recordset(["picture_warning"])
        self.assertIn("Section Scope", contract.picture_warning)
        self.assertIn(address, contract.picture_warning)
        self.assertNotIn(address, "".join(contract._get_sending_problems()))
        self._sign_as_manager(contract)
        self.assertFalse(contract.picture_warning)
        self.assertNotIn(address, contract.sudo().current_version_id.content)

    def test_pictures_inside_are_fine(self):
        contract = self._create_contract()
        contract.section_ids[0].body = f'<p><img src="data:image/png;base64,{self.signature}"></p>'
        contract.invalidate_recordset(["picture_warning"])
        self.assertFalse(contract.picture_warning)

    def test_every_picture_is_named(self):
        contract = self._create_contract()
        contract.section_ids[1].body = (
            '<img src="//a.example.com/1.png"><img src="/web/image/999999999">'
            f'<img src="https://a.example.com/{"x" * 200}.png">'
        )
        self.assertEqual(len(contract._get_sending_warnings()), 3)
        self.assertTrue(all(len(text) < 250 for text in contract._get_sending_warnings()))


@tagged("post_install", "-at_install")
class TestSuperiors(ApprovalCommon):
    """Steps for the superior of whoever wrote or manages a contract."""

    def _find(self, source, contract):
        rule = self._create_rule({"source": source})
        return rule.step_ids._find_people(contract.sudo())

    def test_superior_of_the_manager_and_of_the_author(self):
        contract = self._create_contract()
        self.manager.contract_superior_id = self.director
        self.assertEqual(self._find("manager_superior", contract), self.director.partner_id)
        self.assertEqual(self._find("creator_superior", contract), self.director.partner_id)
        contract.sudo().user_id = self.ann
        self.ann.contract_superior_id = self.bob
        self.assertEqual(self._find("manager_superior", contract), self.bob.partner_id)
        self.assertEqual(self._find("creator_superior", contract), self.director.partner_id)

    def test_team_leader_stands_in(self):
        team = self.env["crm.team"].create({"name": "South", "user_id": self.cem.id})
        self.env["crm.team.member"].create({"crm_team_id": team.id, "user_id": self.manager.id})
        contract = self._create_contract()
        self.assertEqual(self._find("manager_superior", contract), self.cem.partner_id)
        team.user_id = self.manager
        self.assertFalse(self._find("manager_superior", contract))

    def test_approval_by_the_superior(self):
        self.manager.contract_superior_id = self.director
        self._create_rule({"source": "creator_superior"})
        contract = self._create_contract()
        contract.action_submit()
        self.assertEqual(self._get_states(contract, self.director), ["requested"])
        contract.with_user(self.director).action_approve()
        self.assertEqual(contract.state, "sent")

    def test_who_can_be_superior(self):
        for wrong in (self.manager, self.portal_user):
            with self.assertRaises(ValidationError):
                self.manager.contract_superior_id = wrong
        with self.assertRaises(UserError):
            self.manager.with_user(self.manager).contract_superior_id = self.ann
