from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import new_test_user, tagged

from ..common import ContractCommon


@tagged("post_install", "-at_install")
class TestAccessRights(ContractCommon):
    """Who may do what with which contract, through the ORM and so through RPC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()

        def create_user(login, groups):
            return new_test_user(cls.env, login=login, groups=groups)

        cls.employee = create_user("employee", "base.group_user")
        cls.colleague = create_user("colleague", "customer_contract.group_contract_user")
        cls.all_user = create_user("all_user", "customer_contract.group_contract_user_all")
        cls.administrator = create_user("administrator", "customer_contract.group_contract_manager")
        cls.stranger = create_user("stranger", "base.group_portal")
        cls.same_company = create_user("same_company", "base.group_portal")
        cls.same_company.partner_id.parent_id = cls.customer_company
        cls.observer = create_user("observer", "base.group_portal")
        cls.observer.partner_id.parent_id = cls.customer_company
        cls.other_company = cls.env["res.company"].create({"name": "Other Company"})
        cls.foreigner = new_test_user(
            cls.env,
            login="foreigner",
            groups="customer_contract.group_contract_manager",
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )

    def _observe(self, contract):
        self.env["customer.contract.participant"].create(
            {
                "contract_id": contract.id,
                "partner_id": self.observer.partner_id.id,
                "role": "observer",
            }
        )

    def _assert_access(self, record, user, **expected):
        record.invalidate_recordset()
        for operation, allowed in expected.items():
            with self.subTest(
                model=record._name,
                user=user.login,
                operation=operation,
                state=record.id,
            ):
                self.assertEqual(record.with_user(user).has_access(operation), allowed)

    def test_matrix_of_a_draft(self):
        contract = self._create_contract()
        self._observe(contract)
        nothing = dict.fromkeys(("read", "write", "unlink"), False)
        everything = dict.fromkeys(("read", "write", "unlink"), True)
        for record in (contract, contract.section_ids[0], contract.participant_ids[0]):
            for user in (self.manager, self.all_user, self.administrator):
                self._assert_access(record, user, **everything)
            for user in (
                self.employee,
                self.colleague,
                self.stranger,
                self.same_company,
                self.observer,
                self.portal_user,
                self.foreigner,
            ):
                self._assert_access(record, user, **nothing)

    def test_matrix_of_a_sent_contract(self):
        contract = self._create_contract()
        self._observe(contract)
        self._sign_as_manager(contract)
        contract.action_send()
        for user, may_read in (
            (self.portal_user, True),
            (self.observer, True),
            (self.stranger, False),
            (self.same_company, False),
            (self.employee, False),
            (self.colleague, False),
            (self.foreigner, False),
        ):
            self._assert_access(contract, user, read=may_read, write=False, unlink=False)
            for record in (
                contract.section_ids[0],
                contract.participant_ids[0],
                contract.version_ids[0],
                contract.signature_ids[0],
                contract.event_ids[0],
            ):
                self._assert_access(record, user, read=False, write=False, unlink=False)
        for user in (self.manager, self.all_user, self.administrator):
            for record in (
                contract.version_ids[0],
                contract.signature_ids[0],
                contract.event_ids[0],
            ):
                self._assert_access(record, user, read=True, write=False, unlink=False)

    def test_portal_sees_what_is_published(self):
        contract = self._create_contract()
        self._observe(contract)
        self._sign_as_manager(contract)
        contract.action_send()
        Contract = self.env["customer.contract"]
        found = {
            user.login: bool(Contract.with_user(user).search_count([("id", "=", contract.id)]))
            for user in (
                self.portal_user,
                self.observer,
                self.same_company,
                self.stranger,
            )
        }
        self.assertEqual(
            found,
            {
                "contract_customer": True,
                "observer": True,
                "same_company": False,
                "stranger": False,
            },
        )
        contract.portal_published = False
        self.assertFalse(contract.with_user(self.observer).has_access("read"))
        self.assertTrue(contract.with_user(self.portal_user).has_access("read"))
        contract.action_new_version()
        self.assertFalse(contract.with_user(self.portal_user).has_access("read"))

    def test_record_rule_and_portal_domain_agree(self):
        contracts = self.env["customer.contract"]
        for step in range(5):
            contract = self._create_contract()
            self._observe(contract)
            if step:
                self._sign_as_manager(contract)
                contract.action_send()
            if step == 2:
                contract.action_cancel()
            if step == 3:
                contract.portal_published = False
            if step == 4:
                self._sign_as_customer(contract)
            contracts |= contract
        for user in (self.portal_user, self.observer, self.same_company, self.stranger):
            own = contracts.with_user(user)
            with self.subTest(user.login):
                by_rule = own.search([("id", "in", contracts.ids)])
                by_domain = own.sudo().search(
                    own._get_portal_domain() & Domain("id", "in", contracts.ids)
                )
                self.assertEqual(by_rule, by_domain.sudo(False))

    def test_internal_fields_are_closed_to_the_portal(self):
        contract = self._create_sent_contract()
        own = contract.with_user(self.portal_user)
        for name in (
            "note",
            "stage_id",
            "tag_ids",
            "team_id",
            "trail_head",
            "closing_reason",
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                own.read([name])
        self.assertEqual(own.read(["title", "state", "amount_total"])[0]["state"], "sent")

    def test_portal_cannot_call_the_back_office(self):
        contract = self._create_sent_contract().with_user(self.portal_user)
        for act in (
            contract.action_cancel,
            contract.action_new_version,
            contract.action_send,
            contract.action_remind,
            lambda: contract.write({"title": "Mine"}),
            lambda: contract.create({"title": "Mine", "partner_id": self.customer.id}),
            contract.unlink,
        ):
            with self.assertRaises(UserError):
                act()

    def test_links_are_closed_to_everybody(self):
        self._create_sent_contract()
        links = self.env["customer.contract.link"].search([])
        self.assertTrue(links)
        for user in (self.manager, self.administrator, self.env.ref("base.user_admin")):
            self.assertFalse(links.with_user(user).has_access("read"))

    def test_stored_token_does_not_open_the_link(self):
        contract = self._create_sent_contract()
        participant = self._get_participant(contract, self.customer)
        Link = self.env["customer.contract.link"]
        address = Link._issue(participant)
        token = address.rpartition("/")[2]
        link = Link._find(token)
        self.assertEqual(link.participant_id, participant)
        self.assertFalse(Link._find(link.token_digest))
        self.assertFalse(Link._find(""))
        self.assertNotIn(token, str(link.read()))
        self.assertNotIn(token, str(contract.message_ids.mapped("body")))
        contract.action_remind()
        self.assertTrue(link._is_usable(), "a reminder interrupts nobody who is signing")
        contract.action_revoke_links()
        self.assertFalse(link._is_usable())

    def test_access_token_of_the_portal_mixin_is_not_used(self):
        contract = self._create_sent_contract()
        self.assertFalse(contract.access_token)
        self.assertEqual(contract.get_portal_url(), f"/my/contracts/{contract.id}")
        self.assertNotIn("token", contract._get_share_url())

    def test_hidden_files_are_closed_to_the_portal(self):
        contract = self._create_sent_contract()
        hidden, shown = self.env["customer.contract.document"].create(
            [
                {"contract_id": contract.id, "name": "hidden.txt", "raw": b"x"},
                {
                    "contract_id": contract.id,
                    "name": "shown.txt",
                    "raw": b"x",
                    "portal_visible": True,
                },
            ]
        )
        chatter = self.env["ir.attachment"].create(
            {
                "name": "n.txt",
                "raw": b"x",
                "res_model": contract._name,
                "res_id": contract.id,
            }
        )
        for attachment in (hidden.ir_attachment_id, shown.ir_attachment_id, chatter):
            self.assertFalse(attachment.with_user(self.portal_user).has_access("read"))
            self.assertTrue(attachment.with_user(self.manager).has_access("read"))
            self.assertFalse(attachment.with_user(self.colleague).has_access("read"))
        self.assertEqual(contract._get_portal_documents(), shown)

    def test_may_esign_is_a_right_of_its_own(self):
        user = new_test_user(
            self.env,
            login="no_esign",
            groups="customer_contract.group_contract_manager",
        )
        contract = self._create_contract()
        contract.sudo().user_id = user
        self.assertFalse(contract.with_user(user).can_sign)
        with self.assertRaises(AccessError):
            contract.with_user(user).action_sign_as_manager(self.signature)
