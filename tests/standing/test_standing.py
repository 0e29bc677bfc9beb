from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ...utils import Actor
from ..common import ContractCommon

ESIGN = "customer_contract.group_contract_user,customer_contract.group_contract_esign"


@tagged("post_install", "-at_install")
class TestStanding(ContractCommon):
    """Who may act is looked at when somebody acts, and people are told when it ends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = new_test_user(
            cls.env,
            login="standing_administrator",
            email="ada@company.example.com",
            groups="customer_contract.group_contract_manager",
        )
        cls.leaver = new_test_user(
            cls.env,
            login="standing_leaver",
            name="Nora Gone",
            email="nora@company.example.com",
            groups=ESIGN,
        )
        cls.leaver_partner = cls.leaver.partner_id

    def _create_waiting_for(self, partner, **values):
        """Create a contract that is out and waits for somebody of the company."""
        contract = self._create_contract(
            participant_ids=[
                (0, 0, {"partner_id": partner.id, "party": "company", "sequence": 10}),
                (
                    0,
                    0,
                    {"partner_id": self.customer.id, "party": "counterparty", "sequence": 20},
                ),
            ],
            **values,
        )
        contract.action_send()
        return contract

    def _get_events(self, contract, event_type):
        contract.invalidate_recordset()
        return contract.sudo().event_ids.filtered(lambda event: event.event_type == event_type)

    def _get_mails(self, partner):
        return self.env["mail.mail"].search([("recipient_ids", "in", partner.ids)])

    def _get_live_links(self, participant):
        return self.env["customer.contract.link"].search(
            [("participant_id", "=", participant.id), ("is_revoked", "=", False)]
        )

    def _sign_by(self, contract, participant, identified_by):
        return (
            contract.with_user(self.env.ref("base.public_user"))
            .sudo()
            ._sign(
                Actor(participant, identified_by),
                signature=self.signature,
                signed_by="Somebody",
                digest=contract.current_version_id.content_digest,
            )
        )

    # === PEOPLE OF THE COMPANY === #

    def test_leaver_gets_no_link_and_cannot_sign(self):
        contract = self._create_waiting_for(self.leaver_partner)
        participant = self._get_participant(contract, self.leaver_partner)
        self.leaver.action_archive()
        mails = self._get_mails(self.leaver_partner)
        with self.assertRaisesRegex(UserError, "Nora Gone"):
            contract.action_remind()
        self.assertEqual(self._get_mails(self.leaver_partner), mails)
        self.assertFalse(self._get_live_links(participant))
        for identified_by in ("link", "link_code", "portal", "backend"):
            with self.assertRaises(UserError):
                self._sign_by(contract, participant, identified_by)
        self.assertFalse(participant.signature_ids)

    def test_employees_act_by_their_own_login_only(self):
        contract = self._create_waiting_for(self.leaver_partner)
        participant = self._get_participant(contract, self.leaver_partner)
        for identified_by in ("link", "link_code", "in_person"):
            with self.assertRaises(UserError):
                self._sign_by(contract, participant, identified_by)
        self.assertFalse(participant.signature_ids)
        contract.with_user(self.leaver).action_sign_as_manager(self.signature)
        self.assertTrue(participant.signature_ids)

    def test_right_is_looked_at_at_the_act(self):
        contract = self._create_waiting_for(self.leaver_partner)
        participant = self._get_participant(contract, self.leaver_partner)
        self.leaver.contract_esign_right = False
        self.assertEqual(participant.hold_reason, "right")
        for identified_by in ("backend", "identity_check", "portal"):
            with self.assertRaises(UserError):
                self._sign_by(contract, participant, identified_by)
        self.assertFalse(participant.signature_ids)

    def test_whoever_is_turned_into_a_portal_user_cannot_act(self):
        contract = self._create_waiting_for(self.leaver_partner)
        participant = self._get_participant(contract, self.leaver_partner)
        self.leaver.group_ids = self.env.ref("base.group_portal")
        self.assertTrue(self.leaver.share)
        with self.assertRaises(UserError):
            contract.with_user(self.leaver).sudo()._sign(
                Actor(participant, "portal"),
                signature=self.signature,
                signed_by="Nora Gone",
                digest=contract.current_version_id.content_digest,
            )
        Contract = self.env["customer.contract"].with_user(self.leaver)
        self.assertFalse(Contract.search([("id", "=", contract.id)]), "nor reads it")
        self.assertFalse(Contract.sudo().search(Contract._get_portal_domain()) & contract)

    def test_leaver_cannot_approve(self):
        contract = self._create_contract()
        contract.participant_ids = [
            (0, 0, {"partner_id": self.leaver_partner.id, "role": "approver", "sequence": 5})
        ]
        contract.action_submit()
        participant = self._get_participant(contract, self.leaver_partner)
        self.assertEqual(participant.party, "company")
        self.leaver.action_archive()
        for act in ("_approve", "_send_back", "_decline"):
            arguments = () if act == "_approve" else ("words",)
            with self.assertRaises(UserError):
                getattr(contract.sudo(), act)(Actor(participant, "link"), *arguments)
        self.assertEqual(participant.party, "company", "the party does not follow the login")

    def test_leaving_tells_manager_and_administrators(self):
        contract = self._create_waiting_for(self.leaver_partner)
        participant = self._get_participant(contract, self.leaver_partner)
        before = contract.message_ids
        self.leaver.action_archive()
        contract.invalidate_recordset()
        self.assertEqual(participant.hold_reason, "login")
        self.assertTrue(self._get_events(contract, "participant_held"))
        message = (contract.message_ids - before).filtered(lambda one: "Nora Gone" in one.body)
        self.assertTrue(message)
        told = message.notified_partner_ids
        self.assertIn(self.manager.partner_id, told)
        self.assertIn(self.administrator.partner_id, told)
        self.assertTrue(
            contract.activity_ids.filtered(lambda activity: activity.user_id == self.manager)
        )

    def test_when_the_manager_leaves_administrators_have_to_do_it(self):
        contract = self._create_sent_contract()
        contract.action_new_version()
        contract.action_send()
        self.manager.action_archive()
        contract.invalidate_recordset()
        self.assertIn(self.administrator, contract.sudo().activity_ids.user_id)

    def test_right_that_is_taken_away_is_told(self):
        contract = self._create_waiting_for(self.leaver_partner)
        participant = self._get_participant(contract, self.leaver_partner)
        self.env.ref("customer_contract.group_contract_esign").user_ids -= self.leaver
        self.assertEqual(participant.hold_reason, "right")
        self.leaver.contract_esign_right = True
        self.assertFalse(participant.hold_reason)

    def test_deleted_login_holds(self):
        contract = self._create_waiting_for(self.leaver_partner)
        participant = self._get_participant(contract, self.leaver_partner)
        self.leaver.unlink()
        self.assertEqual(participant.hold_reason, "login")

    def test_who_comes_back_goes_on(self):
        contract = self._create_waiting_for(self.leaver_partner)
        participant = self._get_participant(contract, self.leaver_partner)
        self.leaver.action_archive()
        self.leaver.action_unarchive()
        self.assertFalse(participant.hold_reason)
        contract.with_user(self.leaver).action_sign_as_manager(self.signature)
        self.assertEqual(participant.state, "done")

    def test_other_company_is_no_right(self):
        contract = self._create_waiting_for(self.leaver_partner)
        participant = self._get_participant(contract, self.leaver_partner)
        other = self.env["res.company"].create({"name": "Sister"})
        self.leaver.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self.assertEqual(participant.hold_reason, "login")
        with self.assertRaises(UserError):
            self._sign_by(contract, participant, "backend")

    def test_sending_names_leavers(self):
        contract = self._create_contract(
            participant_ids=[
                (0, 0, {"partner_id": self.leaver_partner.id, "party": "company"}),
                (0, 0, {"partner_id": self.customer.id, "party": "counterparty"}),
            ]
        )
        self.leaver.action_archive()
        with self.assertRaisesRegex(UserError, "Nora Gone"):
            contract.action_send()

    def test_whoever_left_before_is_of_the_company(self):
        self.leaver.action_archive()
        contract = self._create_contract()
        contract.participant_ids = [
            (0, 0, {"partner_id": self.leaver_partner.id, "role": "approver", "sequence": 5})
        ]
        self.assertEqual(self._get_participant(contract, self.leaver_partner).party, "company")

    def test_whoever_never_had_a_login_is_no_outsider(self):
        director = self.env["res.partner"].create(
            {"name": "Dora Director", "email": "dora@company.example.com"}
        )
        contract = self._create_waiting_for(director)
        participant = self._get_participant(contract, director)
        self.assertFalse(self._get_mails(director), "no link goes out")
        self.assertFalse(self._get_live_links(participant))
        self.assertEqual(participant.channel, "paper")
        with self.assertRaises(UserError):
            self._sign_by(contract, participant, "link")
        contract.action_remind()
        self.assertFalse(self._get_mails(director))

    def test_outside_approvers_still_get_links(self):
        lawyer = self.env["res.partner"].create(
            {"name": "Lea Lawyer", "email": "lea@law.example.com"}
        )
        contract = self._create_contract()
        contract.participant_ids = [
            (0, 0, {"partner_id": lawyer.id, "role": "approver", "sequence": 5})
        ]
        participant = self._get_participant(contract, lawyer)
        self.assertEqual(participant.party, "other")
        contract.action_submit()
        self.assertTrue(self._get_live_links(participant))
        contract.sudo()._approve(Actor(participant, "link"))
        self.assertEqual(participant.state, "done")

    # === PEOPLE OF THE COUNTERPARTY === #

    def test_archived_contact_is_held_until_confirmed(self):
        contract = self._create_sent_contract(requester_id=self._create_contact().id)
        participant = self._get_participant(contract, self.contact)
        self.contact.action_archive()
        self.assertEqual(participant.hold_reason, "archived")
        with self.assertRaisesRegex(UserError, "held|contact"):
            self._sign_by(contract, participant, "link")
        with self.assertRaises(UserError):
            contract.action_confirm_participant(participant.id, " ")
        contract.action_confirm_participant(participant.id, "She only changed her name")
        self.assertFalse(participant.hold_reason)
        event = self._get_events(contract, "participant_confirmed")
        self.assertIn("She only changed her name", event.payload)
        self._sign_by(contract, participant, "link")
        self.assertEqual(participant.state, "done")

    def test_contact_who_left_is_held(self):
        contract = self._create_sent_contract(requester_id=self._create_contact().id)
        participant = self._get_participant(contract, self.contact)
        rival = self.env["res.partner"].create({"name": "Rival", "is_company": True})
        self.contact.parent_id = rival
        self.assertEqual(participant.hold_reason, "left")
        with self.assertRaises(UserError):
            self._sign_by(contract, participant, "link")
        contract.action_confirm_participant(participant.id, "Still acts for them")
        self.assertFalse(participant.hold_reason)
        self.contact.parent_id = self.env["res.partner"].create(
            {"name": "Third", "is_company": True}
        )
        self.assertEqual(participant.hold_reason, "left", "only what was known is confirmed")
        self.contact.parent_id = self.customer_company
        self.assertFalse(participant.hold_reason)

    def test_leavers_of_the_company_are_replaced_not_confirmed(self):
        contract = self._create_waiting_for(self.leaver_partner)
        participant = self._get_participant(contract, self.leaver_partner)
        self.leaver.action_archive()
        with self.assertRaises(UserError):
            contract.action_confirm_participant(participant.id, "We trust her")
        contract.action_replace_participant(
            participant.id, self.manager.partner_id.id, "She left the company"
        )
        self.assertFalse(contract.participant_ids.filtered("hold_reason"))
        self._sign_as_manager(contract)

    def _create_contact(self):
        self.contact = self.env["res.partner"].create(
            {
                "name": "Cora Contact",
                "email": "cora@aurora.example.com",
                "parent_id": self.customer_company.id,
            }
        )
        return self.contact
