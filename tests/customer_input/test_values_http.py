import json
from urllib.parse import urlsplit

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..custom_field.common import ContractValueCommon
from ..portal.common import ContractPortalCommon


@tagged("post_install", "-at_install")
class TestValuesHttp(ContractValueCommon, ContractPortalCommon):
    """What visitors of the page can do to details, and what they cannot."""

    def _fill_in(self, contract, **params):
        params = {
            "act": "confirm",
            "values": {},
            "digest": contract.current_version_id.content_digest,
            **params,
        }
        answer = self.make_jsonrpc_request(f"/my/contracts/{contract.id}/values", params)
        self.env.invalidate_all()
        return answer

    def test_from_page_to_signature(self):
        contract = self._create_sent_delivery()
        self._log_in(self.portal_user)
        page = self._get(f"/my/contracts/{contract.id}").text
        self.assertIn('id="your_details"', page)
        self.assertNotIn('id="contract_sign"', page)
        self.assertIn("errors", self._fill_in(contract, act="save", values={"ovens": "many"}))
        page = self._get(f"/my/contracts/{contract.id}").text
        self.assertIn('value="many"', page, "What was typed is there again.")
        self.assertIn('aria-invalid="true"', page)
        answer = self._sign(contract)
        self.assertIn("confirm your details", answer["error"])
        answer = self._fill_in(contract, values={"ovens": "5"}, revision=1)
        self.assertIn("message=values_changed", answer["redirect_url"])
        page = self._get(f"/my/contracts/{contract.id}?message=values_changed").text
        self.assertIn('id="contract_sign"', page)
        self.assertIn(contract.current_version_id.content_digest, page)
        self.assertIn('data-contract-value="ovens">5<', page)
        self.assertIn("redirect_url", self._sign(contract))
        page = self._get(f"/my/contracts/{contract.id}").text
        self.assertNotIn('id="your_details"', page)

    def test_unconfirmed_changes_are_not_passed_over(self):
        contract = self._create_sent_delivery()
        self._log_in(self.portal_user)
        self._fill_in(contract)
        self._fill_in(contract, act="save", values={"ovens": "7"})
        self.assertIn("undo", self._sign(contract)["error"])
        self._fill_in(contract, act="save", values={"ovens": "2"}, revision=1)
        self.assertIn("redirect_url", self._sign(contract))

    def test_invalid(self):
        contract = self._create_sent_delivery()
        self._log_in(self.portal_user)
        answer = self._fill_in(contract, values={"ovens": "99", "delivery_date": ""})
        self.assertEqual(answer["reason"], "invalid")
        self.assertEqual(set(answer["errors"]), {"ovens", "delivery_date"})
        self.assertEqual(contract.current_version_id.number, 1)

    def test_attacks(self):
        contract = self._create_sent_delivery()
        self._log_in(self.portal_user)
        for params in (
            {"values": {"margin": "1"}},
            {"values": {"amount_total": "1"}},
            {"values": {"properties": "{}"}},
            {"values": {"ovens": 5}},
            {"values": {"ovens": None}},
            {"values": {"ovens": {"$ne": 1}}},
            {"values": ["ovens"]},
            {"values": "ovens"},
            {"values": {"remarks": "x" * 20000}},
            {"act": "delete"},
            {"act": ["confirm"]},
            {"act": {"confirm": 1}},
            {"act": "withdraw"},
            {"act": "save", "values": {"margin": "1"}},
        ):
            with self.subTest(params=str(params)[:60]):
                answer = self._fill_in(contract, **params)
                self.assertEqual(answer["reason"], "not_possible")
        for digest in ("", "0" * 64, None, 5, ["x"]):
            with self.subTest(digest=digest):
                answer = self._fill_in(contract, digest=digest, values={"ovens": "5"}, revision=1)
                self.assertEqual(answer["reason"], "conflict")
        self.assertEqual(contract.current_version_id.number, 1)
        self.assertEqual(contract.sudo().properties["ovens"], 2)

    def test_revisions_of_any_kind(self):
        contract = self._create_sent_delivery()
        self._log_in(self.portal_user)
        self._fill_in(contract, act="save", values={"ovens": "5"})
        for revision in (None, "1", -1, {"a": 1}, 10**30):
            with self.subTest(revision=revision):
                answer = self._fill_in(
                    contract, act="save", values={"ovens": "6"}, revision=revision
                )
                self.assertEqual(answer["reason"], "stale")
                self.assertEqual(answer["values"], {"ovens": "5"})

    def test_too_large(self):
        contract = self._create_sent_delivery()
        self._log_in(self.portal_user)
        body = {"params": {"act": "save", "values": {"remarks": "x" * 400_000}}}
        with mute_logger("odoo.http"):
            response = self.url_open(
                f"/my/contracts/{contract.id}/values",
                data=json.dumps(body),
                headers={"Content-Type": "application/json"},
            )
        self.assertNotIn('"revision"', response.text)

    def test_markup_is_text(self):
        contract = self._create_delivery()
        contract.section_ids[0].body = "<p>Note: {{ Remarks }}</p>"
        contract.action_send()
        self._log_in(self.portal_user)
        evil = '</textarea><script>alert(1)</script>"><img src=x onerror=alert(1)>{{ Ovens }}'
        self._fill_in(contract, act="save", values={"remarks": evil, "tax_id": evil})
        page = self._get(f"/my/contracts/{contract.id}").text
        self.assertNotIn("<script>alert", page)
        self.assertNotIn("<img src=x", page)
        self._fill_in(contract, values={"remarks": evil, "tax_id": ""}, revision=1)
        self.assertEqual(contract.current_version_id.number, 2)
        page = self._get(f"/my/contracts/{contract.id}").text
        self.assertNotIn("<script>alert", page)
        self.assertNotIn("<img src=x", page)
        report = self._get(f"/my/contracts/{contract.id}?report_type=html").text
        self.assertNotIn("<script>alert", report)
        self.assertNotIn("<img src=x", report)

    def test_other_people(self):
        contract = self._create_sent_delivery()
        colleague = self._create_portal_user("colleague_v", "Colleague", self.customer_company)
        stranger = self._create_portal_user("stranger_v", "Stranger")
        for user, reason in (
            (colleague, "no_access"),
            (stranger, "no_access"),
            (None, "no_access"),
            (self.manager, "not_possible"),
            (self.env.ref("base.user_admin"), "not_a_signer"),
        ):
            self._log_in(user)
            for act in ("save", "confirm", "withdraw"):
                with self.subTest(user=user and user.login, act=act):
                    answer = self._fill_in(contract, act=act, values={"ovens": "5"})
                    self.assertEqual(answer["reason"], reason)
                    self.assertNotIn("revision", answer)
        self.assertEqual(contract.current_version_id.number, 1)

    def test_preview_shows_no_form(self):
        contract = self._create_sent_delivery()
        self._log_in(self.env.ref("base.user_admin"))
        page = self._get(f"/my/contracts/{contract.id}").text
        self.assertNotIn("o_contract_values_form", page)

    def test_revoked_link(self):
        contract = self._create_sent_delivery(requester_id=self.link_holder.id)
        self._open_link(contract, self.link_holder)
        contract.sudo()._revoke_links()
        self.assertEqual(self._fill_in(contract, values={"ovens": "5"})["reason"], "no_access")

    def test_link_stays_open_for_the_new_version(self):
        contract = self._create_sent_delivery(requester_id=self.link_holder.id)
        self._open_link(contract, self.link_holder)
        answer = self._fill_in(contract, values={"ovens": "5"})
        self.assertIn("redirect_url", answer)
        self.assertIn("redirect_url", self._sign(contract, name="Lina Link"))
        event = contract.sudo().event_ids.filtered(lambda one: one.event_type == "values_changed")
        self.assertEqual(event.identified_by, "link")
        self.assertEqual(event.actor, "Lina Link")

    def test_code(self):
        self.contract_type.identity_policy = "code"
        contract = self._create_sent_delivery(requester_id=self.link_holder.id)
        self._open_link(contract, self.link_holder)
        answer = self._fill_in(contract, act="save", values={"ovens": "5"})
        self.assertEqual(answer["reason"], "code")
        answer = self._fill_in(contract, values={"ovens": "5"}, code="000000")
        self.assertEqual(answer["reason"], "code")
        self.assertEqual(contract.current_version_id.number, 1)
        participant = self._get_participant(contract, self.link_holder)
        code = self.env["customer.contract.code"].sudo()._issue(participant)
        answer = self._fill_in(contract, values={"ovens": "5"}, code=code)
        self.assertIn("redirect_url", answer)
        # It is the same sitting: the code counts for the new version.
        self.assertIn("redirect_url", self._sign(contract, name="Lina Link"))
        signature = contract.sudo().signature_ids
        self.assertEqual(signature.identified_by, "link_code")

    def test_in_person(self):
        contract = self._create_sent_delivery()
        address = contract.with_user(self.manager)._hand_over(
            self._get_participant(contract, self.customer)
        )
        self.env.flush_all()
        self._log_in()
        self._post(f"{urlsplit(address).path}/start")
        page = self._get(contract.access_url).text
        self.assertIn("o_contract_values_form", page)
        self.assertIn("redirect_url", self._fill_in(contract, values={"ovens": "5"}))
        self.assertIn("redirect_url", self._sign(contract), "It is the same sitting.")
        signature = contract.sudo().signature_ids
        self.assertEqual(signature.identified_by, "in_person")
        self.assertEqual(signature.version_id.number, 2)

    def test_paper(self):
        contract = self._create_sent_delivery()
        customer = self._get_participant(contract, self.customer)
        self._log_in(self.portal_user)
        self._post(f"/my/contracts/{contract.id}/channel", channel="paper")
        answer = self._get(f"/my/contracts/{contract.id}/paper")
        self.assertNotEqual(answer.headers.get("Content-Type"), "application/pdf")
        self._fill_in(contract)
        answer = self._get(f"/my/contracts/{contract.id}/paper")
        self.assertEqual(answer.headers.get("Content-Type"), "application/pdf")
        paper = self.env["customer.contract.paper"].sudo()._ensure_draft(customer)
        paper._write_protected({"state": "submitted"})
        answer = self._fill_in(contract, values={"ovens": "5"})
        self.assertIn("signed on paper", answer["error"])
        paper._write_protected({"state": "draft"})
        self._fill_in(contract, values={"ovens": "5"})
        self.assertEqual(paper.state, "void", "Pages of the version before are worth nothing.")

    def test_portal_policy(self):
        self.contract_type.identity_policy = "portal"
        contract = self._create_sent_delivery()
        self._open_link(contract, self.customer)
        self.assertEqual(self._fill_in(contract, values={"ovens": "5"})["reason"], "not_possible")
        self.assertEqual(
            self._fill_in(contract, act="save", values={"ovens": "5"})["reason"], "not_possible"
        )

    def test_second_person_is_told_on_the_page(self):
        contract = self._create_delivery()
        customer = self._get_participant(contract, self.customer)
        self.env["customer.contract.participant"].create(
            {
                "contract_id": contract.id,
                "partner_id": self.link_holder.id,
                "sequence": customer.sequence,
            }
        )
        contract.action_send()
        seen = contract.current_version_id.content_digest
        self._open_link(contract, self.link_holder)
        self._fill_in(contract, act="save", values={"ovens": "9"})
        self._confirm(contract, ovens="4")
        answer = self._fill_in(contract, values={"ovens": "9"}, digest=seen, revision=1)
        self.assertEqual(answer["reason"], "conflict")
        self.assertIn("Carla Customer changed Ovens to 4", answer["conflicts"][0]["text"])
        page = self._get(f"/my/contracts/{contract.id}").text
        self.assertIn('value="9"', page)
        self.assertIn("Carla Customer changed Ovens to 4", page)
        answer = self._fill_in(contract, values={"ovens": "9"}, revision=answer["revision"])
        self.assertIn("redirect_url", answer)
        self.assertEqual(contract.sudo().properties["ovens"], 9)

    def test_waiting_change(self):
        contract = self._create_countersigned_delivery()
        self._log_in(self.portal_user)
        page = self._get(f"/my/contracts/{contract.id}").text
        self.assertIn("Mona Manager signed already", " ".join(page.replace("<t>", "").split()))
        answer = self._fill_in(contract, values={"carrier": "post"})
        self.assertIn("values_proposed", answer["redirect_url"])
        page = self._get(f"/my/contracts/{contract.id}").text
        self.assertIn("waits to be accepted", page)
        self.assertNotIn('id="contract_sign"', page)
        self.assertIn("has to be accepted", self._sign(contract)["error"])
        answer = self._fill_in(contract, act="withdraw")
        self.assertIn("values_withdrawn", answer["redirect_url"])
        page = self._get(f"/my/contracts/{contract.id}").text
        self.assertIn("o_contract_values_form", page)
        self.assertIn('value="post" selected', page)

    def test_refusal_is_told(self):
        contract = self._create_sent_delivery()
        self._confirm(contract, carrier="post")
        contract.action_refuse_values("The post is too slow.")
        self._log_in(self.portal_user)
        page = self._get(f"/my/contracts/{contract.id}").text
        self.assertIn("The post is too slow.", page)

    def test_attempts_are_recorded(self):
        contract = self._create_countersigned_delivery()
        contract.sudo().participant_ids.filtered(
            lambda person: person.party == "counterparty"
        )._write_protected({"state": "waiting"})
        self._log_in(self.portal_user)
        before = self._count_events(contract, "refused")
        self._fill_in(contract, values={"ovens": "5"})
        self.assertEqual(self._count_events(contract, "refused"), before + 1)
