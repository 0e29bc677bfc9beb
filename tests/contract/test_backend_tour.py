from odoo.tests import HttpCase, tagged

from ..common import ContractCommon


@tagged("post_install", "-at_install")
class TestBackendTour(ContractCommon, HttpCase):
    """The manager's story, in a real browser."""

    def _open(self, contract, tour):
        self.start_tour(f"/odoo/contracts/{contract.id}", tour, login=self.manager.login)

    def test_identity_check(self):
        self.company.contract_confirm_identity = True
        contract = self._create_contract()
        self._open(contract, "customer_contract_identity_check")
        signature = contract.sudo().current_signature_ids
        self.assertEqual(signature.signed_by, "Mona Manager")
        self.assertEqual(signature.identified_by, "identity_check")

    def test_new_to_sent(self):
        self.start_tour(
            "/odoo/contracts", "customer_contract_new_to_sent", login=self.manager.login
        )
        contract = self.env["customer.contract"].search([], order="id desc", limit=1)
        self.assertEqual(contract.state, "sent")
        self.assertEqual(contract.signature_count, 1)

    def test_cog_menu(self):
        contract = self._create_contract()
        self._open(contract, "customer_contract_cog")
        self.assertEqual(contract.state, "cancelled")
        self.assertEqual(contract.closing_reason, "No longer needed")

    def test_sections(self):
        contract = self._create_contract()
        self._open(contract, "customer_contract_sections")
        contract.invalidate_recordset()
        sections = contract.section_ids.sorted("sequence")
        self.assertEqual(sections.mapped("title"), ["Price", "Term"])
        self.assertIn("The price is 1,300.", sections[0].body)
        self.assertNotIn("Nonsense", sections[0].body)

    def test_documents(self):
        contract = self._create_contract()
        self._open(contract, "customer_contract_documents")
        documents = contract.document_ids.sorted("name")
        self.assertEqual(documents.mapped("name"), ["Floor plan.txt", "Terms.txt"])
        self.assertEqual(documents[0].raw, b"Floor plan.txt")
        self.assertEqual(documents.mapped("purpose"), ["read", "read"])
        self.assertEqual(documents.mapped("portal_visible"), [True, False])

    def test_identity_check_expires_while_signing(self):
        """Whoever drew too slowly confirms again, and loses nothing."""
        self.company.contract_confirm_identity = True
        contract = self._create_contract()
        self.authenticate(self.manager.login, self.manager.login)

        def call(model, method, ids, values=None, **context):
            return self.make_jsonrpc_request(
                "/web/dataset/call_kw",
                {
                    "model": model,
                    "method": method,
                    "args": [ids] if values is None else [values],
                    "kwargs": {"context": context},
                },
            )

        dialog = call(
            "customer.contract.sign",
            "create",
            [],
            {
                "contract_id": contract.id,
                "signed_by": "Mona Slow",
                "signature": self.signature,
            },
        )
        action = call("customer.contract.sign", "action_sign", dialog)
        self.assertEqual(action["res_model"], "res.users.identitycheck")
        self.assertFalse(contract.sudo().current_signature_ids)
        action = call(
            action["res_model"],
            "run_check",
            [action["res_id"]],
            password=self.manager.login,
        )
        self.assertEqual(action["type"], "ir.actions.act_window_close")
        self.assertEqual(contract.sudo().current_signature_ids.signed_by, "Mona Slow")
