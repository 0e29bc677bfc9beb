from odoo import Command
from odoo.tests import new_test_user, tagged

from .common import ContractPortalCommon

VIEWS = ("", "?report_type=html", "?report_type=pdf", "/document/%s")


@tagged("post_install", "-at_install")
class TestPortalAccess(ContractPortalCommon):
    """Who sees and does what: every kind of visitor at every route."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.observer = cls._create_portal_user(
            "observer_user", "Olga Observer", cls.customer_company
        )
        cls.requester = cls._create_portal_user(
            "requester_user", "Rick Requester", cls.customer_company
        )
        cls.colleague = cls._create_portal_user(
            "colleague_user", "Colin Colleague", cls.customer_company
        )
        cls.stranger = cls._create_portal_user("stranger_user", "Stan Stranger")
        cls.clerk = new_test_user(cls.env, login="clerk_user_1", name="Clara Clerk")
        cls.agent = new_test_user(
            cls.env,
            login="other_agent",
            name="Alan Agent",
            groups="customer_contract.group_contract_user",
        )
        cls.head = new_test_user(
            cls.env,
            login="contract_head",
            name="Hanna Head",
            groups="customer_contract.group_contract_manager,"
            "customer_contract.group_contract_esign",
        )

    def setUp(self):
        super().setUp()
        self.contract = self._create_contract(
            requester_id=self.requester.partner_id.id,
            participant_ids=[
                Command.create({"partner_id": partner.id, "role": role, "sequence": order})
                for partner, role, order in (
                    (self.manager.partner_id, "signer", 10),
                    (self.customer, "signer", 20),
                    (self.link_holder, "signer", 20),
                    (self.observer.partner_id, "observer", 20),
                )
            ],
        )
        self.document = self.env["customer.contract.document"].create(
            {
                "contract_id": self.contract.id,
                "name": "ovens.pdf",
                "raw": b"%PDF-1.4 list of ovens",
                "mimetype": "application/pdf",
                "portal_visible": True,
            }
        )
        self._sign_as_manager(self.contract)
        self.contract.action_send()
        self.url = f"/my/contracts/{self.contract.id}"

    def _views(self):
        """Return the addresses under which the contract is read."""
        return [self.url + view.replace("%s", str(self.document.id)) for view in VIEWS]

    def _assert_reads(self, may_act):
        """Check that the visitor reads everything, and is offered to sign or not."""
        for address in self._views():
            with self.subTest(address=address):
                self.assertEqual(self._get(address).status_code, 200)
        page = self._get(self.url).text
        self.assertIn("We maintain the ovens.", page)
        self.assertEqual("customer_contract.sign_form" in page, may_act)

    def _assert_reads_nothing(self, goes_to):
        """Check that the visitor is sent away and learns nothing."""
        for address in self._views():
            with self.subTest(address=address):
                response = self._get(address)
                self.assertEqual(response.status_code, 303)
                self.assertIn(goes_to, response.headers["Location"])
        missing = self._get("/my/contracts/99999999")
        self.assertEqual(missing.status_code, 303)
        self.assertIn(goes_to, missing.headers["Location"])

    def _assert_cannot_act(self):
        """Check that nothing the visitor sends has any effect."""
        answer = self._sign(self.contract)
        self.assertTrue(answer["error"])
        for act in ("approve", "decline", "dispute", "message"):
            response = self._post(f"{self.url}/{act}", reason="No!", question="Why?")
            self.assertIn(response.status_code, (303, 410, 422), act)
        self.contract.invalidate_recordset()
        self.assertEqual(self.contract.state, "sent")
        self.assertEqual(len(self.contract.signature_ids), 1)
        states = self.contract.sudo().participant_ids.filtered(
            lambda person: person.sequence == 20 and person.role == "signer"
        )
        self.assertLessEqual(set(states.mapped("state")), {"requested", "viewed"})

    def test_signer_with_account(self):
        self._log_in(self.portal_user)
        self._assert_reads(may_act=True)
        self.assertIn("redirect_url", self._sign(self.contract))

    def test_observer(self):
        self._log_in(self.observer)
        self._assert_reads(may_act=False)
        answer = self._sign(self.contract)
        self.assertTrue(answer["error"])
        for act in ("approve", "decline", "dispute"):
            self.assertEqual(self._post(f"{self.url}/{act}", reason="No!").status_code, 422)
        self.contract.invalidate_recordset()
        self.assertEqual(self.contract.state, "sent")
        self.assertEqual(len(self.contract.signature_ids), 1)

    def test_requester(self):
        self._log_in(self.requester)
        self._assert_reads(may_act=False)
        self._assert_cannot_act()

    def test_requester_of_contract_hidden_from_portal(self):
        self.contract.portal_published = False
        self._log_in(self.requester)
        self._assert_reads_nothing("/my")
        self._log_in(self.portal_user)
        self._assert_reads(may_act=True)

    def test_colleague_and_stranger(self):
        for user in (self.colleague, self.stranger):
            with self.subTest(user=user.name):
                self._log_in(user)
                self._assert_reads_nothing("/my")
                self._assert_cannot_act()

    def test_nobody(self):
        self._log_in()
        self._assert_reads_nothing("/web/login")
        self._assert_cannot_act()

    def test_link_holder(self):
        self.assertEqual(self._open_link(self.contract, self.link_holder).status_code, 200)
        self._assert_reads(may_act=True)
        self.assertIn("redirect_url", self._sign(self.contract, name="Lina Link"))

    def test_link_opens_no_other_contract(self):
        other = self._create_sent_contract()
        self._open_link(self.contract, self.link_holder)
        response = self._get(f"/my/contracts/{other.id}")
        self.assertEqual(response.status_code, 303)
        self.assertIn("/web/login", response.headers["Location"])
        self.assertTrue(self._sign(other)["error"])

    def test_link_of_somebody_else(self):
        path = self._issue_link(self.contract, self.link_holder)
        for user in (self.portal_user, self.stranger, self.clerk, self.manager):
            with self.subTest(user=user.name):
                self._log_in(user)
                response = self._get(path)
                self.assertEqual(response.status_code, 403)
                self.assertIn("This link was sent to somebody else", response.text)
                self.assertIn(user.name, response.text)
                self.assertNotIn("We maintain the ovens.", response.text)
        self._log_in(self.stranger)
        self._get(path)
        self._assert_reads_nothing("/my")
        self._assert_cannot_act()

    def test_revoked_link(self):
        self._open_link(self.contract, self.link_holder)
        self.contract._revoke_links()
        self._assert_cannot_act()
        for address in self._views():
            response = self._get(address)
            self.assertEqual(response.status_code, 410)
            self.assertNotIn("ovens", response.text)

    def test_employee_without_rights(self):
        self._log_in(self.clerk)
        self._assert_reads_nothing("/my")
        self._assert_cannot_act()

    def test_agent_with_other_contracts(self):
        self._log_in(self.agent)
        self._assert_reads_nothing("/my")
        self._assert_cannot_act()

    def test_employee_with_rights_sees_preview(self):
        self._log_in(self.head)
        self._assert_reads(may_act=False)
        self.assertIn("this is what the customer sees", self._get(self.url).text)
        self._assert_cannot_act()
        self.assertFalse(self._count_events(self.contract, "viewed"))
        self.assertFalse(self._count_events(self.contract, "downloaded"))

    def test_employee_as_participant(self):
        clerk, esign = self.clerk.partner_id, self.env.ref("customer_contract.group_contract_esign")
        self.clerk.group_ids += esign
        contract = self._create_contract(
            participant_ids=[
                Command.create({"partner_id": clerk.id, "role": "signer", "sequence": 10}),
                Command.create({"partner_id": self.customer.id, "sequence": 20}),
            ]
        )
        contract.action_send()
        self.clerk.group_ids -= esign
        self._log_in(self.clerk)
        page = self._get(f"/my/contracts/{contract.id}").text
        self.assertIn("You cannot sign here", page)
        self.assertIn("right to sign contracts for the company", self._sign(contract)["error"])
        self.clerk.group_ids += esign
        self.assertIn("customer_contract.sign_form", self._get(f"/my/contracts/{contract.id}").text)
        self.company.contract_confirm_identity = True
        self.assertIn("confirm your identity", self._sign(contract)["error"])
        self.company.contract_confirm_identity = False
        self.assertIn("redirect_url", self._sign(contract, name="Clara Clerk"))

    def test_draft_and_contract_in_approval(self):
        draft = self._create_contract()
        self._log_in(self.portal_user)
        self.assertEqual(self._get(f"/my/contracts/{draft.id}").status_code, 303)
        approver = self._create_portal_user("approver_user", "Anna Approver")
        contract = self._create_contract()
        contract.participant_ids = [
            Command.create(
                {"partner_id": approver.partner_id.id, "role": "approver", "sequence": 5}
            )
        ]
        contract.action_submit()
        self.assertEqual(self._get(f"/my/contracts/{contract.id}").status_code, 303)
        self._log_in(approver)
        page = self._get(f"/my/contracts/{contract.id}")
        self.assertEqual(page.status_code, 200)
        self.assertIn("contract_approve", page.text)
        self.assertNotIn("customer_contract.sign_form", page.text)

    def test_forms_need_their_token(self):
        self._log_in(self.portal_user)
        for act in ("approve", "decline", "dispute", "message", "link"):
            response = self.url_open(f"{self.url}/{act}", data={"reason": "No!"})
            self.assertEqual(response.status_code, 400)
            self.assertEqual(self._get(f"{self.url}/{act}").status_code, 405)
        self.contract.invalidate_recordset()
        self.assertEqual(self.contract.state, "sent")
