from odoo.tests import tagged

from ..portal.common import ContractPortalCommon


@tagged("post_install", "-at_install")
class TestDelegationHttp(ContractPortalCommon):
    """Passing a contract on from the portal and by personal link; approving outside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract_type = cls.env["customer.contract.type"].create(
            {"name": "Passed on", "allow_delegation": True}
        )

    def _create_waiting_contract(self, **values):
        return self._create_sent_contract(
            **{
                "type_id": self.contract_type.id,
                "requester_id": self.link_holder.id,
                **values,
            }
        )

    def _delegate(self, contract, **values):
        return self._post(
            f"/my/contracts/{contract.id}/delegate",
            **{
                "name": "Nora New",
                "email": "nora@aurora.example.com",
                "reason": "On leave",
                **values,
            },
        )

    def test_link_holder_passes_on(self):
        contract = self._create_waiting_contract()
        page = self._open_link(contract, self.link_holder)
        self.assertIn("o_contract_delegate_button", page.text)
        response = self._delegate(contract)
        self.assertEqual(response.status_code, 303)
        self.env.invalidate_all()
        stand_in = contract.sudo().participant_ids.filtered("delegated_from_id")
        self.assertEqual(stand_in.partner_id.email, "nora@aurora.example.com")
        self.assertEqual(stand_in.state, "requested")
        dead = self.url_open(f"/my/contracts/{contract.id}")
        self.assertEqual(dead.status_code, 410)
        self.assertIn("You passed this contract on", dead.text)
        self.assertNotIn("We maintain the ovens.", dead.text)
        self.assertIn("error", self._sign(contract))
        mail = contract.message_ids.filtered(lambda one: stand_in.partner_id in one.partner_ids)
        self.assertIn("Lina Link", mail.body)
        self.assertIn("On leave", mail.body)
        self._open_link(contract, stand_in.partner_id)
        self.assertIn("redirect_url", self._sign(contract, name="Nora New"))
        self.assertEqual(contract.signature_ids[-1].delegated_by, "Lina Link")
        page = self.url_open(f"/my/contracts/{contract.id}")
        self.assertIn("On behalf of Lina Link", page.text)

    def test_account_sees_who_acts_instead(self):
        contract = self._create_waiting_contract(requester_id=self.customer.id)
        self._log_in(self.portal_user)
        self.assertEqual(self._delegate(contract).status_code, 303)
        page = self.url_open(f"/my/contracts/{contract.id}")
        self.assertIn("You passed this on to Nora New", page.text)
        self.assertNotIn("o_contract_sign_button", page.text)

    def test_refusals_keep_what_was_typed(self):
        contract = self._create_waiting_contract()
        self._open_link(contract, self.link_holder)
        for values in (
            {"email": "nora@elsewhere.example.com"},
            {"email": "nora"},
            {"reason": ""},
            {"name": ""},
            {"email": self.link_holder.email},
        ):
            with self.subTest(values=values):
                response = self._delegate(contract, **values)
                self.assertEqual(response.status_code, 422)
                self.assertIn("alert-danger", response.text)
        self.env.invalidate_all()
        self.assertFalse(contract.sudo().participant_ids.filtered("delegated_from_id"))
        self.assertFalse(
            self.env["res.partner"].search([("email", "=", "nora@elsewhere.example.com")])
        )

    def test_not_offered_and_refused_where_not_allowed(self):
        contract = self._create_waiting_contract(type_id=False)
        page = self._open_link(contract, self.link_holder)
        self.assertNotIn("o_contract_delegate_button", page.text)
        self.assertEqual(self._delegate(contract).status_code, 422)

    def test_a_link_alone_cannot_pass_on_what_needs_a_login(self):
        contract = self._create_waiting_contract(
            identity_policy="portal", requester_id=self.customer.id
        )
        page = self._open_link(contract, self.customer)
        self.assertNotIn("o_contract_delegate_button", page.text)
        response = self._delegate(contract)
        self.assertEqual(response.status_code, 422)
        self.assertIn("log in", response.text)

    def test_strangers_and_previews_pass_nothing_on(self):
        contract = self._create_waiting_contract()
        self._log_in()
        self.assertEqual(self._delegate(contract).status_code, 303)
        self._log_in(self._create_portal_user("eve", "Eve"))
        self.assertEqual(self._delegate(contract).status_code, 303)
        self._log_in(self.manager)
        self.assertEqual(self._delegate(contract).status_code, 422)
        self.env.invalidate_all()
        self.assertFalse(contract.sudo().participant_ids.filtered("delegated_from_id"))

    def test_outside_approvers_any_one(self):
        colleague = self.link_holder.copy({"email": "second@aurora.example.com", "name": "Second"})
        contract = self._create_contract()
        self.env["customer.contract.routing.step"].create(
            {
                "contract_id": contract.id,
                "name": "Customer's lawyers",
                "participant_ids": [
                    (0, 0, {"partner_id": person.id}) for person in (self.link_holder, colleague)
                ],
            }
        )
        contract.action_submit()
        page = self._open_link(contract, colleague)
        self.assertIn("o_contract_approve_button", page.text)
        digest = contract.current_version_id.content_digest
        self._open_link(contract, self.link_holder)
        self._post(f"/my/contracts/{contract.id}/approve", digest=digest)
        self.env.invalidate_all()
        self.assertEqual(contract.state, "sent")
        page = self._open_link(contract, colleague)
        self.assertIn("Somebody else has already done this", page.text)
        response = self._post(f"/my/contracts/{contract.id}/approve", digest=digest)
        self.assertEqual(response.status_code, 422)
