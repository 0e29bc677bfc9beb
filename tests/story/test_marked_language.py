# What people write to each other is not translated.
# pylint: disable=translation-required
import json
from urllib.parse import urlsplit

from lxml import html

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import html2plaintext

from ...utils import Actor
from ..common import run_on_pdf
from ..portal.common import ContractPortalCommon
from . import marked_language

MAILS = (
    "request",
    "reminder",
    "approval",
    "signed",
    "cancelled",
    "delegated",
    "shared",
    "in_person",
    "declined",
    "disputed",
    "expired",
    "paper_received",
    "paper_returned",
    "values_accepted",
    "values_changed",
    "values_refused",
)


@tagged("post_install", "-at_install")
class TestMarkedLanguage(ContractPortalCommon):
    """Whoever reads another language meets no text of ours that nobody can translate."""

    renders_reports = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        marked_language.install(cls.env, cls.addClassCleanup)
        lang = marked_language.CODE
        cls.customer_company.write(
            {"name": "Αυγή", "lang": lang, "street": "Οδός 1", "city": "Πόλη", "email": "a@b.gr"}
        )
        cls.customer.write({"name": "Κάρλα", "lang": lang, "function": "Ιδιοκτήτρια"})
        cls.link_holder.write({"name": "Λίνα", "lang": lang})
        cls.portal_user.lang = lang
        cls.manager.write({"name": "Μόνα", "lang": lang})
        cls.manager.partner_id.function = "Διευθύντρια"
        cls.company.partner_id.write(
            {"name": "Εταιρεία", "street": "Δρόμος", "street2": False, "city": "Πόλη"}
        )
        cls.company.partner_id.write({"state_id": False, "country_id": False, "vat": False})
        cls.contract = cls._create_greek_contract()

    @classmethod
    def _create_greek_contract(cls, **values):
        return cls._create_contract(
            **{
                "title": "Συμφωνία",
                "sign_deadline": "2099-06-30",
                "section_ids": [Command.create({"title": "Σκοπός", "body": "<p>Κείμενο.</p>"})],
                **values,
            }
        ).with_context(lang=marked_language.CODE)

    def _send(self, contract):
        self._sign_as_manager(contract, signed_by="Μόνα")
        contract.action_send()
        return contract

    def _assert_marked(self, text, where):
        unmarked = marked_language.find_unmarked(text)
        self.assertFalse(unmarked, f"{where}: {unmarked}")

    def _assert_page(self, path, *classes):
        with self.subTest(path=path):
            response = self.url_open(path)
            root = html.fromstring(response.content)
            parts = [part for name in classes for part in root.find_class(name)]
            self.assertTrue(parts, f"{path} has none of {classes}")
            for part in parts:
                text = marked_language.read_visible(part)
                self.assertIn("«", text)
                self._assert_marked(text, path)

    # === PAGES === #

    def test_the_marks_tell(self):
        self.assertEqual(marked_language.find_unmarked("«Read «it» now» Κείμενο 12 SHA-256"), [])
        self.assertEqual(marked_language.find_unmarked("«Read» and sign"), ["and sign"])

    def test_pages(self):
        page = ("o_contract_page",)
        contract = self._create_greek_contract()
        address = f"/el/my/contracts/{contract.id}"
        contract.portal_published = True
        self._log_in(self.portal_user)
        self._send(contract)
        self._assert_page(address, *page)
        self._assert_page("/el/contract/verify", "o_contract_verification_page")
        self._assert_page("/el/contract/sign/unknown", "o_contract_state_page")
        self._assert_page(
            f"/el/contract/verify?code={contract.verification_code or 'no'}",
            "o_contract_verification_page",
        )
        contract._dispute(self._actor(contract), "Αμφιβολία")
        self.env.flush_all()
        self._assert_page(address, *page)
        contract._withdraw_dispute(self._actor(contract))
        self._sign_marked(contract)
        self.env.flush_all()
        self._assert_page(address, *page)
        self._finalize(contract)
        self.env.flush_all()
        self._assert_page(address, *page)

    def test_pages_of_requests_that_ended(self):
        self._log_in(self.portal_user)
        for act in (
            lambda contract: contract.action_cancel("Λόγος"),
            lambda contract: contract._close("expired", "expired"),
            lambda contract: contract._decline(self._actor(contract), "Λόγος"),
        ):
            contract = self._send(self._create_greek_contract())
            act(contract.sudo())
            self.env.flush_all()
            self._assert_page(f"/el/my/contracts/{contract.id}", "o_contract_page")

    def test_page_of_signing_by_hand(self):
        contract = self._send(self._create_greek_contract())
        self._get_participant(contract, self.customer)._choose_channel("paper", "portal")
        self.env.flush_all()
        self._log_in(self.portal_user)
        self._assert_page(f"/el/my/contracts/{contract.id}", "o_contract_page")

    def test_pages_of_links(self):
        contract = self._send(self._create_greek_contract(requester_id=self.link_holder.id))
        path = self._issue_link(contract, self.link_holder)
        for state in ("usable", "expired"):
            if state == "expired":
                links = self.env["customer.contract.link"].search([])
                links.expires_on = "2020-01-01"
                self.env.flush_all()
            self._log_in()
            self.url_open(path)
            shown = "o_contract_page" if state == "usable" else "o_contract_state_page"
            self._assert_page(f"/el/my/contracts/{contract.id}", shown)

    def test_list_and_home(self):
        self._log_in(self.portal_user)
        self._assert_page("/el/my/contracts?filterby=closed", "o_portal_my_doc_table", "alert")
        self._send(self._create_greek_contract())
        self._assert_page("/el/my/contracts", "o_portal_my_doc_table")
        titles = html.fromstring(self.url_open("/el/my/home").content).xpath(
            "//*[contains(@href, '/my/contracts')]"
        )
        self.assertTrue(titles)
        for title in titles:
            self._assert_marked(marked_language.read_visible(title), "/my/home")

    def test_pages_of_a_device_handed_over(self):
        contract = self._send(self._create_greek_contract(allow_in_person=True))
        address = contract.with_user(self.manager)._hand_over(
            self._get_participant(contract, self.customer).with_user(self.manager).sudo(False)
        )
        path = f"/el{urlsplit(address).path}"
        self._log_in()
        self._assert_page(path, "o_contract_in_person_start")
        self._post(f"{urlsplit(address).path}/start")
        self._assert_page(f"/el/my/contracts/{contract.id}", "o_contract_page")
        # Another address leads back while the device is open; it is over after that.
        self._assert_page("/el/contract/in_person/unknown", "o_contract_page")
        self._post("/contract/in_person/end")
        self._assert_page("/el/contract/in_person/unknown", "o_contract_in_person_over")

    def test_pages_of_a_part_that_was_passed_on(self):
        contract = self._send(
            self._create_greek_contract(allow_delegation=True, requester_id=self.link_holder.id)
        )
        self._log_in()
        self.url_open(self._issue_link(contract, self.link_holder))
        self._assert_page(f"/el/my/contracts/{contract.id}", "o_contract_page")
        contract.sudo()._delegate(
            Actor(self._get_participant(contract, self.link_holder), "link"), self.customer, "Άδεια"
        )
        self.env.flush_all()
        self._assert_page(f"/el/my/contracts/{contract.id}", "o_contract_state_page")

    def test_page_to_sign_by_hand(self):
        contract = self._send(self._create_greek_contract())
        participant = self._get_participant(contract, self.customer)
        participant._choose_channel("paper", "portal")
        content = contract.sudo().current_version_id._get_content()
        pdf = contract.sudo()._render_paper_pdf(content, contract.sudo().signature_ids)
        text = run_on_pdf(pdf, "pdftotext", "-raw", "{}", "-")
        self.assertIn("«", text)
        self._assert_marked(text.replace("\n", " "), "paper")

    # === THE BROWSER'S TEXTS === #

    def test_browser_texts_can_be_translated(self):
        """Every text of a template or script of the portal is asked for in translation."""
        answer = self.url_open(f"/website/translations?lang={marked_language.CODE}")
        messages = json.loads(answer.text)["modules"]["customer_contract"]["messages"]
        texts = {message["id"]: message["string"] for message in messages}
        for text in (
            "I agree to sign this contract electronically.",
            "We send a code to %s. It is valid for ten minutes.",
            "PDF, JPEG or PNG; up to 20 MB and %s pages in all.",
        ):
            self.assertEqual(texts.get(text), marked_language.mark(text))

    def test_signing_form_in_the_browser(self):
        contract = self._send(self._create_greek_contract())
        self.browser_js(
            f"/el/my/contracts/{contract.id}#sign",
            """
            const timer = setInterval(() => {
                const text = document.querySelector("#contract_sign")?.innerText || "";
                if (text.includes("«I agree to sign this contract electronically.»")) {
                    clearInterval(timer);
                    console.log("test successful");
                }
            }, 100);
            """,
            login="contract_customer",
            timeout=60,
        )

    # === ACTS === #

    def _actor(self, contract):
        return Actor(self._get_participant(contract, self.customer), "portal")

    def _sign_marked(self, contract, **values):
        return contract.sudo()._sign(
            self._actor(contract),
            **{
                "signature": self.signature,
                "signed_by": "Κάρλα",
                "digest": contract.current_version_id.content_digest,
                **values,
            },
        )

    def test_errors(self):
        contract = self._send(self._create_greek_contract())
        draft = self._create_greek_contract(section_ids=[], sign_deadline="2020-01-01")
        for act in (
            lambda: draft.action_send(),
            lambda: self._sign_marked(contract, digest="0" * 64),
            lambda: self._sign_marked(contract, signed_by=" "),
            lambda: self._sign_marked(contract, signed_by="α" * 500),
            lambda: self._sign_marked(contract, signature="AAAA"),
            lambda: contract._decline(self._actor(contract), " "),
            lambda: contract._approve(self._actor(contract)),
            lambda: contract._dispute(self._actor(contract), ""),
            lambda: contract._reply_to_dispute(self._actor(contract), "Α"),
            lambda: contract._delegate(self._actor(contract), self.link_holder, ""),
            lambda: contract._delegate(self._actor(contract), self.customer, "Α"),
            lambda: contract.action_terminate("Α"),
            lambda: contract.action_submit(),
            lambda: contract.with_user(self.manager).action_approve(),
            lambda: self._sign_as_manager(contract),
            lambda: contract.write({"title": "Άλλο"}),
            lambda: contract.section_ids[0].write({"body": "Άλλο"}),
            lambda: contract.unlink(),
        ):
            with self.assertRaises(UserError) as caught:
                act()
            self._assert_marked(str(caught.exception), "error")
            self.assertIn("«", str(caught.exception))

    def test_answers_of_the_page(self):
        contract = self._send(self._create_greek_contract())
        self._log_in(self.portal_user)
        self.url_open(f"/el/my/contracts/{contract.id}")  # the browser remembers the language
        path = f"/my/contracts/{contract.id}/sign"
        for values in ({"name": ""}, {"consent": False}, {"digest": "0" * 64}, {"signature": ""}):
            params = {
                "name": "Κάρλα",
                "signature": self.signature,
                "digest": contract.current_version_id.content_digest,
                "consent": True,
                **values,
            }
            answer = self.make_jsonrpc_request(path, params)
            self.assertIn("«", answer["error"])
            self._assert_marked(answer["error"], str(values))

    # === MAILS === #

    def test_mails(self):
        contract = self._send(self._create_greek_contract())
        for name in MAILS:
            template = self.env.ref(f"customer_contract.mail_template_{name}")
            if template.model != contract._name:
                continue
            with self.subTest(template=name):
                subject = template._render_field("subject", contract.ids, compute_lang=True)
                body = template._render_field("body_html", contract.ids, compute_lang=True)
                text = html.fromstring(f"<div>{body[contract.id]}</div>")
                self._assert_marked(marked_language.read_visible(text), name)
                self._assert_marked(subject[contract.id], name)

    def test_mails_about_other_records(self):
        contract = self._send(self._create_greek_contract())
        self._sign_marked(contract)
        self._finalize(contract)
        self.env["customer.contract.daily.record"]._take(self.company)
        record = self.env["customer.contract.daily.record"].search([], order="id desc", limit=1)
        record.company_id.partner_id.lang = marked_language.CODE
        for name, about in (
            ("code", self._get_participant(contract, self.customer)),
            ("daily_record", record),
        ):
            with self.subTest(template=name):
                template = self.env.ref(f"customer_contract.mail_template_{name}")
                subject = template._render_field("subject", about.ids, compute_lang=True)
                body = template._render_field("body_html", about.ids, compute_lang=True)
                text = html.fromstring(f"<div>{body[about.id]}</div>")
                self._assert_marked(marked_language.read_visible(text), name)
                self._assert_marked(subject[about.id], name)

    def test_employees_read_what_visitors_change(self):
        """What is noted of a visitor's act is in the manager's language, and OdooBot's."""
        contract = self._send(self._create_greek_contract())
        self.env.flush_all()
        self.env.cr.precommit.run()
        known = contract.sudo().message_ids
        visitor = self.env.ref("base.public_user")
        self._sign_marked(
            contract.with_user(visitor).with_context(
                lang="en_US", tracking_disable=False, mail_notrack=False
            )
        )
        self.env.flush_all()
        self.env.cr.precommit.run()
        noted = (contract.sudo().message_ids - known).filtered("tracking_value_ids")
        self.assertTrue(noted)
        self.assertNotIn(self.env.ref("base.public_partner"), noted.author_id)
        for value in noted.tracking_value_ids:
            self._assert_marked(
                f"{value.old_value_char or ''} {value.new_value_char or ''}", value.field_id.name
            )

    # === WHAT IS FROZEN AND PRINTED === #

    def test_frozen_content(self):
        contract = self._send(self._create_greek_contract())
        content = contract.sudo().current_version_id._get_content()
        named = ("schema", "language", "direction", "identification", "reference")
        texts = []

        def collect(value, key=""):
            if isinstance(value, dict):
                for name, inner in value.items():
                    if name not in (*named, "role", "party", "currency", "name_of_field"):
                        collect(inner, name)
            elif isinstance(value, list):
                for inner in value:
                    collect(inner, key)
            elif isinstance(value, str):
                texts.append(html2plaintext(value) if key == "body" else value)

        collect(content)
        self._assert_marked("\n".join(texts), "content")

    def test_signed_file(self):
        contract = self._send(self._create_greek_contract())
        self._sign_marked(contract)
        self._finalize(contract)
        pdf = contract.sudo().signed_document_id.raw
        self.assertGreater(len(pdf), 10000)
        text = run_on_pdf(pdf, "pdftotext", "-raw", "{}", "-")
        self.assertIn("«Certificate of Completion»", text)
        self._assert_marked(text.replace("\n", " "), "signed file")
