from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...utils import Actor
from ..portal.common import ContractPortalCommon

CODE_MODULE = "odoo.addons.customer_contract.models.identity.customer_contract_code"
CODE = "024680"


@tagged("post_install", "-at_install")
class TestIdentityActs(ContractPortalCommon):
    """One-time codes for everything that is done by personal link, not for signing only."""

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch(
                f"{CODE_MODULE}.secrets.randbelow",
                return_value=int(CODE),
            )
        )

    def _open_coded_contract(self):
        contract = self._create_sent_contract(
            requester_id=self.link_holder.id, identity_policy="code", allow_delegation=True
        )
        return contract, self._open_link(contract, self.link_holder).text

    def _open_coded_approval(self):
        contract = self._create_contract(
            identity_policy="code",
            participant_ids=[
                Command.create(
                    {"partner_id": self.link_holder.id, "role": "approver", "sequence": 1}
                ),
                Command.create({"partner_id": self.customer.id, "role": "signer", "sequence": 9}),
            ],
        )
        contract.action_submit()
        return contract, self._open_link(contract, self.link_holder).text

    def _send_code(self, contract):
        return self.make_jsonrpc_request(f"/my/contracts/{contract.id}/code", {})

    def _act(self, contract, act, **values):
        answer = self._post(f"/my/contracts/{contract.id}/{act}", **values)
        self.env.invalidate_all()
        return answer

    def _get_identification(self, contract, event_type):
        events = contract.sudo().event_ids
        return events.filtered(lambda event: event.event_type == event_type)[:1].identified_by

    def test_declining(self):
        contract, page = self._open_coded_contract()
        self.assertIn('id="contract_decline_code"', page)
        self.assertNotIn("lina@aurora.example.com", page)
        for code in ("", "111111"):
            answer = self._act(contract, "decline", reason="Too expensive", code=code)
            self.assertEqual(answer.status_code, 422)
            self.assertIn("Too expensive", answer.text)
            self.assertIn('data-dialog="decline"', answer.text)
            self.assertEqual(contract.state, "sent")
        self.assertIn("sent_to", self._send_code(contract))
        answer = self._act(contract, "decline", reason="Too expensive", code="111111")
        self.assertIn("This code is not right", answer.text)
        self.assertEqual(self._count_events(contract, "code_refused"), 3)
        answer = self._act(contract, "decline", reason="Too expensive", code=CODE)
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(contract.state, "declined")
        self.assertEqual(self._get_identification(contract, "declined"), "link_code")

    def test_disputing(self):
        contract, page = self._open_coded_contract()
        self.assertIn('id="contract_dispute_code"', page)
        self.assertEqual(self._act(contract, "dispute", reason="The price").status_code, 422)
        self.assertEqual(contract.state, "sent")
        self._send_code(contract)
        self.assertEqual(
            self._act(contract, "dispute", reason="The price", code=CODE).status_code, 303
        )
        self.assertEqual(contract.state, "disputed")
        self.assertEqual(self._get_identification(contract, "disputed"), "link_code")

    def test_delegating(self):
        contract, page = self._open_coded_contract()
        self.assertIn('id="contract_delegate_code"', page)
        values = {"name": "Nora New", "email": "nora@aurora.example.com", "reason": "On leave"}
        answer = self._act(contract, "delegate", **values)
        self.assertEqual(answer.status_code, 422)
        self.assertIn("nora@aurora.example.com", answer.text)
        self.assertFalse(contract.sudo().participant_ids.filtered("delegated_from_id"))
        self._send_code(contract)
        self.assertEqual(self._act(contract, "delegate", **values, code=CODE).status_code, 303)
        self.assertEqual(self._get_identification(contract, "delegated"), "link_code")

    def test_approving(self):
        contract, page = self._open_coded_approval()
        self.assertIn('id="contract_approve_code"', page)
        digest = contract.sudo().current_version_id.content_digest
        self.assertEqual(self._act(contract, "approve", digest=digest).status_code, 422)
        self.assertEqual(contract.state, "approval")
        self._send_code(contract)
        # A code that was right counts for a while: the next mistake costs no other.
        answer = self._act(contract, "approve", digest="0" * 64, code=CODE)
        self.assertEqual(answer.status_code, 422)
        self.assertNotIn("contract_approve_code", answer.text)
        self.assertEqual(self._act(contract, "approve", digest=digest).status_code, 303)
        self.assertEqual(self._get_identification(contract, "approved"), "link_code")

    def test_sending_back(self):
        contract, page = self._open_coded_approval()
        self.assertIn('id="contract_send_back_code"', page)
        values = {"decision": "send_back", "reason": "A clause is missing"}
        answer = self._act(contract, "approve", **values)
        self.assertEqual(answer.status_code, 422)
        self.assertIn("A clause is missing", answer.text)
        self._send_code(contract)
        self.assertEqual(self._act(contract, "approve", **values, code=CODE).status_code, 303)
        self.assertEqual(contract.state, "draft")

    def test_wrong_codes_lock_every_act(self):
        contract, _page = self._open_coded_contract()
        self._send_code(contract)
        for _number in range(5):
            self._act(contract, "decline", reason="No", code="111111")
        answer = self._act(contract, "dispute", reason="No", code=CODE)
        self.assertIn("Too many wrong codes", answer.text)
        self.assertEqual(contract.state, "sent")
        self.assertIn("Too many", self._sign(contract, code=CODE)["error"])

    def test_questions_need_no_code(self):
        contract, _page = self._open_coded_contract()
        answer = self._act(contract, "message", question="May I ask?")
        self.assertEqual(answer.status_code, 303)

    def test_no_code_is_asked_for_after_a_login(self):
        contract = self._create_sent_contract(identity_policy="code")
        self._log_in(self.portal_user)
        self.assertNotIn("contract_decline_code", self._get(f"/my/contracts/{contract.id}").text)
        self.assertEqual(self._act(contract, "decline", reason="No").status_code, 303)

    def test_the_model_asks_whoever_calls(self):
        contract, _page = self._open_coded_contract()
        participant = self._get_participant(contract, self.link_holder)
        for act in (contract.sudo()._decline, contract.sudo()._dispute):
            with self.assertRaisesRegex(UserError, "enter the code"):
                act(Actor(participant, "link"), "No")
        approval, _page = self._open_coded_approval()
        participant = self._get_participant(approval, self.link_holder)
        with self.assertRaisesRegex(UserError, "enter the code"):
            approval.sudo()._send_back(Actor(participant, "link"), "No")

    def test_login_is_demanded_for_objections_too(self):
        contract = self._create_sent_contract(identity_policy="portal")
        self._open_link(contract, self.customer)
        answer = self._act(contract, "decline", reason="No")
        self.assertEqual(answer.status_code, 422)
        self.assertIn("Please log in to your account", answer.text)
        self.assertEqual(contract.state, "sent")

    def test_in_the_browser(self):
        contract = self._create_sent_contract(
            requester_id=self.link_holder.id, identity_policy="code"
        )
        path = self._issue_link(contract, self.link_holder)
        self.start_tour(path, "customer_contract_code_decline")
        contract.invalidate_recordset()
        self.assertEqual(contract.state, "declined")
