from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from .common import SharingCommon


@tagged("post_install", "-at_install")
class TestSharing(SharingCommon):
    """What the customer's people are shown, by whom, and for how long."""

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
