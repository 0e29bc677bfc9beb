from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from ...utils import Actor
from ..common import ContractCommon
from ..portal.common import ContractPortalCommon


@tagged("post_install", "-at_install")
class TestAllowedActions(ContractCommon):
    """Which ways to sign and to object a contract leaves open, and to whom."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = new_test_user(
            cls.env,
            login="contract_administrator",
            email="ada@company.example.com",
            groups="customer_contract.group_contract_manager",
        )

    def test_contracts_follow_their_type(self):
        paper_type = self.env["customer.contract.type"].create(
            {"name": "Deed", "allow_esign": False, "allow_dispute": False}
        )
        contract = self._create_contract(type_id=paper_type.id)
        self.assertFalse(contract.allow_esign)
        self.assertTrue(contract.allow_paper)
        self.assertFalse(contract.allow_dispute)
        contract.allow_dispute = True
        self.assertTrue(contract.allow_dispute, "each contract can differ from its type")
        plain = self._create_contract()
        self.assertTrue(plain.allow_esign and plain.allow_paper and plain.allow_dispute)

    def test_some_way_to_sign_remains(self):
        contract = self._create_contract(allow_paper=False)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            with self.env.cr.savepoint():
                contract.allow_esign = False
                contract.flush_recordset()

    def test_without_esign_nobody_outside_signs_electronically(self):
        contract = self._create_sent_contract(allow_esign=False)
        participant = self._get_participant(contract, self.customer)
        self.assertEqual(participant.channel, "paper", "the only way that is open")
        with self.assertRaisesRegex(UserError, "paper"):
            self._sign_as_customer(contract)
        with self.assertRaisesRegex(UserError, "electronically"):
            participant._choose_channel("esign", "portal")
        self.assertFalse(participant.signature_ids)

    def test_without_paper_nobody_signs_by_hand(self):
        contract = self._create_sent_contract(allow_paper=False)
        participant = self._get_participant(contract, self.customer)
        with self.assertRaisesRegex(UserError, "on paper"):
            participant._choose_channel("paper", "portal")
        self.assertEqual(participant.channel, "esign")
        self.assertTrue(self._sign_as_customer(contract))

    def test_without_dispute_nobody_objects(self):
        contract = self._create_sent_contract(allow_dispute=False)
        participant = self._get_participant(contract, self.customer)
        with self.assertRaisesRegex(UserError, "cannot be disputed"):
            contract.sudo()._dispute(Actor(participant, "portal"), "Too dear")
        self.assertEqual(contract.state, "sent")

    def test_manager_opens_another_way_while_contract_is_out(self):
        contract = self._create_sent_contract(allow_esign=False)
        participant = self._get_participant(contract, self.customer)
        contract.write({"allow_esign": True, "allow_paper": False})
        self.assertEqual(participant.channel, "esign")
        self._sign_as_customer(contract)
        changes = contract.sudo().event_ids.filtered(lambda event: event.event_type == "changed")
        self.assertIn("Download & Sign", changes[:1].description)
        with self.assertRaises(UserError):
            contract.allow_paper = True

    def test_contact_without_permission_signs_on_paper(self):
        self.customer.contract_esign_permission = "paper"
        contract = self._create_sent_contract()
        participant = self._get_participant(contract, self.customer)
        self.assertFalse(participant._may_esign())
        self.assertEqual(participant.channel, "paper")
        with self.assertRaisesRegex(UserError, "paper"):
            self._sign_as_customer(contract)

    def test_permission_taken_back_while_contract_is_out(self):
        contract = self._create_sent_contract()
        self.customer.with_user(self.administrator).action_require_paper()
        self.assertEqual(self._get_participant(contract, self.customer).channel, "paper")
        with self.assertRaises(UserError):
            self._sign_as_customer(contract)
        self.customer.with_user(self.administrator).action_allow_esign()
        self._get_participant(contract, self.customer)._choose_channel("esign", "portal")
        self.assertTrue(self._sign_as_customer(contract))

    def test_contract_that_nobody_could_sign_is_not_sent(self):
        self.customer.contract_esign_permission = "paper"
        contract = self._create_contract(allow_paper=False)
        with self.assertRaisesRegex(UserError, "Carla Customer may not sign electronically"):
            contract.action_send()

    def test_company_setting_decides_for_contacts_without_permission(self):
        self.company.contract_esign_default = False
        self.assertFalse(self.customer.contract_esign_allowed)
        self.assertNotIn(
            self.customer, self.env["res.partner"].search([("contract_esign_allowed", "=", True)])
        )
        self.customer.contract_esign_permission = "allowed"
        self.assertTrue(self.customer.contract_esign_allowed)
        self.assertIn(
            self.customer, self.env["res.partner"].search([("contract_esign_allowed", "=", True)])
        )
        contract = self._create_sent_contract()
        self.assertTrue(self._sign_as_customer(contract))

    def test_only_people_in_charge_of_rights_grant_permission(self):
        agent = new_test_user(
            self.env,
            login="contract_agent",
            groups="customer_contract.group_contract_user,base.group_partner_manager",
        )
        self.company.contract_esign_default = False
        with self.assertRaises(AccessError):
            self.customer.with_user(agent).contract_esign_permission = "allowed"
        Partner = self.env["res.partner"].with_user(agent)
        with self.assertRaises(AccessError):
            Partner.create({"name": "Friend", "contract_esign_permission": "allowed"})
        with self.assertRaises(AccessError):
            self.customer.with_user(agent).action_allow_esign()
        sneaked = Partner.with_context(default_contract_esign_permission="allowed").create(
            {"name": "Friend"}
        )
        self.assertFalse(sneaked.contract_esign_permission)
        self.customer.with_user(agent).write({"contract_esign_permission": False, "comment": "x"})
        self.customer.with_user(self.administrator).action_allow_esign()
        self.assertTrue(self.customer.contract_esign_allowed)

    def test_lists_of_who_may_esign(self):
        self._create_sent_contract()
        lists = {}
        for name in ("res_partner_action_esign", "res_users_action_esign"):
            action = self.env["ir.actions.act_window"]._for_xml_id(f"customer_contract.{name}")
            model = self.env[action["res_model"]].with_user(self.administrator)
            model.get_views(action["views"], {"load_filters": True})
            lists[name] = model.search(safe_eval(action["domain"]))
        self.assertIn(self.customer, lists["res_partner_action_esign"])
        self.assertNotIn(self.manager.partner_id, lists["res_partner_action_esign"])
        self.assertNotIn(self.customer_company, lists["res_partner_action_esign"])
        self.assertIn(self.manager, lists["res_users_action_esign"])
        self.assertNotIn(self.portal_user, lists["res_users_action_esign"])
        Users = self.env["res.users"].with_user(self.administrator)
        self.assertIn(self.manager, Users.search([("contract_esign_right", "=", True)]))
        self.assertIn(self.administrator, Users.search([("contract_esign_right", "=", False)]))
        self.assertTrue(self.customer.is_contract_signer)
        self.assertFalse(self.customer_company.is_contract_signer)

    def test_right_is_a_checkbox_of_those_who_manage_users(self):
        self.manager.contract_esign_right = False
        self.assertFalse(self.manager.has_group("customer_contract.group_contract_esign"))
        with self.assertRaises(AccessError):
            self.manager.with_user(self.manager).contract_esign_right = True
        with self.assertRaises(AccessError):
            self.manager.with_user(self.administrator).contract_esign_right = True
        self.manager.contract_esign_right = True
        self.assertTrue(self.manager.has_group("customer_contract.group_contract_esign"))

    def test_employee_without_right_cannot_sign_whichever_way(self):
        contract = self._create_contract()
        participant = self._get_participant(contract, self.manager.partner_id)
        self.assertTrue(participant._may_esign())
        self.manager.group_ids -= self.env.ref("customer_contract.group_contract_esign")
        self.assertFalse(participant._may_esign())
        with self.assertRaises(AccessError):
            self._sign_as_manager(contract)
        version = contract.sudo()._ensure_frozen()
        with self.assertRaises(UserError):
            contract.sudo()._sign(
                Actor(participant, "backend"),
                signature=self.signature,
                signed_by="Mona Manager",
                digest=version.content_digest,
            )


@tagged("post_install", "-at_install")
class TestAllowedActionsHttp(ContractPortalCommon):
    """What the contract's page and its routes make of it."""

    def test_page_offers_what_is_allowed(self):
        contract = self._create_sent_contract(allow_dispute=False, allow_paper=False)
        self._log_in(self.portal_user)
        page = self._get(contract.access_url).text
        self.assertIn("o_contract_sign_button", page)
        self.assertNotIn("o_contract_paper", page)
        self.assertNotIn("#contract_dispute", page)

    def test_page_offers_paper_only(self):
        self.customer.contract_esign_permission = "paper"
        contract = self._create_sent_contract()
        self._log_in(self.portal_user)
        page = self._get(contract.access_url).text
        self.assertNotIn("o_contract_sign_button", page)
        self.assertIn("Please sign on paper", page)
        self.assertNotIn("o_contract_esign", page)

    def test_routes_refuse_what_is_not_allowed(self):
        contract = self._create_sent_contract(allow_esign=False, allow_dispute=False)
        self._log_in(self.portal_user)
        self.assertIn("paper", self._sign(contract)["error"])
        address = contract.access_url
        self.assertEqual(self._post(f"{address}/channel", channel="esign").status_code, 422)
        self.assertEqual(self._post(f"{address}/dispute", reason="Too dear").status_code, 422)
        contract.invalidate_recordset()
        self.assertEqual(contract.state, "sent")
        self.assertFalse(self._get_participant(contract, self.customer).signature_ids)
