from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..common import ContractCommon


@tagged("post_install", "-at_install")
class TestBulk(ContractCommon):
    """Of several contracts, those are acted on that can be, and one summary tells."""

    def setUp(self):
        super().setUp()
        self.draft = self._create_contract()
        self.sent = self._create_sent_contract()
        self.signed = self._create_signed_contract()
        self.contracts = (self.draft | self.sent | self.signed).with_user(self.manager)

    def _check_summary(self, result, done, left_out):
        """Check that the summary tells what was done, what was not, and why."""
        params = result["params"]
        first, *rest = params["message"].split("\n")
        for contract in done:
            self.assertIn(contract.name, first)
        for contract in left_out:
            self.assertNotIn(contract.name, first)
            self.assertRegex("\n".join(rest), rf"{contract.name}.*: \S+")
        self.assertIn(f"Done: {len(done)}.", params["title"])
        self.assertEqual(params["type"], "warning" if left_out else "success")

    def _open_dialog(self, action):
        model = self.env[action["res_model"]].with_user(self.manager)
        return Form(model.with_context(**action["context"]))

    def test_sign(self):
        other = self._create_contract(title="Cleaning Agreement")
        contracts = (self.contracts | other).with_user(self.manager)
        dialog = self._open_dialog(contracts.action_open_sign_many())
        self.assertEqual(dialog.act, "I sign 2 contracts")
        self.assertEqual(dialog.left_out_count, 2)
        dialog.signature = self.signature
        result = dialog.save().action_sign()
        self._check_summary(result, self.draft | other, self.sent | self.signed)
        for contract in self.draft | other:
            signature = contract.sudo().signature_ids
            self.assertEqual(signature.signed_by, "Mona Manager")
            self.assertEqual(signature.content_digest, contract.current_version_id.content_digest)
            self.assertIn(contract.name, signature.intent_text)
            self.assertEqual(contract.state, "draft")
        self.assertEqual(len(self.sent.sudo().signature_ids), 1)

    def test_sign_asks_for_the_identity(self):
        self.company.contract_confirm_identity = True
        dialog = self._open_dialog((self.draft | self._create_contract()).action_open_sign_many())
        dialog.signature = self.signature
        record = dialog.save()
        with self.assertRaisesRegex(UserError, "identity"):
            record._sign()
        with self._within_request() as request:
            request.session["identity-check-last"] = 4102444800
            record._sign()
        self.assertEqual(self.draft.sudo().signature_ids.identified_by, "identity_check")

    def test_sign_takes_the_right(self):
        agent = new_test_user(
            self.env, login="plain_agent", groups="customer_contract.group_contract_user_all"
        )
        with self.assertRaises(AccessError):
            self.contracts.with_user(agent).action_open_sign_many()
        with self.assertRaises(UserError):
            (self.sent | self.signed).action_open_sign_many()

    def test_send(self):
        self._sign_as_manager(self.draft)
        self._check_summary(self.contracts.action_send_many(), self.draft, self.sent | self.signed)
        # a job freezes and sends them, one after the other
        self.startPatcher(
            patch.object(self.registry["ir.cron"], "_commit_progress", return_value=100)
        )
        self.env["customer.contract.preparation"]._cron_prepare()
        self.assertEqual(self.draft.state, "sent")
        with self.assertRaises(UserError):
            (self.sent | self.signed).action_send_many()

    def test_one_failure_leaves_the_others(self):
        empty = self._create_contract(section_ids=[])
        ready = self._create_contract()
        self._sign_as_manager(ready)
        result = (empty | ready).action_send_many()
        self._check_summary(result, ready, empty)
        self.assertIn("no section", result["params"]["message"])
        self.assertFalse(empty.current_version_id)

    def test_cancel(self):
        dialog = self._open_dialog(self.contracts.action_open_reason())
        dialog.reason = "The campaign is over"
        result = dialog.save().action_confirm()
        self._check_summary(result, self.draft | self.sent, self.signed)
        self.assertEqual(self.contracts.mapped("state"), ["cancelled", "cancelled", "signed"])
        self.assertEqual(self.sent.closing_reason, "The campaign is over")

    def test_share_and_hide(self):
        nobody = self._create_contract(requester_id=False)
        self._check_summary((self.draft | nobody).action_share_many(), self.draft, nobody)
        self.assertTrue(self.draft.portal_published)
        self._check_summary(
            (self.draft | self.sent).action_unshare_many(), self.draft | self.sent, []
        )
        self.assertFalse(self.draft.portal_published or self.sent.portal_published)

    def test_archive(self):
        self._check_summary(self.contracts.action_archive(), self.contracts, [])
        self.assertFalse(any(self.contracts.mapped("active")))
        self.assertIsNone(self._create_contract().action_archive())
