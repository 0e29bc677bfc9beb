from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from .common import ContractCommon


@tagged("post_install", "-at_install")
class TestSharing(ContractCommon):
    """What the customer's people are shown, by whom, and for how long."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.observer_user = cls._create_portal_user("sharing_observer", "Olga Observer")
        cls.observer = cls.observer_user.partner_id
        cls.requester_user = cls._create_portal_user("sharing_requester", "Rick Requester")
        cls.requester = cls.requester_user.partner_id
        cls.colleague_user = cls._create_portal_user("sharing_colleague", "Colin Colleague")
        cls.other_company = cls.env["res.partner"].create(
            {"name": "Zenith Mills", "is_company": True}
        )
        cls.outsider = cls.env["res.partner"].create(
            {
                "name": "Otto Outsider",
                "email": "otto@zenith.example.com",
                "parent_id": cls.other_company.id,
            }
        )
        cls.manager.group_ids += cls.env.ref("base.group_partner_manager")
        cls.administrator = new_test_user(
            cls.env,
            login="sharing_administrator",
            groups="customer_contract.group_contract_manager,base.group_partner_manager",
        )

    @classmethod
    def _create_portal_user(cls, login, name):
        user = new_test_user(
            cls.env,
            login=login,
            name=name,
            email=f"{login}@aurora.example.com",
            groups="base.group_portal",
        )
        user.partner_id.parent_id = cls.customer_company
        return user

    def _sees(self, user, contract):
        """Tell whether a portal user finds a contract, by rule and by domain alike."""
        self.env.invalidate_all()
        own = contract.with_user(user)
        by_rule = own.has_access("read")
        by_domain = bool(own.sudo().filtered_domain(own._get_portal_domain()))
        by_search = bool(
            own.sudo().search(own._get_portal_domain() & Domain("id", "=", contract.id))
        )
        self.assertEqual(by_rule, by_domain)
        self.assertEqual(by_rule, by_search)
        return by_rule

    def _share(self, contract, **values):
        return contract.with_user(self.manager).action_share_with_customer(
            **{
                "requester_id": self.requester.id,
                "observer_ids": self.observer.ids,
                **values,
            }
        )

    def _get_observers(self, contract):
        contract.invalidate_recordset()
        return contract.sudo()._get_observers().partner_id

    def _get_mailed(self, contract, text="shared a contract with you"):
        """Return who was told that the contract is shared."""
        messages = contract.sudo().message_ids.filtered(lambda one: text in (one.subject or ""))
        return messages.partner_ids

    def _get_event_types(self, contract):
        contract.invalidate_recordset()
        return contract.sudo().event_ids.mapped("event_type")

    def _observe(self, contract, partner=None):
        """Add an observer the way a program does."""
        return (
            self.env["customer.contract.participant"]
            .with_user(self.manager)
            .create(
                {
                    "contract_id": contract.id,
                    "partner_id": (partner or self.observer).id,
                    "role": "observer",
                }
            )
        )

    # === SHARE AND UNSHARE === #

    def test_draft_is_invisible_until_shared(self):
        contract = self._create_contract(requester_id=self.requester.id)
        self._observe(contract)
        for user in (self.requester_user, self.observer_user, self.colleague_user):
            self.assertFalse(self._sees(user, contract))
        self._share(contract)
        self.assertTrue(contract.portal_published)
        self.assertTrue(self._sees(self.requester_user, contract))
        self.assertTrue(self._sees(self.observer_user, contract))
        self.assertFalse(self._sees(self.colleague_user, contract))
        self.assertIn("shared", self._get_event_types(contract))
        contract.action_unshare()
        self.assertIn("unshared", self._get_event_types(contract))
        for user in (self.requester_user, self.observer_user):
            self.assertFalse(self._sees(user, contract))

    def test_signer_does_not_see_a_shared_draft(self):
        contract = self._create_contract()
        contract.participant_ids.is_proposed = False
        self._share(contract)
        self.assertIn(self.customer, contract.participant_ids.partner_id)
        self.assertFalse(self._sees(self.portal_user, contract))

    def test_shared_contract_in_approval(self):
        contract = self._create_contract(requester_id=self.requester.id)
        approver = new_test_user(self.env, login="sharing_approver", email="a@b.example.com")
        contract.participant_ids = [
            Command.create(
                {
                    "partner_id": approver.partner_id.id,
                    "role": "approver",
                    "sequence": 5,
                }
            )
        ]
        self._share(contract)
        contract.action_submit()
        self.assertEqual(contract.state, "approval")
        self.assertTrue(self._sees(self.requester_user, contract))
        self.assertTrue(self._sees(self.observer_user, contract))

    def test_mails_go_to_whoever_is_new(self):
        contract = self._create_contract(requester_id=self.requester.id)
        self._share(contract, observer_ids=[])
        self.assertEqual(self._get_mailed(contract), self.requester)
        self._share(contract)
        self.assertEqual(self._get_mailed(contract), self.requester | self.observer)
        last = contract.sudo().message_ids.filtered("subject")[0]
        self.assertEqual(last.partner_ids, self.observer, "the requester gets no second mail")
        before = contract.message_ids
        self._share(contract)
        self.assertEqual(contract.message_ids, before)

    def test_sending_tells_those_who_were_not_told(self):
        contract = self._create_contract(requester_id=self.requester.id)
        self._observe(contract)
        self._sign_as_manager(contract)
        contract.action_send()
        self.assertEqual(self._get_mailed(contract), self.observer)
        told = self._create_contract(requester_id=self.requester.id)
        self._share(told)
        before = self._get_mailed(told)
        self._sign_as_manager(told)
        told.action_send()
        messages = told.sudo().message_ids.filtered(lambda one: "shared" in (one.subject or ""))
        self.assertEqual(len(messages), 1)
        self.assertEqual(self._get_mailed(told), before)

    def test_share_needs_somebody_in_a_draft(self):
        contract = self._create_contract(requester_id=False)
        with self.assertRaises(UserError):
            contract.action_share_with_customer()
        self.assertFalse(contract.portal_published)

    def test_share_shows_documents_only_if_wanted(self):
        contract = self._create_contract(requester_id=self.requester.id)
        document = self.env["customer.contract.document"].create(
            {"contract_id": contract.id, "name": "plan.txt", "raw": b"x"}
        )
        self._share(contract)
        self.assertFalse(document.portal_visible)
        self._share(contract, share_documents=True)
        self.assertTrue(document.portal_visible)

    def test_strangers_cannot_share(self):
        contract = self._create_sent_contract()
        agent = new_test_user(
            self.env, login="sharing_agent", groups="customer_contract.group_contract_user"
        )
        for user in (self.portal_user, self.observer_user, agent):
            for act in ("action_share_with_customer", "action_unshare", "action_open_share"):
                with self.subTest(user=user.login, act=act), self.assertRaises(AccessError):
                    getattr(contract.with_user(user), act)()

    def test_unsharing_ends_links_of_readers_only(self):
        contract = self._create_sent_contract()
        self._share(contract, requester_id=None)
        Link = self.env["customer.contract.link"]
        observing = self._get_participant(contract, self.observer)
        signing = self._get_participant(contract, self.customer)
        by_role = {
            part.role: Link._find(Link._issue(part).rpartition("/")[2])
            for part in (observing, signing)
        }
        self.assertTrue(observing._is_let_in())
        contract.portal_published = False
        self.assertFalse(by_role["observer"]._is_usable())
        self.assertTrue(by_role["signer"]._is_usable())
        self.assertFalse(observing._is_let_in())
        self.assertTrue(signing._is_let_in())
        self.assertFalse(self._sees(self.observer_user, contract))
        self.assertTrue(self._sees(self.portal_user, contract), "signers still find it")

    def test_unsharing_without_observers_keeps_the_signers_links(self):
        contract = self._create_sent_contract()
        Link = self.env["customer.contract.link"]
        signing = self._get_participant(contract, self.customer)
        link = Link._find(Link._issue(signing).rpartition("/")[2])
        contract.action_unshare()
        self.assertTrue(link._is_usable())

    def test_revision_is_hidden_again(self):
        contract = self._create_sent_contract(requester_id=self.requester.id)
        self._share(contract, requester_id=None)
        self.assertTrue(self._sees(self.observer_user, contract))
        contract.action_new_version()
        self.assertFalse(contract.portal_published)
        self.assertFalse(self._sees(self.requester_user, contract))
        self.assertFalse(self._sees(self.observer_user, contract))
        self._sign_as_manager(contract)
        contract.action_send()
        self.assertTrue(self._sees(self.observer_user, contract))

    # === OBSERVERS === #

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

    # === PEOPLE WHO CHANGE COMPANY === #

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
            any("is still to act" in str(one.body) for one in contract.sudo().message_ids)
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

    # === COLLEAGUES === #

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

    # === DIALOG === #

    def _open_dialog(self, contract, user=None):
        return Form(
            self.env["customer.contract.share"]
            .with_user(user or self.manager)
            .with_context(default_contract_id=contract.id)
        )

    def test_dialog_shares(self):
        contract = self._create_contract(requester_id=self.requester.id)
        dialog = self._open_dialog(contract)
        self.assertEqual(dialog.requester_id, self.requester)
        dialog.observer_ids.add(self.observer)
        self.assertFalse(dialog.uninvited_ids)
        action = dialog.save().action_confirm()
        self.assertIn("Olga Observer", action["params"]["message"])
        self.assertTrue(self._sees(self.observer_user, contract))
        dialog = self._open_dialog(contract)
        self.assertEqual(dialog.observer_ids[:], self.observer)
        dialog.save().action_stop()
        self.assertFalse(self._sees(self.observer_user, contract))

    def test_dialog_leads_to_the_contact_of_another_company(self):
        contract = self._create_contract(requester_id=self.requester.id)
        dialog = self._open_dialog(contract)
        dialog.observer_ids.add(self.outsider)
        self.assertIn("Zenith Mills", dialog.problem)
        saved = dialog.save()
        with self.assertRaisesRegex(ValidationError, "Otto Outsider"), self.cr.savepoint():
            saved.action_confirm()
        action = saved.action_open_outsider()
        self.assertEqual((action["res_model"], action["res_id"]), ("res.partner", self.outsider.id))
        self.assertFalse(contract.portal_published)

    def test_dialog_invites(self):
        newcomer = self.env["res.partner"].create(
            {
                "name": "Nora New",
                "email": "nora@aurora.example.com",
                "parent_id": self.customer_company.id,
            }
        )
        contract = self._create_contract(requester_id=newcomer.id)
        dialog = self._open_dialog(contract)
        self.assertEqual(dialog.uninvited_ids[:], newcomer)
        dialog.save().action_confirm()
        user = newcomer.user_ids
        self.assertTrue(user._is_portal())
        self.assertTrue(self._sees(user, contract))
        self.assertIn(newcomer, self._get_mailed(contract))

    def test_dialog_without_right_to_invite(self):
        newcomer = self.env["res.partner"].create(
            {
                "name": "Nora New",
                "email": "nora@aurora.example.com",
                "parent_id": self.customer_company.id,
            }
        )
        self.manager.group_ids -= self.env.ref("base.group_partner_manager")
        contract = self._create_contract(requester_id=self.requester.id)
        dialog = self._open_dialog(contract)
        dialog.observer_ids.add(newcomer)
        self.assertFalse(dialog.may_invite)
        dialog.save().action_confirm()
        self.assertFalse(newcomer.user_ids)
        self.assertIn(newcomer, self._get_mailed(contract))
        with self.assertRaises(AccessError):
            contract.with_user(self.manager).action_share_with_customer(invite=True)

    def test_dialog_after_sending_keeps_the_requester(self):
        contract = self._create_sent_contract()
        dialog = self._open_dialog(contract)
        dialog.observer_ids.add(self.observer)
        dialog.save().action_confirm()
        self.assertEqual(contract.requester_id, self.customer)
        with self.assertRaises(UserError):
            self._share(contract)

    # === CUSTOMERS === #

    def test_customers_list_tells_what_people_see(self):
        contracts = self._create_sent_contract()
        contracts |= self._create_sent_contract(requester_id=self.requester.id)
        draft = self._create_contract(requester_id=self.requester.id)
        self._share(draft)
        self._create_contract()
        users = self.portal_user | self.requester_user | self.observer_user | self.colleague_user
        people = users.partner_id.with_user(self.administrator)
        self.env["res.users.log"].with_user(self.observer_user).sudo().create({})
        for switched in (False, True):
            self.customer_company.contract_colleague_access = switched
            self.env.invalidate_all()
            for user in users:
                Contract = self.env["customer.contract"].with_user(user)
                expected = Contract.search([])
                person = people & user.partner_id
                with self.subTest(user=user.name, switched=switched):
                    self.assertEqual(person.portal_contract_count, len(expected))
                    action = person.action_view_portal_contracts()
                    found = self.env["customer.contract"].search(action["domain"])
                    self.assertEqual(found, expected.with_user(self.env.user).sudo(False))
        self.assertTrue((people & self.observer).portal_login_date)
        self.assertFalse((people & self.requester).portal_login_date)
        with self.assertRaises(AccessError):
            self.customer.with_user(self.manager).action_view_portal_contracts()
        domain = self.env.ref("customer_contract.res_partner_action_portal_customer").domain
        listed = self.env["res.partner"].search(safe_eval(domain))
        self.assertLessEqual(users.partner_id, listed)
        self.assertFalse((self.manager.partner_id | self.outsider) & listed)

    def test_signing_requester_reads_a_shared_draft_by_link(self):
        contract = self._create_contract()
        part = self._get_participant(contract, self.customer)
        self.assertFalse(part._may_read_early())
        contract.action_share_with_customer()
        self.assertEqual(self._get_mailed(contract), self.customer)
        self.assertTrue(part._may_read_early())
        contract.action_unshare()
        self.assertFalse(part._may_read_early())

    def test_customers_list_asks_the_database_the_same_number_of_times(self):
        self._create_sent_contract(requester_id=self.requester.id)
        people = self.customer | self.requester | self.observer

        def count(partners):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            partners.with_user(self.administrator).mapped("portal_contract_count")
            partners.with_user(self.administrator).mapped("portal_login_date")
            return self.env.cr.sql_log_count - before

        count(people)
        few = count(people)
        more = [self._create_portal_user(f"sharing_{step}", f"P {step}") for step in range(6)]
        for user in more[:3]:
            self._create_sent_contract(requester_id=user.partner_id.id)
        for user in more:
            people |= user.partner_id
        count(people)
        self.assertLessEqual(count(people), few + 2)
