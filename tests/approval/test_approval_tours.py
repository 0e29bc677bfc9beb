from lxml import html

from odoo import Command
from odoo.tests import tagged

from ..portal.common import ContractPortalCommon
from .common import ApprovalCommon


@tagged("post_install", "-at_install")
class TestApprovalTours(ApprovalCommon, ContractPortalCommon):
    """Approvers inside and outside, in a real browser."""

    def _open(self, contract, tour, user):
        self.start_tour(f"/odoo/contracts/{contract.id}", tour, login=user.login)
        contract.invalidate_recordset()

    def test_inside(self):
        self._create_rule(self._of_legal(policy="count", needed_count=2))
        contract = self._create_contract(type_id=self.contract_type.id)
        self._open(contract, "customer_contract_submit", self.manager)
        self.assertEqual(contract.state, "approval")
        self._open(contract, "customer_contract_approve_inside", self.ann)
        self.assertEqual(contract.state, "approval")
        contract.with_user(self.bob).action_approve()
        self.assertEqual(contract.state, "sent")
        self.assertEqual(
            self._get_states(contract, self.ann, self.bob, self.cem), ["done", "done", "skipped"]
        )

    def test_inside_delegates(self):
        self._create_rule(self._of_users(self.ann))
        contract = self._create_contract(type_id=self.contract_type.id)
        contract.action_submit()
        self._open(contract, "customer_contract_delegate_inside", self.ann)
        self.assertEqual(self._get_states(contract, self.ann, self.cem), ["delegated", "requested"])

    def test_outside_by_link(self):
        self._create_rule({"source": "partner", "partner_ids": [Command.set(self.link_holder.ids)]})
        contract = self._create_contract()
        contract.action_submit()
        page = html.fromstring(self._open_link(contract, self.link_holder).content)
        button = page.xpath("//*[hasclass('o_contract_approve_button')]")[0]
        self.assertEqual(button.get("data-bs-target"), "#contract_approve")
        form = page.xpath("//*[@id='contract_approve']//form")[0]
        answer = self.url_open(form.get("action"), data=dict(form.form_values()))
        self.assertIn("your approval is recorded", answer.text)
        contract.invalidate_recordset()
        self.assertEqual(contract.state, "sent")
        event = contract.sudo().event_ids.filtered(lambda one: one.event_type == "approved")
        self.assertEqual((event.actor, event.identified_by), ("Lina Link", "link"))

    def test_outside_delegates_by_link(self):
        contract = self._create_sent_contract(
            type_id=self.contract_type.id, requester_id=self.link_holder.id
        )
        path = self._issue_link(contract, self.link_holder)
        self.start_tour(path, "customer_contract_delegate_outside")
        contract.invalidate_recordset()
        stand_in = contract.sudo().participant_ids.filtered("delegated_from_id")
        self.assertEqual(stand_in.partner_id.email, "nora@aurora.example.com")
