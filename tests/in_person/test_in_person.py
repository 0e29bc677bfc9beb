from datetime import timedelta
from urllib.parse import urlsplit

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ...utils import Actor
from ..common import ContractCommon
from ..portal.common import ContractPortalCommon


@tagged("post_install", "-at_install")
class TestInPerson(ContractCommon):
    """Who may sign on a device that was handed over, and what is kept about it."""

    def _hand_over(self, contract, partner=None):
        """Hand a device over and open it, as its browser does."""
        participant = self._get_participant(contract, partner or self.customer)
        address = contract.with_user(self.manager)._hand_over(
            participant.with_user(self.manager).sudo(False)
        )
        handover = self.env["customer.contract.in.person"]._find(address.rpartition("/")[2])
        handover._open()
        return handover

    def _sign_in_person(self, contract, **values):
        public = self.env.ref("base.public_user")
        return self._sign_as_customer(
            contract.with_user(public), **{"identified_by": "in_person", **values}
        )

    def test_witness_stands_in_signature_trail_and_certificate(self):
        contract = self._create_sent_contract()
        self._hand_over(contract)
        signature = self._sign_in_person(contract)
        self.assertEqual(signature.identified_by, "in_person")
        self.assertEqual(signature.witnessed_by, "Mona Manager")
        self.assertEqual(signature.witness_account, "contract_manager")
        self.assertEqual(signature.identification, "In person, witnessed by Mona Manager")
        self.assertEqual(signature._export()["witnessed_by"], "Mona Manager")
        events = contract.sudo().event_ids
        for kind in ("in_person_started", "signed"):
            event = events.filtered(lambda event, kind=kind: event.event_type == kind)[:1]
            self.assertIn("Mona Manager", event.description)
        self._finalize(contract)
        integrity = contract.verify_integrity()
        self.assertTrue(integrity["ok"], integrity)

    def test_signer_gets_a_mail_at_once(self):
        contract = self._create_sent_contract()
        self._hand_over(contract)
        self._sign_in_person(contract)
        message = contract.sudo().message_ids.filtered(
            lambda message: "You have signed" in (message.subject or "")
        )
        self.assertIn(self.customer, message.partner_ids)
        self.assertIn("Mona Manager", message.body)

    def test_nobody_signs_in_person_without_a_device_handed_over(self):
        contract = self._create_sent_contract()
        with self.assertRaisesRegex(UserError, "hand the device back"):
            self._sign_in_person(contract)
        handover = self._hand_over(contract)
        with freeze_time(fields.Datetime.now() + timedelta(minutes=31)):
            with self.assertRaisesRegex(UserError, "hand the device back"):
                self._sign_in_person(contract)
        handover._close()
        with self.assertRaisesRegex(UserError, "hand the device back"):
            self._sign_in_person(contract)
        self.assertFalse(self._get_participant(contract, self.customer).signature_ids)

    def test_token_opens_once_and_not_for_long(self):
        contract = self._create_sent_contract()
        Handover = self.env["customer.contract.in.person"]
        address = contract._hand_over(self._get_participant(contract, self.customer))
        token = address.rpartition("/")[2]
        self.assertNotIn(token, str(Handover.search_read([])), "only its digest is stored")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=16)):
            self.assertFalse(Handover._find(token))
        Handover._find(token)._open()
        self.assertFalse(Handover._find(token))
        other = contract._hand_over(self._get_participant(contract, self.customer))
        self.assertTrue(Handover._find(other.rpartition("/")[2]))
        self.assertFalse(
            Handover._get_of(self._get_participant(contract, self.customer)).filtered("opened_on"),
            "the one before is void",
        )

    def test_identity_policies(self):
        for policy, is_enough in (
            ("link", True),
            ("code", True),
            ("portal", False),
            ("portal_2fa", False),
        ):
            with self.subTest(policy):
                contract = self._create_sent_contract(identity_policy=policy)
                self.assertEqual(contract.can_sign_in_person, is_enough)
                if is_enough:
                    self._hand_over(contract)
                    self.assertTrue(self._sign_in_person(contract))
                else:
                    with self.assertRaisesRegex(UserError, "log in"):
                        self._hand_over(contract)
                    with self.assertRaises(UserError):
                        self._sign_in_person(contract)

    def test_only_for_signers_outside_in_turn(self):
        contract = self._create_sent_contract()
        with self.assertRaisesRegex(UserError, "outside your company"):
            self._hand_over(contract, self.manager.partner_id)
        waiting = self._create_contract()
        waiting.action_send()
        with self.assertRaises(UserError):
            self._hand_over(waiting)
        self.assertFalse(waiting.can_sign_in_person)

    def test_settings_and_paper(self):
        contract = self._create_sent_contract(allow_in_person=False)
        with self.assertRaisesRegex(UserError, "cannot be signed in person"):
            self._hand_over(contract)
        contract.allow_in_person = True
        self._get_participant(contract, self.customer)._choose_channel("paper", "portal")
        with self.assertRaisesRegex(UserError, "on paper"):
            self._hand_over(contract)
        kind = self.env["customer.contract.type"].create(
            {"name": "Remote", "allow_in_person": False}
        )
        self.assertFalse(self._create_contract(type_id=kind.id).allow_in_person)

    def test_contract_at_the_desk_needs_no_mail(self):
        contract = self._create_contract()
        self._sign_as_manager(contract)
        mails = len(contract.message_ids)
        self._hand_over(contract)
        self.assertEqual(contract.state, "sent")
        self.assertFalse(
            contract.message_ids[: len(contract.message_ids) - mails].filtered(
                lambda message: self.customer in message.partner_ids
            )
        )
        self.assertTrue(self._sign_in_person(contract))

    def test_only_who_may_edit_hands_over(self):
        contract = self._create_sent_contract()
        agent = new_test_user(
            self.env, login="contract_agent", groups="customer_contract.group_contract_user"
        )
        participant = self._get_participant(contract, self.customer)
        for user in (agent, self.portal_user):
            with self.subTest(user.login), self.assertRaises(AccessError):
                contract.with_user(user)._hand_over(participant)
            with self.assertRaises(AccessError):
                self.env["customer.contract.in.person"].with_user(user).search([])
        with self.assertRaises(AccessError):
            self.env["customer.contract.in.person"].with_user(self.manager).create({})

    def test_new_version_or_dispute_ends_it(self):
        contract = self._create_sent_contract()
        handover = self._hand_over(contract)
        contract.sudo()._dispute(
            Actor(self._get_participant(contract, self.customer), "portal"), "The price"
        )
        self.assertFalse(handover._is_usable())
        contract.action_new_version()
        self._sign_as_manager(contract)
        contract.action_send()
        self.assertFalse(handover._is_usable())

    def test_dialog(self):
        contract = self._create_sent_contract()
        action = contract.action_open_in_person()
        dialog = (
            self.env["customer.contract.hand.over"]
            .with_user(self.manager)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(dialog.participant_id.partner_id, self.customer)
        self.assertFalse(dialog.address)
        prepared = dialog.action_prepare()
        dialog = dialog.with_context(**prepared["context"])
        self.assertIn("/contract/in_person/", dialog.address)
        self.assertIn("data:image/png;base64,", dialog.qr_code)
        self.assertEqual(dialog.action_open_here()["url"], dialog.address)
        other = self._create_sent_contract()
        with self.assertRaises(UserError):
            self.env["customer.contract.hand.over"].with_user(self.manager).create(
                {
                    "contract_id": contract.id,
                    "participant_id": self._get_participant(other, self.customer).id,
                }
            ).action_prepare()


@tagged("post_install", "-at_install")
class TestInPersonHttp(ContractPortalCommon):
    """The device in the signer's hands."""

    def _hand_over(self, contract, partner=None):
        """Hand a device over and return the path to open on it."""
        address = contract.with_user(self.manager)._hand_over(
            self._get_participant(contract, partner or self.customer)
        )
        self.env.flush_all()
        return urlsplit(address).path

    def _start(self, path):
        return self._post(f"{path}/start")

    def test_managers_session_ends_before_the_signer_gets_the_device(self):
        contract = self._create_sent_contract()
        other = self._create_sent_contract()
        path = self._hand_over(contract)
        self._log_in(self.manager)
        page = self._get(path)
        self.assertIn("You will be logged out", page.text)
        self.assertEqual(self._get("/my").status_code, 200, "nothing has happened yet")
        manager_session = self.opener.cookies["session_id"]
        answer = self._start(path)
        self.assertEqual(answer.status_code, 303)
        self.assertNotEqual(self.opener.cookies["session_id"], manager_session)
        page = self._get(contract.access_url)
        self.assertEqual(page.status_code, 200)
        self.assertIn("You sign in person", page.text)
        for path in ("/my", "/odoo", "/my/contracts", other.access_url):
            with self.subTest(path):
                reached = self._get(path)
                self.assertTrue(
                    reached.status_code in (303, 404) or "Please hand the device" in reached.text
                )

    def test_old_session_of_the_manager_is_gone(self):
        contract = self._create_sent_contract()
        path = self._hand_over(contract)
        self._log_in(self.manager)
        manager_session = self.opener.cookies["session_id"]
        self._start(path)
        self.opener.cookies.clear()
        self.opener.cookies["session_id"] = manager_session
        self.assertEqual(self._get("/my").status_code, 303)

    def test_page_offers_nothing_but_signing(self):
        contract = self._create_sent_contract()
        self._log_in()
        self._start(self._hand_over(contract))
        page = self._get(contract.access_url).text
        self.assertIn("o_contract_sign_button", page)
        self.assertIn("is your witness", page)
        for absent in (
            "o_contract_more",
            "contract_dispute",
            "contract_decline",
            "o_contract_paper",
            "Messages",
            'id="top"',
            "o_footer",
        ):
            self.assertNotIn(absent, page)
        for act, values in (
            ("decline", {"reason": "No"}),
            ("dispute", {"reason": "No"}),
            ("message", {"question": "Why?"}),
            ("channel", {"channel": "paper"}),
            ("delegate", {"name": "X", "email": "x@aurora.example.com", "reason": "No"}),
        ):
            with self.subTest(act):
                answer = self._post(f"{contract.access_url}/{act}", **values)
                self.assertEqual(answer.status_code, 422)
        contract.invalidate_recordset()
        self.assertEqual(contract.state, "sent")
        self.assertEqual(self._get_participant(contract, self.customer).channel, "esign")

    def test_sign_and_hand_back(self):
        contract = self._create_sent_contract()
        self._log_in()
        path = self._hand_over(contract)
        self._start(path)
        answer = self._sign(contract)
        self.assertIn("redirect_url", answer)
        page = self._get(answer["redirect_url"])
        self.assertIn("Thank you, Carla Customer", page.text)
        self.assertIn("Please hand the device back", page.text)
        signature = self._get_participant(contract, self.customer).signature_ids
        self.assertEqual(signature.identified_by, "in_person")
        self.assertEqual(signature.witnessed_by, "Mona Manager")
        self.assertEqual(signature.account, "carla@aurora.example.com")
        self.assertEqual(self._get(contract.access_url).status_code, 303, "nothing more to see")
        self.assertIn("This has ended", self._get(path).text)

    def test_handing_back_ends_it(self):
        contract = self._create_sent_contract()
        self._log_in()
        self._start(self._hand_over(contract))
        self._post("/contract/in_person/end")
        self.assertEqual(self._get(contract.access_url).status_code, 303)
        self.assertEqual(self._sign(contract)["reason"], "no_access")

    def test_page_with_a_default_name_is_not_for_others_to_sign(self):
        contract = self._create_sent_contract()
        self._log_in()
        self._start(self._hand_over(contract))
        page = self._get(contract.access_url).text
        self.assertIn("&#34;defaultName&#34;: &#34;&#34;", page)
        self.assertIn("name", self._sign(contract, name="")["error"])

    def test_unknown_token_logs_nobody_out(self):
        self._log_in(self.manager)
        self.assertIn("This has ended", self._get("/contract/in_person/nonsense").text)
        self._start("/contract/in_person/nonsense")
        self.assertEqual(self._get("/my").status_code, 200)

    def test_time_is_over(self):
        contract = self._create_sent_contract()
        self._log_in()
        self._start(self._hand_over(contract))
        self.env["customer.contract.in.person"].search([]).write({"expires_on": "2020-01-01"})
        self.env.flush_all()
        self.assertIn("Please hand the device back", self._get(contract.access_url).text)
        self.assertEqual(self._sign(contract)["reason"], "no_access")
