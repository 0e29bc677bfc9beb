from lxml import html

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .common import ContractPortalCommon


@tagged("post_install", "-at_install")
class TestPreview(ContractPortalCommon):
    """The manager sees what a given person sees; nothing done there counts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.requester = cls._create_portal_user(
            "preview_requester", "Rick Requester", cls.customer_company
        )
        cls.observer = cls._create_portal_user(
            "preview_observer", "Olga Observer", cls.customer_company
        )
        cls.colleague = cls._create_portal_user(
            "preview_colleague", "Colin Colleague", cls.customer_company
        )
        cls.stranger = cls._create_portal_user("preview_stranger", "Stan Stranger")
        cls.agent = new_test_user(
            cls.env, login="preview_agent", groups="customer_contract.group_contract_user"
        )
        cls.company.contract_signing_order = "company_first"

    def _create(self, **values):
        contract = self._create_contract(
            requester_id=self.requester.partner_id.id,
            participant_ids=[
                Command.create({"partner_id": partner.id, "role": role, "sequence": order})
                for partner, role, order in (
                    (self.manager.partner_id, "signer", 10),
                    (self.customer, "signer", 20),
                    (self.link_holder, "signer", 30),
                    (self.observer.partner_id, "observer", 20),
                )
            ],
            **values,
        )
        self.document = self.env["customer.contract.document"].create(
            [
                {
                    "contract_id": contract.id,
                    "name": f"{name}.pdf",
                    "raw": b"%PDF-1.4 list of ovens",
                    "mimetype": "application/pdf",
                    "portal_visible": visible,
                }
                for name, visible in (("shown", True), ("hidden", False))
            ]
        )[0]
        return contract

    def _create_sent(self):
        contract = self._create()
        self._sign_as_manager(contract)
        contract.action_send()
        return contract

    def _path(self, contract, partner, suffix=""):
        return f"/my/contracts/{contract.id}/preview/{partner.id}{suffix}"

    def _read(self, contract, partner):
        response = self._get(self._path(contract, partner))
        self.assertEqual(response.status_code, 200)
        self.assertIn("nothing you do here counts", response.text)
        self.assertIn(f"Preview as {partner.name}", " ".join(response.text.split()))
        return response.text

    def test_signer_with_account(self):
        contract = self._create_sent()
        self._log_in(self.manager)
        page = self._read(contract, self.customer)
        self.assertIn("customer_contract.sign_form", page)
        self.assertIn("Your signature is needed", page)
        self.assertIn("shown.pdf", page)
        self.assertNotIn("hidden.pdf", page)
        self.assertIn("Carla Customer", page, "the page is hers")

    def test_page_is_the_same_as_the_persons_own(self):
        contract = self._create_sent()
        for user in (self.portal_user, self.requester, self.observer):
            with self.subTest(user=user.name):
                self._log_in(self.manager)
                preview = html.fromstring(self._read(contract, user.partner_id))
                self._log_in(user)
                own = html.fromstring(self._get(f"/my/contracts/{contract.id}").text)
                for part in (
                    "//div[contains(@class, 'o_contract_actions')]",
                    "//article[contains(@class, 'o_contract_document')]",
                    "//dl[contains(@class, 'o_contract_facts')]",
                    "//section[@aria-labelledby='contract_files']",
                ):
                    shown, expected = (
                        [" ".join(node.text_content().split()) for node in page.xpath(part)]
                        for page in (preview, own)
                    )
                    self.assertEqual(shown, expected, part)

    def test_everything_leads_back_to_the_preview(self):
        contract = self._create_sent()
        contract.allow_delegation = True
        self._log_in(self.manager)
        url = f"/my/contracts/{contract.id}"
        for partner in (self.customer, self.requester.partner_id, self.observer.partner_id):
            page = html.fromstring(self._read(contract, partner))
            addresses = page.xpath(
                "//*[contains(@class, 'o_contract_page')]//form/@action"
                " | //*[contains(@class, 'o_contract_page')]//a/@href"
                " | //*[contains(@class, 'o_contract_page')]//@data-url"
            )
            for node in page.xpath("//owl-component/@props"):
                addresses += [part for part in node.split('"') if part.startswith("/my/")]
            own = [address for address in addresses if url in address]
            self.assertTrue(own)
            for address in own:
                self.assertIn("/preview/", address)
            self.assertFalse(page.xpath("//*[contains(@class, 'o_portal_chatter')]"))

    def test_acts_are_refused(self):
        contract = self._create_sent()
        before = contract.trail_length
        self._log_in(self.manager)
        page = self._read(contract, self.customer)
        self.assertTrue(page)
        acts = ("approve", "decline", "dispute", "message", "delegate", "channel", "values")
        for act in acts:
            path = self._path(contract, self.customer, f"/{act}")
            response = self._post(path, reason="No", question="Why?", channel="paper")
            self.assertEqual(response.status_code, 403, act)
            self.assertIn("Nothing was done", response.text)
        for act in ("sign", "code"):
            answer = self.make_jsonrpc_request(
                self._path(contract, self.customer, f"/{act}"),
                {
                    "name": "Carla Customer",
                    "signature": self.signature,
                    "digest": contract.current_version_id.content_digest,
                    "consent": self.consent.digest,
                },
            )
            self.assertEqual(answer["reason"], "preview", act)
        for suffix in ("/paper", "/link"):
            self.assertEqual(
                self._get(self._path(contract, self.customer, suffix)).status_code, 403
            )
        contract.invalidate_recordset()
        self.assertEqual(contract.trail_length, before)
        self.assertEqual(self._get_participant(contract, self.customer).state, "requested")

    def test_manager_in_turn_does_not_sign_from_a_preview(self):
        contract = self._create()
        contract.participant_ids.filtered(
            lambda one: one.partner_id == self.manager.partner_id
        ).sequence = 20
        contract.action_send()
        self._log_in(self.manager)
        params = {
            "name": "Mona Manager",
            "signature": self.signature,
            "digest": contract.current_version_id.content_digest,
            "consent": self.consent.digest,
        }
        path = self._path(contract, self.customer, "/sign")
        self.assertEqual(self.make_jsonrpc_request(path, params)["reason"], "preview")
        contract.invalidate_recordset()
        self.assertFalse(contract.signature_ids)

    def test_nothing_is_recorded(self):
        contract = self._create_sent()
        before = contract.trail_length
        self._log_in(self.manager)
        for suffix in (
            "",
            "?report_type=html",
            "?report_type=pdf",
            "?report_type=pdf&download=true",
            f"/document/{self.document.id}",
        ):
            response = self._get(self._path(contract, self.customer, suffix))
            self.assertEqual(response.status_code, 200, suffix)
        hidden = contract.document_ids - self.document
        response = self._get(self._path(contract, self.customer, f"/document/{hidden.id}"))
        self.assertEqual(response.status_code, 404)
        contract.invalidate_recordset()
        self.assertEqual(contract.trail_length, before)
        self.assertEqual(self._get_participant(contract, self.customer).state, "requested")
        self._log_in(self.manager)
        self.assertIn("Mona Manager", self._get("/my").text, "the session remains the manager's")

    def test_who_sees_nothing(self):
        contract = self._create()
        self._log_in(self.manager)
        for partner, text in (
            (self.requester.partner_id, "is not shared"),
            (self.observer.partner_id, "is not shared"),
            (self.customer, "has not been sent yet"),
            (self.link_holder, "has not been sent yet"),
        ):
            page = self._read(contract, partner)
            self.assertIn("does not see this contract", page)
            self.assertIn(text, page)
            self.assertNotIn("We maintain the ovens.", page)
        contract.action_share_with_customer()
        page = self._read(contract, self.requester.partner_id)
        self.assertIn("We maintain the ovens.", page)
        self.assertIn('data-watermark="DRAFT"', page)
        self.assertIn("This contract is in preparation", page)
        self.assertIn("does not see this contract", self._read(contract, self.customer))
        self._sign_as_manager(contract)
        contract.action_send()
        self.assertIn("when it is the person", self._read(contract, self.link_holder))
        self.assertIn("colleagues of", self._read(contract, self.colleague.partner_id))
        self.customer_company.contract_colleague_access = True
        page = self._read(contract, self.colleague.partner_id)
        self.assertIn("We maintain the ovens.", page)
        self.assertNotIn("customer_contract.sign_form", page)

    def test_link_holder_in_turn(self):
        contract = self._create_sent()
        self._sign_as_customer(contract)
        self._log_in(self.manager)
        page = self._read(contract, self.link_holder)
        self.assertIn("customer_contract.sign_form", page)

    def test_employee(self):
        contract = self._create()
        contract.participant_ids.filtered(
            lambda one: one.partner_id == self.manager.partner_id
        ).sequence = 20
        contract.action_send()
        self._log_in(self.manager)
        self.assertIn("Your signature is needed", self._read(contract, self.manager.partner_id))

    def test_who_may_preview(self):
        contract = self._create_sent()
        path = self._path(contract, self.customer)
        for user in (None, self.portal_user, self.requester, self.stranger, self.agent):
            self._log_in(user)
            for suffix in ("", "?report_type=html", f"/document/{self.document.id}", "/sign"):
                response = self._get(path + suffix)
                self.assertEqual(response.status_code, 303, (user, suffix))
                self.assertNotIn("We maintain", response.text)
        self._log_in(self.manager)
        for partner in (self.stranger.partner_id, self.agent.partner_id):
            self.assertEqual(self._get(self._path(contract, partner)).status_code, 303)
        self.assertEqual(
            self._get(f"/my/contracts/{contract.id}/preview/99999999").status_code, 303
        )
        self.assertEqual(
            self._get(f"/my/contracts/99999999/preview/{self.customer.id}").status_code, 303
        )

    def test_dialog(self):
        contract = self._create()
        Dialog = self.env["customer.contract.preview"].with_user(self.manager)
        dialog = Form(Dialog.with_context(default_contract_id=contract.id))
        self.assertEqual(dialog.partner_id, self.requester.partner_id)
        self.assertEqual(dialog.part, "Requester")
        dialog.partner_id = self.observer.partner_id
        self.assertEqual(dialog.part, "Observer")
        action = dialog.save().action_confirm()
        self.assertEqual(action["url"], self._path(contract, self.observer.partner_id))
        with self.assertRaises(AccessError):
            contract.with_user(self.agent).action_open_preview()

    def test_addresses_in_mails_are_never_previews(self):
        contract = self._create_sent()
        tricked = contract.with_context(customer_contract_preview_as="../../evil")
        self.assertEqual(tricked.access_url, f"/my/contracts/{contract.id}")
