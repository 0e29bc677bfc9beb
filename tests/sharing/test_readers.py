# What people write to each other is not translated.
# pylint: disable=translation-required
from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import SharingCommon


@tagged("post_install", "-at_install")
class TestReaders(SharingCommon):
    """Who of the customer's people reads along, and for how long."""

    def test_observers_are_of_the_company(self):
        contract = self._create_contract(requester_id=self.requester.id)
        private = self.env["res.partner"].create({"name": "Petra Private"})
        for person in (self.outsider, private):
            with self.assertRaisesRegex(ValidationError, person.name), self.cr.savepoint():
                self._observe(contract, person)
            with self.assertRaisesRegex(ValidationError, "company"), self.cr.savepoint():
                self._share(contract, observer_ids=person.ids)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            contract.participant_ids = [
                Command.create({"partner_id": self.outsider.id, "role": "observer"})
            ]
        part = self._observe(contract)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            part.partner_id = self.outsider
        signer = contract.participant_ids.filtered(lambda one: one.role == "signer")[0]
        signer.partner_id = self.outsider
        with self.assertRaises(ValidationError), self.cr.savepoint():
            signer.role = "observer"
        with self.assertRaises(ValidationError), self.cr.savepoint():
            contract.write({"partner_id": self.other_company.id, "requester_id": False})

    def test_observers_come_and_go_after_sending(self):
        contract = self._create_sent_contract()
        digest = contract.current_version_id.content_digest
        self._share(contract, requester_id=None)
        self.assertEqual(self._get_observers(contract), self.observer)
        self.assertIn("observer_added", self._get_event_types(contract))
        self.assertTrue(self._sees(self.observer_user, contract))
        self._sign_as_customer(contract)
        self._share(contract, requester_id=None, observer_ids=self.requester.ids)
        self.assertEqual(self._get_observers(contract), self.requester)
        self.assertFalse(self._sees(self.observer_user, contract))
        self.assertTrue(self._sees(self.requester_user, contract))
        self.assertEqual(contract.current_version_id.content_digest, digest)
        self._finalize(contract)
        self.assertTrue(contract.verify_integrity()["ok"])

    def test_removed_observer_with_a_link_comes_back(self):
        contract = self._create_sent_contract()
        self._share(contract, requester_id=None)
        part = self._get_participant(contract, self.observer)
        Link = self.env["customer.contract.link"]
        link = Link._find(Link._issue(part).rpartition("/")[2])
        self._share(contract, requester_id=None, observer_ids=[])
        self.assertTrue(part.exists().is_retired)
        self.assertFalse(link._is_usable())
        self._share(contract, requester_id=None)
        self.assertFalse(link._is_usable())
        self.assertEqual(self._get_observers(contract), self.observer)

    def test_frozen_participants_stay_closed(self):
        contract = self._create_sent_contract()
        observing = self._observe(contract)
        signing = self._get_participant(contract, self.customer).with_user(self.manager)
        draft = self._create_contract()
        elsewhere = draft.participant_ids.filtered(lambda one: one.role == "signer")[0]
        Participant = self.env["customer.contract.participant"].with_user(self.manager)
        frozen = contract.with_user(self.manager)
        attacks = {
            "signer becomes observer": lambda: signing.write({"role": "observer"}),
            "observer becomes signer": lambda: observing.write({"role": "signer"}),
            "observer becomes approver": lambda: observing.write({"role": "approver"}),
            "both at once": lambda: (signing | observing).write({"role": "observer"}),
            "signer is removed": signing.unlink,
            "signer is removed with an observer": (signing | observing).unlink,
            "signer is added": lambda: Participant.create(
                {"contract_id": contract.id, "partner_id": self.requester.id}
            ),
            "signer is added by default": lambda: Participant.with_context(
                default_role="signer"
            ).create({"contract_id": contract.id, "partner_id": self.requester.id}),
            "signer is added among observers": lambda: Participant.create(
                [
                    {"contract_id": contract.id, "partner_id": person.id, "role": role}
                    for person, role in ((self.requester, "observer"), (self.requester, "signer"))
                ]
            ),
            "observer becomes somebody else": lambda: observing.write(
                {"partner_id": self.requester.id}
            ),
            "signer of a draft is moved in": lambda: elsewhere.write({"contract_id": contract.id}),
            "observer is moved out": lambda: observing.write({"contract_id": draft.id}),
            "state of an observer": lambda: observing.write({"state": "done"}),
            "observer takes a step": lambda: observing.write({"step_id": 1}),
            "through the contract": lambda: frozen.write(
                {"participant_ids": [Command.update(signing.id, {"role": "observer"})]}
            ),
            "company of the contract": lambda: frozen.write(
                {"commercial_partner_id": self.other_company.id}
            ),
        }
        for name, attack in attacks.items():
            with self.subTest(name), self.assertRaises(UserError), self.cr.savepoint():
                attack()
            self.env.invalidate_all()
        observing.write({"capacity": "Accountant"})
        observing.unlink()
        self.assertFalse(self._get_observers(contract))

    def test_copy_leaves_out_observers_of_another_company(self):
        contract = self._create_contract()
        self._observe(contract)
        self.assertEqual(self._get_observers(contract.copy()), self.observer)
        elsewhere = contract.copy(
            {"partner_id": self.other_company.id, "requester_id": self.outsider.id}
        )
        self.assertFalse(self._get_observers(elsewhere))
        self.assertFalse(elsewhere.portal_published)

    def test_observer_leaves_the_company(self):
        contract = self._create_sent_contract()
        self._share(contract, requester_id=None)
        part = self._get_participant(contract, self.observer)
        Link = self.env["customer.contract.link"]
        link = Link._find(Link._issue(part).rpartition("/")[2])
        # asked once, so that whatever is kept in memory is kept
        self.assertTrue(self._sees(self.observer_user, contract))
        self.observer.parent_id = self.other_company
        self.assertFalse(self._sees(self.observer_user, contract))
        self.assertFalse(link._is_usable())
        self.assertIn("contact_left", self._get_event_types(contract))
        event = contract.sudo().event_ids.filtered(lambda one: one.event_type == "contact_left")
        self.assertIn("Zenith Mills", event.description)
        self.assertTrue(
            any("Olga Observer no longer" in str(one.body) for one in contract.message_ids)
        )
        self.assertIn(
            self.manager, contract.sudo().activity_ids.mapped("user_id"), "the manager is told"
        )
        self.observer.parent_id = self.customer_company
        self.assertFalse(self._sees(self.observer_user, contract), "it does not come back")

    def test_company_is_compared_when_read(self):
        contract = self._create_contract(requester_id=self.requester.id)
        contract.participant_ids.filtered(
            lambda one: one.partner_id == self.requester
        ).partner_id = self.customer
        self._sign_as_manager(contract)
        contract.action_send()
        self._share(contract, requester_id=None)
        for user in (self.observer_user, self.requester_user):
            self.assertTrue(self._sees(user, contract))
        self.env.flush_all()
        # as a merge of contacts or a script in the database does
        self.env.cr.execute(
            "UPDATE res_partner SET commercial_partner_id = %s, parent_id = %s WHERE id IN %s",
            [
                self.other_company.id,
                self.other_company.id,
                tuple((self.observer | self.requester).ids),
            ],
        )
        for user in (self.observer_user, self.requester_user):
            self.assertFalse(self._sees(user, contract))
        self.assertFalse(self._get_participant(contract, self.observer)._is_let_in())

    def test_requester_leaves_with_the_whole_department(self):
        department = self.env["res.partner"].create(
            {"name": "Bakery Shop", "parent_id": self.customer_company.id}
        )
        self.requester.parent_id = department
        contract = self._create_contract(requester_id=self.requester.id)
        self._share(contract, observer_ids=[])
        self.assertTrue(self._sees(self.requester_user, contract))
        department.parent_id = self.other_company
        self.assertFalse(self._sees(self.requester_user, contract))
        self.assertIn("contact_left", self._get_event_types(contract))

    def test_contract_stays_with_the_company(self):
        contract = self._create_sent_contract(
            partner_id=self.requester.id, requester_id=self.requester.id
        )
        self.assertEqual(contract.commercial_partner_id, self.customer_company)
        self.other_company.contract_colleague_access = True
        self.requester.parent_id = self.other_company
        self.assertEqual(contract.commercial_partner_id, self.customer_company)
        newcomer = self._create_portal_user("sharing_newcomer", "Nina Newcomer")
        newcomer.partner_id.parent_id = self.other_company
        self.assertFalse(self._sees(newcomer, contract), "the new colleagues see nothing")
        signing = self._get_participant(contract, self.requester)
        self.assertTrue(signing._is_let_in(), "whoever is named as signer is replaced by people")
        self.assertTrue(
            any(
                "cannot act on this contract for now" in str(one.body)
                for one in contract.sudo().message_ids
            )
        )

    def test_private_customer_founds_a_company(self):
        person = self._create_portal_user("sharing_private", "Pia Private")
        person.partner_id.parent_id = False
        contract = self._create_sent_contract(
            partner_id=person.partner_id.id, requester_id=person.partner_id.id
        )
        self.assertTrue(self._sees(person, contract))
        person.partner_id.parent_id = self.other_company
        self.assertTrue(self._sees(person, contract), "it is the person's own contract")
        self.assertNotIn("contact_left", self._get_event_types(contract))

    def test_draft_follows_its_counterparty(self):
        person = self.env["res.partner"].create({"name": "Dora Draft"})
        contract = self._create_contract(partner_id=person.id, requester_id=person.id)
        self.assertEqual(contract.commercial_partner_id, person)
        person.parent_id = self.other_company
        self.assertEqual(contract.commercial_partner_id, self.other_company)

    def test_company_decides_whether_colleagues_see(self):
        contract = self._create_sent_contract()
        shared = self._create_contract(requester_id=self.requester.id)
        self._share(shared)
        hidden = self._create_sent_contract()
        hidden.portal_published = False
        mine = contract.with_user(self.colleague_user)
        self.assertFalse(self._sees(self.colleague_user, contract))
        self.customer_company.contract_colleague_access = True
        self.assertTrue(self._sees(self.colleague_user, contract))
        self.assertFalse(self._sees(self.colleague_user, shared), "drafts stay with the people")
        self.assertFalse(self._sees(self.colleague_user, hidden))
        self.assertFalse(mine.has_access("write"))
        with self.assertRaises(AccessError):
            mine.message_post(
                body="Me too", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
        for user in (self.portal_user,):
            contract.with_user(user).message_post(
                body="Mine", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
        self.colleague_user.partner_id.parent_id = self.other_company
        self.assertFalse(self._sees(self.colleague_user, contract))

    def test_switch_is_for_administrators_and_tracked(self):
        company = self.customer_company
        for user in (self.manager, self.portal_user):
            with self.assertRaises(AccessError):
                company.with_user(user).contract_colleague_access = True
        person = self.customer.with_user(self.administrator)
        person = person.with_context(tracking_disable=False, mail_notrack=False)
        person.company_colleague_access = True
        self.assertTrue(company.contract_colleague_access)
        self.env.flush_all()
        self.cr.precommit.run()
        tracked = company.message_ids.tracking_value_ids.field_id.mapped("name")
        self.assertIn("contract_colleague_access", tracked)
