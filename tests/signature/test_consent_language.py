# What people write to each other is not translated.
# pylint: disable=translation-required
import hashlib
from pathlib import Path

from odoo.modules.migration import load_script
from odoo.tests import tagged

from ..common import ContractCommon

SCRIPT = Path(__file__).parents[2] / "migrations" / "19.0.2.0.0" / "post-consent.py"
ENGLISH_DIGEST = "3b4dbbccd9b79b08849b7137b3e200451426c5f7195a3b81503c21bf6c840896"


@tagged("post_install", "-at_install")
class TestConsentLanguage(ContractCommon):
    """Signers agree to a text in their language, or the sender is told that they do not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Consent = cls.env["customer.contract.consent"]
        cls.french = cls.env.ref("customer_contract.consent_french")
        cls.spanish = cls.env.ref("customer_contract.consent_spanish")
        cls.english = cls.env.ref("customer_contract.customer_contract_consent_default")

    def _get_current(self, lang):
        return self.Consent._get_current(self.company, lang)

    def _warn(self, contract):
        contract.invalidate_recordset(["picture_warning"])
        return contract.picture_warning or ""

    def test_reader_gets_the_own_language(self):
        for lang, text in (
            ("fr_FR", self.french),
            ("fr_BE", self.french),
            ("es_MX", self.spanish),
            ("en_GB", self.english),
            ("de_DE", self.english),
        ):
            self.assertEqual(self._get_current(lang), text, lang)
        belgian = self.Consent.create({"lang": "fr_BE", "text": "Belge"})
        self.assertEqual(self._get_current("fr_BE"), belgian)
        self.assertEqual(self._get_current("fr_FR"), self.french)

    def test_the_english_text_is_what_it_was(self):
        digest = hashlib.sha256(self.english.text.encode()).hexdigest()
        self.assertEqual(digest, ENGLISH_DIGEST)
        self.assertEqual(self.english.version, 1)
        self.assertFalse(self.english.lang)

    def test_sender_is_warned_of_a_missing_text(self):
        for lang in ("fr_FR", "es_ES", "de_DE"):
            self.env["res.lang"]._activate_lang(lang)
        contract = self._create_contract()
        self.assertFalse(self._warn(contract))
        self.customer_company.lang = "fr_FR"
        self.assertFalse(self._warn(contract))
        self.customer_company.lang = "de_DE"
        self.assertIn("Deutsch", self._warn(contract))
        self.assertFalse(contract._get_sending_problems())
        self.Consent.create({"lang": "de_DE", "text": "Ich willige ein."})
        self.assertFalse(self._warn(contract))

    def test_sender_is_warned_of_a_signer_of_another_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        contract = self._create_contract()
        self.customer.lang = "de_DE"
        self.assertIn("Deutsch", self._warn(contract))

    # === THE UPDATE === #

    def _migrate(self):
        self.env.flush_all()
        load_script(str(SCRIPT), SCRIPT.stem).migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def test_update_of_a_database_without_own_texts(self):
        self._migrate()
        self.assertTrue(self.french.active and self.spanish.active)

    def test_update_leaves_own_texts_in_place(self):
        own = self.Consent.create({"lang": "fr_FR", "text": "J’accepte."})
        # The update makes its text after the company's.
        self.french.unlink()
        self.env["ir.model.data"].search([("name", "=", "consent_french")]).unlink()
        shipped = self.Consent.create({"lang": "fr_FR", "text": "J’accepte tout."})
        self.env["ir.model.data"].create(
            {
                "module": "customer_contract",
                "name": "consent_french",
                "model": shipped._name,
                "res_id": shipped.id,
            }
        )
        self.assertEqual(self._get_current("fr_FR"), shipped)
        self._migrate()
        self.assertFalse(shipped.active)
        self.assertEqual(self._get_current("fr_FR"), own)
        self.assertTrue(self.spanish.active)

    def test_update_leaves_an_own_text_for_all_languages_in_place(self):
        own = self.Consent.create({"text": "J’accepte, quelle que soit la langue."})
        self._migrate()
        self.assertEqual(self._get_current("fr_FR"), own)
        self.assertEqual(self._get_current("es_ES"), own)
