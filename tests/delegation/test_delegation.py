from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import DelegationCommon


@tagged("post_install", "-at_install")
class TestDelegation(DelegationCommon):
    """People who act in the place of others, and what then is told of whom."""

    # === SIGNERS OUTSIDE === #

    def test_colleague_signs_on_behalf(self):
        contract = self._create_delegable_contract()
        participant = self._get_participant(contract, self.customer)
        link_path = self.env["customer.contract.link"]._issue(participant)
        token = link_path.rpartition("/")[2]
        version, digest = contract.current_version_id, contract.current_version_id.content_digest
        stand_in = self._delegate(contract)
        self.assertEqual(participant.state, "delegated")
        self.assertEqual(stand_in.state, "requested")
        self.assertFalse(self.env["customer.contract.link"]._find(token)._is_usable())
        self.assertEqual(contract.current_version_id, version)
        with self.assertRaisesRegex(UserError, "You passed this on to Conny Colleague"):
            self._sign_as_customer(contract)
        signature = self._sign_as_customer(contract, self.colleague, signed_by="Conny Colleague")
        self.assertEqual(contract.state, "signed")
        self.assertEqual(signature.content_digest, digest)
        self.assertEqual(signature.delegated_by, "Carla Customer")
        self.assertEqual(signature.delegation_reason, "On leave")
        self.assertEqual(signature._export()["delegated_by_participant"], participant.id)
        self._finalize(contract)
        self.assertTrue(contract.signed_document_id)
        self.assertTrue(contract.verify_integrity()["ok"])
        self.assertEqual(self._count_events(contract, "delegated"), 1)
        place = contract._get_signature_places(
            contract._get_report_content(), contract.current_signature_ids
        )[1]
        self.assertEqual(place.person["name"], "Carla Customer")
        self.assertEqual(place.signature.signed_by, "Conny Colleague")
        self.assertIn("On behalf of Carla Customer", place.note)

    def test_signatures_without_delegation_say_nothing_of_it(self):
        contract = self._create_signed_contract()
        for signature in contract.signature_ids:
            self.assertFalse(signature._get_place_note())
            self.assertNotIn("delegated_by", signature._export())

    def test_refusals(self):
        contract = self._create_delegable_contract()
        company = self.env["res.partner"].create({"name": "Inc", "is_company": True})
        no_mail = self.colleague.copy({"name": "No Mail", "email": False})
        refused = [
            {"partner": self.stranger},
            {"partner": self.manager.partner_id},
            {"partner": self.customer},
            {"partner": self.customer_company},
            {"partner": company},
            {"partner": no_mail},
            {"reason": "  "},
            {"reason": False},
            {"participant": self._get_participant(contract, self.manager.partner_id)},
        ]
        for values in refused:
            with self.subTest(values=values), self.assertRaises(UserError):
                self._delegate(contract, **values)
        contract.allow_delegation = False
        with self.assertRaisesRegex(UserError, "cannot be passed on"):
            self._delegate(contract)
        self.assertEqual(self._get_participant(contract, self.customer).state, "requested")

    def test_type_decides(self):
        self.assertFalse(self._create_contract().allow_delegation)
        self.assertTrue(self._create_contract(type_id=self.contract_type.id).allow_delegation)

    def test_not_before_ones_turn_nor_afterwards(self):
        contract = self._create_contract(type_id=self.contract_type.id)
        contract.action_send()
        with self.assertRaises(UserError):
            self._delegate(contract)
        self._sign_as_manager(contract)
        self._sign_as_customer(contract)
        with self.assertRaises(UserError):
            self._delegate(contract)

    def test_identity_is_asked_for(self):
        contract = self._create_contract(type_id=self.contract_type.id, identity_policy="portal")
        self._sign_as_manager(contract)
        contract.action_send()
        with self.assertRaisesRegex(UserError, "log in"):
            self._delegate(contract, identified_by="link")
        with self.assertRaisesRegex(UserError, "has no account"):
            self._delegate(contract)
        user = new_test_user(self.env, login="deputy", groups="base.group_portal")
        user.partner_id.write(
            {"parent_id": self.customer_company.id, "email": "deputy@aurora.example.com"}
        )
        self._delegate(contract, user.partner_id)

    def test_colleagues_are_found_or_added(self):
        contract = self._create_delegable_contract()
        participant = self._get_participant(contract, self.customer)
        find = contract.sudo()._find_colleague
        self.assertEqual(find(participant, "Any", "CONNY@aurora.example.com"), self.colleague)
        new = find(participant, " Nora\nNew ", "nora@aurora.example.com")
        self.assertEqual((new.name, new.parent_id), ("Nora New", self.customer_company))
        for name, email in (
            ("Sven", "sven@elsewhere.example.com"),
            ("Nora", "nora"),
            ("", "other@aurora.example.com"),
            ("Mallory", "mallory@aurora.example.com.evil.test"),
        ):
            with self.subTest(email=email), self.assertRaises(UserError):
                find(participant, name, email)

    def test_delegation_can_go_on_but_not_back(self):
        contract = self._create_delegable_contract()
        stand_in = self._delegate(contract)
        with self.assertRaisesRegex(UserError, "already takes part"):
            self._delegate(contract, self.customer, stand_in)
        third = self.colleague.copy({"name": "Third", "email": "third@aurora.example.com"})
        last = self._delegate(contract, third, stand_in)
        self.assertEqual(last._get_origin(), self._get_participant(contract, self.customer))
        signature = self._sign_as_customer(contract, third)
        self.assertEqual(signature.delegated_by, "Carla Customer")
        self.assertEqual(contract.state, "signed")

    def test_fields_are_closed(self):
        contract = self._create_contract()
        participant = contract.participant_ids[0]
        for values in (
            {"delegated_from_id": contract.participant_ids[1].id},
            {"is_retired": True},
            {"delegation_reason": "x"},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                participant.sudo().write(values)

    def test_new_version_asks_the_original(self):
        contract = self._create_delegable_contract()
        self._delegate(contract)
        contract.action_new_version()
        self.assertFalse(self._get_participant(contract, self.colleague))
        self.assertEqual(self._get_participant(contract, self.customer).state, "waiting")
        self._sign_as_manager(contract)
        contract.action_send()
        self._sign_as_customer(contract)
        self.assertEqual(contract.state, "signed")

    def test_stand_in_who_signed_stays_as_evidence(self):
        person = self.env["res.partner"].create(
            {"name": "Late", "email": "late@aurora.example.com"}
        )
        contract = self._create_contract(type_id=self.contract_type.id)
        self.env["customer.contract.participant"].create(
            {"contract_id": contract.id, "partner_id": person.id, "sequence": 90}
        )
        self._sign_as_manager(contract)
        contract.action_send()
        self._delegate(contract)
        signature = self._sign_as_customer(contract, self.colleague)
        contract.action_new_version()
        self.assertTrue(signature.participant_id.is_retired)
        self.assertNotIn(signature.participant_id, contract.participant_ids)
        # the original is now needed to tell in whose place that was
        origin = self._get_participant(contract, self.customer)
        origin.with_user(self.manager).unlink()
        self.assertTrue(origin.exists())
        self.assertNotIn(origin, contract.participant_ids)
        # and the colleague can become a signer of her own
        self.env["customer.contract.participant"].create(
            {"contract_id": contract.id, "partner_id": self.colleague.id, "sequence": 20}
        )
        self._sign_as_manager(contract)
        contract.action_send()
        own = self._sign_as_customer(contract, self.colleague)
        self.assertFalse(own.delegated_by)
        self.assertTrue(contract.verify_integrity()["ok"])

    # === EMPLOYEES === #

    def test_approver_delegates(self):
        contract = self._create_approved_contract(self._of_users(self.ann))
        self.assertTrue(contract.with_user(self.ann).can_delegate)
        self.assertFalse(contract.with_user(self.bob).can_delegate)
        for user, partner, reason in (
            (self.bob, self.cem, "Mine"),
            (self.ann, self.cem, ""),
            (self.ann, self.portal_user, "Outside"),
        ):
            with self.subTest(user=user.name), self.assertRaises(UserError):
                contract.with_user(user).action_delegate(partner.partner_id.id, reason)
        contract.with_user(self.ann).action_delegate(self.cem.partner_id.id, "Busy")
        self.assertNotIn(self.ann, contract.activity_ids.user_id)
        self.assertIn(self.cem, contract.activity_ids.user_id)
        with self.assertRaises(UserError):
            contract.with_user(self.ann).action_approve()
        contract.with_user(self.cem).action_approve()
        self.assertEqual(contract.state, "sent")

    def test_signer_delegates_only_to_those_who_may_sign(self):
        contract = self._create_contract(type_id=self.contract_type.id)
        contract.action_send()
        with self.assertRaisesRegex(UserError, "may not sign"):
            contract.action_delegate(self.ann.partner_id.id, "Busy")
        contract.action_delegate(self.director.partner_id.id, "Busy")
        contract.with_user(self.director).action_sign_as_manager(signature=self.signature)
        self.assertEqual(contract.signature_ids.delegated_by, "Mona Manager")

    def test_delegation_keeps_four_eyes(self):
        contract = self._create_approved_contract(self._of_users(self.ann))
        with self.assertRaisesRegex(UserError, "made this contract"):
            contract.with_user(self.ann).action_delegate(self.manager.partner_id.id, "For you")
        self.assertEqual(self._get_states(contract, self.ann), ["requested"])

    def test_dialog(self):
        contract = self._create_approved_contract(self._of_users(self.ann))
        contract = contract.with_user(self.ann)
        action = contract.action_open_delegate()
        dialog = (
            self.env["customer.contract.delegate"]
            .with_user(self.ann)
            .with_context(**action["context"])
            .create({"user_id": self.bob.id, "reason": "Busy"})
        )
        dialog.action_confirm()
        states = self._get_states(contract.sudo(), self.ann, self.bob)
        self.assertEqual(states, ["delegated", "requested"])

    # === WHERE RULES AND STEPS ARE AT WORK === #

    def test_authority_of_stand_ins(self):
        self.company.contract_authority_refuse = True
        self.env["customer.contract.authority"].create(
            {"partner_id": self.colleague.id, "amount_max": 10}
        )
        contract = self._create_delegable_contract()
        with self.assertRaisesRegex(UserError, "may not sign"):
            self._delegate(contract)
        self.company.contract_authority_refuse = False
        self._delegate(contract)
        self.assertEqual(self._count_events(contract, "authority_doubted"), 1)

    def test_signers_as_steps_of_the_counterparty(self):
        contract = self._create_contract(type_id=self.contract_type.id)
        self._get_participant(contract, self.customer).unlink()
        self.env["customer.contract.routing.step"].create(
            {
                "contract_id": contract.id,
                "name": "Board",
                "role": "signer",
                "sequence": 30,
                "participant_ids": [
                    Command.create({"partner_id": partner.id})
                    for partner in (self.customer, self.colleague)
                ],
            }
        )
        self._sign_as_manager(contract)
        contract.action_send()
        third = self.colleague.copy({"name": "Third", "email": "third@aurora.example.com"})
        stand_in = self._delegate(contract, third)
        self.assertEqual(stand_in.step_id.name, "Board")
        self._sign_as_customer(contract, self.colleague)
        self.assertEqual((contract.state, stand_in.state), ("signed", "skipped"))
        self._finalize(contract)
        places = contract._get_signature_places(
            contract._get_report_content(), contract.current_signature_ids
        )
        self.assertEqual(
            [place.signature.signed_by for place in places], ["Mona Manager", "Carla Customer"]
        )
