# What people write to each other is not translated.
# pylint: disable=translation-required
import json

from lxml import html

from odoo.tests import tagged

from .common import ContractPortalCommon

# Texts of the browser code: consent, one-time code, an error.
BROWSER_TEXTS = (
    "I agree to sign this contract electronically.",
    "Send the code",
    "Show that this mailbox is yours",
    "Please tick the box to agree to sign electronically.",
)


@tagged("post_install", "-at_install")
class TestReaderLanguage(ContractPortalCommon):
    """Visitors read the page, and what the browser adds to it, in their language."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code in ("fr_FR", "es_ES"):
            cls.env["res.lang"]._activate_lang(code)

    def _get_browser_texts(self, lang):
        answer = self.url_open(f"/website/translations?lang={lang}")
        modules = json.loads(answer.text)["modules"]
        messages = modules.get("customer_contract", {}).get("messages", [])
        return {message["id"]: message["string"] for message in messages}

    def test_browser_texts_are_translated(self):
        for lang in ("fr_FR", "es_ES"):
            texts = self._get_browser_texts(lang)
            for text in BROWSER_TEXTS:
                self.assertNotIn(texts.get(text), (None, "", text), f"{lang}: {text}")

    def test_integrations_are_asked_for(self):
        module = self.env["ir.module.module"].search(
            [("state", "=", "installed"), ("name", "=", "sales_team")]
        )
        module.name = "customer_contract_example"
        self.env.flush_all()
        self.env.registry.clear_cache()
        answer = self.url_open("/website/translations?lang=fr_FR")
        self.assertIn("customer_contract_example", json.loads(answer.text)["modules"])

    def _get_html_lang(self, response):
        return html.fromstring(response.content).get("lang")

    def test_pages_say_their_language(self):
        contract = self._create_sent_contract()
        self._log_in(self.portal_user)
        for path in (
            "/my/contracts",
            f"/my/contracts/{contract.id}",
            "/contract/verify",
            "/contract/sign/unknown",
            f"/my/contracts/{contract.id}?report_type=html",
        ):
            self.assertEqual(self._get_html_lang(self.url_open(path)), "en-US", path)
        for path in (f"/fr/my/contracts/{contract.id}", "/fr/contract/verify"):
            self.assertEqual(self._get_html_lang(self.url_open(path)), "fr-FR", path)

    def test_page_names_the_language_of_the_text(self):
        self.customer_company.lang = "fr_FR"
        contract = self._create_sent_contract()
        self._log_in(self.portal_user)
        page = html.fromstring(self.url_open(f"/my/contracts/{contract.id}").content)
        (note,) = page.find_class("o_contract_language")
        self.assertIn("Français", note.text_content())
        page = html.fromstring(self.url_open(f"/fr/my/contracts/{contract.id}").content)
        self.assertFalse(page.find_class("o_contract_language"))
