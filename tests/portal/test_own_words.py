from pathlib import Path

from odoo.modules.migration import load_script
from odoo.tests import TransactionCase, new_test_user, tagged

SCRIPT = Path(__file__).parents[2] / "migrations/0.0.0/post-template.py"


@tagged("post_install", "-at_install")
class TestOwnWords(TransactionCase):
    """E-mails in a company's own words are kept, known as such, and can be reset."""

    def setUp(self):
        super().setUp()
        self.editor = new_test_user(
            self.env,
            login="words_editor",
            groups="customer_contract.group_contract_manager,mail.group_mail_template_editor",
        )
        self.request = self.env.ref("customer_contract.mail_template_request")
        self.signed = self.env.ref("customer_contract.mail_template_signed")

    def _edit(self, words="<p>Our own words</p>"):
        self.request.with_user(self.editor).body_html = words

    def test_edited_ones_are_listed(self):
        action = self.env.ref("customer_contract.mail_template_action")
        listed = self.env["mail.template"].search(
            [("model", "=like", "customer.contract%"), ("is_contract_own_words", "=", True)]
        )
        self.assertNotIn(self.request, listed)
        self._edit()
        self.assertTrue(self.request.is_contract_own_words)
        self.assertFalse(self.signed.is_contract_own_words)
        self.assertIn("customer.contract%", action.domain)

    def test_a_translation_is_an_own_word(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.request.with_user(self.editor).update_field_translations(
            "subject", {"fr_FR": "Nos mots"}
        )
        self.assertTrue(self.request.is_contract_own_words)

    def test_resetting_brings_back_what_comes_along(self):
        before = self.request.body_html
        self._edit()
        wizard = (
            self.env["mail.template.reset"]
            .with_user(self.editor)
            .create({"template_ids": self.request.ids})
        )
        wizard.reset_template()
        self.assertEqual(self.request.body_html, before)
        self.assertFalse(self.request.is_contract_own_words)

    def test_update_keeps_and_marks_own_words(self):
        self._edit()
        # as an installation of the release before knows of it: by its last author only
        self.request.with_user(self.editor).write({"name": "Ours"})
        self.env.flush_all()
        self.env.cr.execute("UPDATE mail_template SET is_contract_own_words = NULL")
        self.env.cr.execute(
            "UPDATE mail_template SET write_uid = 1, body_html = %s WHERE id = %s",
            ['{"en_US": "<p>Old words</p>"}', self.signed.id],
        )
        self.env.invalidate_all()
        load_script(str(SCRIPT), SCRIPT.stem).migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertIn("Our own words", self.request.body_html)
        self.assertTrue(self.request.is_contract_own_words)
        self.assertNotIn("Old words", self.signed.body_html)
        self.assertFalse(self.signed.is_contract_own_words)
