from odoo import Command
from odoo.tests import new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ..common import ContractCommon


@tagged("post_install", "-at_install")
class TestToDo(ContractCommon):
    """What waits for somebody is found, whatever kind of work it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = new_test_user(
            cls.env,
            login="contract_colleague",
            groups="customer_contract.group_contract_user_all",
        )

    def _get_kind(self, contract, user=None):
        """Return a contract's kind of work, after the search said the same."""
        contract = contract.with_user(user or self.manager)
        contract.invalidate_recordset(["to_do"])
        kind = contract.to_do
        own = [("id", "=", contract.id)]
        self.assertEqual(bool(contract.search([*own, ("to_do", "!=", False)])), bool(kind))
        self.assertEqual(bool(contract.search([*own, ("to_do", "=", False)])), not kind)
        if kind:
            self.assertTrue(contract.search([*own, ("to_do", "=", kind)]))
            self.assertTrue(contract.search([*own, ("to_do", "in", [kind, "other"])]))
        return kind

    def test_draft_waits_for_nobody_but_its_author(self):
        contract = self._create_contract()
        self.assertFalse(self._get_kind(contract))
        self._sign_as_manager(contract)
        self.assertEqual(self._get_kind(contract), "send")
        self.assertFalse(self._get_kind(contract, self.colleague))

    def test_waiting_for_the_customer_is_nothing_to_do(self):
        contract = self._create_sent_contract()
        self.assertFalse(self._get_kind(contract))

    def test_signature(self):
        self.company.contract_signing_order = "counterparty_first"
        contract = self._create_contract()
        contract.action_send()
        self._sign_as_customer(contract)
        self.assertEqual(self._get_kind(contract), "sign")
        self.assertFalse(self._get_kind(contract, self.colleague))

    def test_approval(self):
        contract = self._create_contract(
            participant_ids=[
                Command.create(
                    {
                        "partner_id": self.colleague.partner_id.id,
                        "party": "company",
                        "role": "approver",
                        "sequence": 1,
                    }
                )
            ]
        )
        contract.participant_ids = [
            Command.create(
                {"partner_id": self.customer.id, "party": "counterparty", "role": "signer"}
            )
        ]
        contract.action_submit()
        self.assertEqual(self._get_kind(contract, self.colleague), "approve")
        self.assertFalse(self._get_kind(contract))
        contract.with_user(self.colleague).action_approve_many()
        self.assertFalse(self._get_kind(contract, self.colleague))

    def test_mail_that_did_not_arrive(self):
        contract = self._create_sent_contract()
        participant = self._get_participant(contract, self.customer)
        participant._write_protected({"delivery_state": "failed"})
        self.assertEqual(self._get_kind(contract), "mail")
        self.assertFalse(self._get_kind(contract, self.colleague))

    def test_every_kind_has_a_name_and_a_filter(self):
        Contract = self.env["customer.contract"]
        kinds = set(Contract._get_to_do_domains())
        self.assertEqual(kinds, set(dict(Contract._fields["to_do"].selection)))
        view = self.env.ref("customer_contract.customer_contract_view_search_to_do")
        nodes = view._get_combined_arch().xpath("//filter[@domain]")
        named = {
            condition[2]
            for node in nodes
            for condition in safe_eval(node.get("domain"))
            if condition[0] == "to_do"
        }
        self.assertEqual(named, kinds)

    def test_first_screen(self):
        menu = self.env.ref("customer_contract.menu_root")
        while not menu.action:
            menu = menu.child_id.sorted("sequence")[:1]
        action = self.env.ref("customer_contract.customer_contract_action_to_do")
        self.assertEqual(menu.action, action)
        self.assertIn("All done", action.help)
        views = self.env["customer.contract"].with_user(self.manager).get_views(action.views)
        self.assertNotIn("default_group_by", views["views"]["kanban"]["arch"])
        for kind in ("list", "kanban"):
            self.assertIn('name="to_do"', views["views"][kind]["arch"])

    def test_menus(self):
        root = self.env.ref("customer_contract.menu_root")
        self.assertEqual(
            root.child_id.sorted("sequence").mapped("name"),
            ["Contracts", "Obligations", "Reporting", "Configuration"],
        )
        configuration = self.env.ref("customer_contract.menu_configuration")
        headed = configuration.child_id.filtered("child_id")
        self.assertEqual(len(headed), 3)
        self.assertEqual(
            configuration.child_id - headed, self.env.ref("customer_contract.menu_settings")
        )
        agent = new_test_user(
            self.env, login="contract_agent", groups="customer_contract.group_contract_user"
        )
        visible = self.env["ir.ui.menu"].with_user(agent)._visible_menu_ids()
        names = []
        for menu in self.env["ir.ui.menu"].search([("id", "child_of", configuration.id)]):
            path = self.env["ir.ui.menu"].search([("id", "parent_of", menu.id)])
            if menu.action and set(path.ids) <= set(visible):
                names.append(menu.name)
        self.assertEqual(set(names), {"Signing Authority", "Substitutes"})
