from unittest.mock import patch

from odoo.tests import tagged

from ..common import make_signature_picture
from ..portal.common import ContractPortalCommon

CODE_MODULE = "odoo.addons.customer_contract.models.identity.customer_contract_code"
CODE = "024680"


@tagged("post_install", "-at_install")
class TestIdentityHttp(ContractPortalCommon):
    """Codes, logins and second factors on the contract's page."""

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch(
                f"{CODE_MODULE}.secrets.randbelow",
                return_value=int(CODE),
            )
        )

    def _create_contract_for_link(self, policy):
        return self._create_sent_contract(requester_id=self.link_holder.id, identity_policy=policy)

    def _ask_for_code(self, contract):
        return self.make_jsonrpc_request(f"/my/contracts/{contract.id}/code", {})

    def _assert_unsigned(self, contract):
        contract.invalidate_recordset()
        self.assertEqual(contract.state, "sent")
        self.assertEqual(len(contract.signature_ids), 1)

    def test_code_lets_sign(self):
        contract = self._create_contract_for_link("code")
        page = self._open_link(contract, self.link_holder).text
        self.assertIn("codeUrl", page)
        self.assertNotIn("lina@", page)
        answer = self._sign(contract)
        self.assertEqual(answer["reason"], "code")
        self.assertEqual(self._ask_for_code(contract), {"sent_to": "l•••@aurora.example.com"})
        self.assertEqual(self._sign(contract, code="111111")["reason"], "code")
        self._assert_unsigned(contract)
        self.assertIn("redirect_url", self._sign(contract, code=CODE))
        signature = contract.sudo().signature_ids.sorted("id")[-1]
        self.assertEqual(signature.identified_by, "link_code")

    def test_right_code_survives_a_blank_signature(self):
        contract = self._create_contract_for_link("code")
        self._open_link(contract, self.link_holder)
        self._ask_for_code(contract)
        blank = make_signature_picture(line=None)
        answer = self._sign(contract, code=CODE, signature=blank)
        self.assertIn("empty", answer["error"])
        self.assertNotIn("codeUrl", self._get(f"/my/contracts/{contract.id}").text)
        self.assertIn("redirect_url", self._sign(contract))

    def test_code_counts_in_one_session_only(self):
        contract = self._create_contract_for_link("code")
        self._open_link(contract, self.link_holder)
        self._ask_for_code(contract)
        blank = make_signature_picture(line=None)
        self._sign(contract, code=CODE, signature=blank)
        self._open_link(contract, self.link_holder)
        self.assertEqual(self._sign(contract)["reason"], "code")
        self._assert_unsigned(contract)

    def test_wrong_codes_lock_across_sessions(self):
        contract = self._create_contract_for_link("code")
        self._open_link(contract, self.link_holder)
        self._ask_for_code(contract)
        for _number in range(5):
            self._open_link(contract, self.link_holder)
            self.assertEqual(self._sign(contract, code="111111")["reason"], "code")
        self.assertEqual(self._sign(contract, code=CODE)["reason"], "code")
        self.assertIn("Too many", self._ask_for_code(contract)["error"])
        self._assert_unsigned(contract)
        participant = self._get_participant(contract, self.link_holder)
        self.assertTrue(participant.is_code_locked)

    def test_codes_are_for_participants(self):
        contract = self._create_contract_for_link("code")
        self._log_in()
        self.assertIn("error", self._ask_for_code(contract))
        stranger = self._create_portal_user("code_stranger", "Stella Stranger")
        self._log_in(stranger)
        self.assertIn("error", self._ask_for_code(contract))
        self._log_in(self.manager)
        self.assertIn("error", self._ask_for_code(contract))
        self.assertFalse(self.env["customer.contract.code"].search_count([]))

    def test_login_is_demanded(self):
        contract = self._create_sent_contract(identity_policy="portal")
        page = self._open_link(contract, self.customer).text
        self.assertIn("Please log in to sign", page)
        self.assertNotIn("o_contract_sign_button", page)
        self.assertIn("log in", self._sign(contract)["error"])
        self._assert_unsigned(contract)
        self._log_in(self.portal_user)
        self.assertIn("redirect_url", self._sign(contract))
        signature = contract.sudo().signature_ids.sorted("id")[-1]
        self.assertEqual(signature.identified_by, "portal")

    def test_second_factor_is_demanded(self):
        contract = self._create_sent_contract(identity_policy="portal_2fa")
        self._log_in(self.portal_user)
        page = self._get(f"/my/contracts/{contract.id}").text
        self.assertIn("Set up a second factor", page)
        self.assertIn("second factor", self._sign(contract)["error"])
        self._assert_unsigned(contract)
        with patch.object(self.registry["res.users"], "_mfa_type", lambda user: "totp"):
            self.assertIn("redirect_url", self._sign(contract))
        signature = contract.sudo().signature_ids.sorted("id")[-1]
        self.assertEqual(signature.identified_by, "portal_2fa")

    def test_account_is_needed_before_sending(self):
        contract = self._create_contract(requester_id=self.link_holder.id, identity_policy="portal")
        self.assertIn(
            "Lina Link has no account to log in with, which the contract asks for.",
            contract._get_sending_problems(),
        )

    def test_paper_and_back(self):
        contract = self._create_sent_contract()
        self._open_link(contract, self.customer)
        url = f"/my/contracts/{contract.id}"
        answer = self._post(f"{url}/channel", channel="fax")
        self.assertEqual(answer.status_code, 422)
        self.assertEqual(self._post(f"{url}/channel", channel="paper").status_code, 303)
        page = self._get(url).text
        self.assertIn("You asked to sign on paper", page)
        self.assertIn("mona@company.example.com", page)
        self.assertIn("on paper", self._sign(contract)["error"])
        self._post(f"{url}/channel", channel="esign")
        self.assertIn("redirect_url", self._sign(contract))

    def test_code_in_the_browser(self):
        contract = self._create_contract_for_link("code")
        path = self._issue_link(contract, self.link_holder)
        self.start_tour(path, "customer_contract_code_sign")
        contract.invalidate_recordset()
        self.assertEqual(contract.state, "signed")
        signature = contract.sudo().signature_ids.sorted("id")[-1]
        self.assertEqual(signature.identified_by, "link_code")
