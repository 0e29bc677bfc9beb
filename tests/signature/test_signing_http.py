import base64
import io

from PIL import Image

from odoo import Command
from odoo.tests import tagged

from ..common import make_signature_picture
from ..portal.common import ContractPortalCommon


def _encode(content):
    return base64.b64encode(content).decode()


@tagged("post_install", "-at_install")
class TestSigningHttp(ContractPortalCommon):
    """Signing, approving and objecting over HTTP."""

    def setUp(self):
        super().setUp()
        self.contract = self._create_sent_contract()
        self.url = f"/my/contracts/{self.contract.id}"
        self._log_in(self.portal_user)

    def _assert_nothing_signed(self, contract=None):
        contract = contract or self.contract
        contract.invalidate_recordset()
        self.assertEqual(contract.state, "sent")
        self.assertEqual(len(contract.signature_ids), 1)

    # === SIGNING === #

    def test_sign_with_account(self):
        answer = self._sign(self.contract, name="  Carla \n Customer ")
        self.assertEqual(
            answer,
            {"redirect_url": f"{self.url}?message=signed", "force_refresh": True},
        )
        self.assertEqual(self.contract.state, "signed")
        signature = self.contract.sudo().signature_ids.filtered(
            lambda row: row.participant_id.partner_id == self.customer
        )
        self.assertEqual(signature.signed_by, "Carla Customer")
        self.assertEqual(signature.account, "contract_customer")
        self.assertEqual(signature.consent_digest, self.consent.digest)
        self.assertEqual(signature.content_digest, self.contract.current_version_id.content_digest)
        self.assertTrue(signature.ip_address)
        self.assertTrue(signature.user_agent)
        self._finalize(self.contract)
        self.assertTrue(self.contract.verify_integrity()["ok"])
        page = self.url_open(answer["redirect_url"]).text
        self.assertIn("Thank you, you have signed", page)

    def test_sign_by_link(self):
        contract = self._create_sent_contract(requester_id=self.link_holder.id)
        self._open_link(contract, self.link_holder)
        answer = self._sign(contract, name="Lina Link")
        self.assertIn("redirect_url", answer)
        signature = contract.sudo().signature_ids.filtered(
            lambda row: row.participant_id.partner_id == self.link_holder
        )
        self.assertEqual(signature.identified_by, "link")
        self.assertEqual(signature.account, "lina@aurora.example.com")
        event = contract.sudo().event_ids.filtered(
            lambda row: row.event_type == "signed" and row.actor == "Lina Link"
        )
        self.assertEqual(len(event), 1)

    def test_consent_as_a_plain_yes(self):
        self.assertIn("redirect_url", self._sign(self.contract, consent=True))

    def test_missing_or_outdated_consent(self):
        for consent in (False, None, "", 0, []):
            self.assertIn("tick the box", self._sign(self.contract, consent=consent)["error"])
        answer = self._sign(self.contract, consent="0" * 64)
        self.assertIn("has changed", answer["error"])
        self._assert_nothing_signed()

    def test_twice(self):
        self._sign(self.contract)
        answer = self._sign(self.contract)
        self.assertEqual(answer["error"], "You have already signed this contract.")
        self.assertEqual(len(self.contract.signature_ids), 2)
        self.assertEqual(self._count_events(self.contract, "refused"), 1)

    def test_out_of_turn(self):
        contract = self._create_contract()
        contract.action_send()
        answer = self._sign(contract)
        self.assertIn("Mona Manager comes first", answer["error"])
        self.assertFalse(contract.signature_ids)
        self.assertEqual(self._count_events(contract, "refused"), 1)

    def test_other_digest(self):
        for digest in ("0" * 64, "", None, 7, ["a"], "é"):
            answer = self._sign(self.contract, digest=digest)
            self.assertEqual(answer["reason"], "version_changed")
            self.assertEqual(answer["changes"], "")
        self._assert_nothing_signed()

    def test_outdated_digest_shows_what_changed(self):
        old = self.contract.current_version_id.content_digest
        self.contract.action_new_version()
        section = self.contract.section_ids[1]
        section.body = "<p>The price is negotiable.</p>"
        self.contract.section_ids = [
            Command.create({"title": "New <i>clause</i>", "body": "<p>Surprise</p>"})
        ]
        self.contract.amount_total = 1500
        self._sign_as_manager(self.contract)
        self.contract.action_send()
        answer = self._sign(self.contract, digest=old)
        self.assertEqual(answer["reason"], "version_changed")
        self.assertIn("changed since you opened it", answer["error"])
        changes = answer["changes"]
        self.assertIn("<del>fixed.</del>", changes)
        self.assertIn("<ins>negotiable.</ins>", changes)
        self.assertIn("<ins>Surprise</ins>", changes)
        self.assertIn("New &lt;i&gt;clause&lt;/i&gt;", changes)
        self.assertIn("1500.00", changes)
        self.assertNotIn("We maintain the ovens.", changes)
        self.assertEqual(self._count_events(self.contract, "refused"), 1)
        self.assertIn("redirect_url", self._sign(self.contract))

    def test_digest_of_another_contract_shows_nothing(self):
        other = self._create_sent_contract(title="Other secret")
        answer = self._sign(self.contract, digest=other.current_version_id.content_digest)
        if answer.get("reason") == "version_changed":
            self.assertEqual(answer["changes"], "")
        self._assert_nothing_signed()

    def test_names(self):
        for name in ("", "   ", None, 7, ["a"], "x" * 121):
            self.assertTrue(self._sign(self.contract, name=name)["error"])
        self._assert_nothing_signed()

    def test_pictures_that_are_no_signature(self):
        bomb = io.BytesIO()
        Image.new("1", (8000, 8000)).save(bomb, format="PNG")
        jpeg = io.BytesIO()
        Image.new("RGB", (300, 100)).save(jpeg, format="JPEG")
        for label, picture in (
            ("nothing", None),
            ("empty", ""),
            ("no text", 7),
            ("no base64", "§§§"),
            ("blank", make_signature_picture(line=None)),
            ("one pixel", make_signature_picture(size=(1, 1), line=None)),
            ("dot", make_signature_picture(line=((50, 50), (52, 52)))),
            ("svg", _encode(b'<svg xmlns="http://www.w3.org/2000/svg"/>')),
            ("html", _encode(b"<html><script>attack()</script></html>")),
            ("truncated", _encode(base64.b64decode(self.signature)[:80])),
            ("huge", _encode(bomb.getvalue())),
            ("jpeg", _encode(jpeg.getvalue())),
            ("too many bytes", "A" * (3 * 1024 * 1024)),
        ):
            with self.subTest(label):
                answer = self._sign(self.contract, signature=picture)
                self.assertTrue(answer["error"])
                self.assertNotIn("redirect_url", answer)
        self._assert_nothing_signed()
        self.assertFalse(self._count_events(self.contract, "refused"))
        self.assertIn("redirect_url", self._sign(self.contract))

    def test_too_large_request_is_not_read(self):
        response = self.url_open(
            f"{self.url}/sign",
            json={"jsonrpc": "2.0", "id": 0, "params": {"signature": "A" * 5_000_000}},
        )
        self.assertNotIn("redirect_url", response.text)
        self._assert_nothing_signed()

    def test_other_arguments_have_no_effect(self):
        participant = self._get_participant(self.contract, self.manager.partner_id)
        self._sign(
            self.contract,
            participant_id=participant.id,
            identified_by="backend",
            signed_on="2000-01-01",
            user_id=1,
        )
        signature = self.contract.sudo().signature_ids[-1]
        self.assertEqual(signature.participant_id.partner_id, self.customer)
        self.assertNotEqual(signature.identified_by, "backend")
        self.assertEqual(signature.signed_on.year, signature.signed_on.today().year)

    def test_form_posts_and_reading_do_not_sign(self):
        self.assertEqual(self._get(f"{self.url}/sign").status_code, 405)
        response = self._post(f"{self.url}/sign", name="x", consent="1")
        self.assertGreaterEqual(response.status_code, 400)
        self._assert_nothing_signed()

    # === OBJECTING === #

    def test_decline(self):
        refused = self._post(f"{self.url}/decline", reason="  ")
        self.assertEqual(refused.status_code, 422)
        self.assertIn("Please give a reason.", refused.text)
        self.assertIn('data-dialog="decline"', refused.text)
        self._assert_nothing_signed()
        reason = self.env["customer.contract.refusal.reason"].search([], limit=1)
        answer = self._post(
            f"{self.url}/decline", reason="I found <b>another</b>", reason_id=reason.id
        )
        self.assertEqual(answer.status_code, 303)
        self.contract.invalidate_recordset()
        self.assertEqual(self.contract.state, "declined")
        self.assertEqual(
            self.contract.sudo().closing_reason, f"{reason.name}: I found <b>another</b>"
        )
        page = self.url_open(self.url).text
        self.assertIn("This contract was declined", page)
        self.assertTrue(self._sign(self.contract)["error"])
        late = self._post(f"{self.url}/decline", reason="again")
        self.assertEqual(late.status_code, 422)

    def test_refusal_keeps_what_was_typed(self):
        contract = self._create_contract()
        contract.action_send()
        url = f"/my/contracts/{contract.id}"
        answer = self._post(f"{url}/dispute", reason="The <model> is wrong")
        self.assertEqual(answer.status_code, 422)
        self.assertIn("It is not your turn to act on this contract.", answer.text)
        self.assertEqual(self._count_events(contract, "refused"), 1)
        answer = self._post(f"{self.url}/decline", reason="", reason_id="nonsense")
        self.assertEqual(answer.status_code, 422)

    def test_dispute_and_its_settlement(self):
        answer = self._post(f"{self.url}/dispute", reason="The model is wrong")
        self.assertEqual(answer.status_code, 303)
        self.contract.invalidate_recordset()
        self.assertEqual(self.contract.state, "disputed")
        page = self.url_open(self.url).text
        self.assertIn("This contract is disputed", page)
        self.assertIn("disputed", self._sign(self.contract)["error"])
        self.contract.action_resolve_dispute("It is the right one.")
        self.env.flush_all()
        self.assertIn("redirect_url", self._sign(self.contract))

    def test_decline_by_link(self):
        contract = self._create_sent_contract(requester_id=self.link_holder.id)
        self._open_link(contract, self.link_holder)
        self._post(f"/my/contracts/{contract.id}/decline", reason="No need")
        contract.invalidate_recordset()
        self.assertEqual(contract.state, "declined")
        event = contract.sudo().event_ids.filtered(lambda row: row.event_type == "declined")
        self.assertEqual(event.actor, "Lina Link")
        self.assertEqual(event.identified_by, "link")

    # === APPROVING === #

    def _create_submitted_contract(self):
        approver = self._create_portal_user("approver_user", "Anna Approver")
        contract = self._create_contract()
        contract.participant_ids = [
            Command.create(
                {"partner_id": approver.partner_id.id, "role": "approver", "sequence": 5}
            )
        ]
        contract.action_submit()
        self._log_in(approver)
        return contract

    def test_approve(self):
        contract = self._create_submitted_contract()
        url = f"/my/contracts/{contract.id}/approve"
        refused = self._post(url, digest="0" * 64)
        self.assertEqual(refused.status_code, 422)
        self.assertIn("changed since you opened it", refused.text)
        digest = contract.current_version_id.content_digest
        self.assertEqual(self._post(url, digest=digest).status_code, 303)
        contract.invalidate_recordset()
        self.assertEqual(self._count_events(contract, "approved"), 1)
        self.assertEqual(contract.state, "sent")
        self.assertEqual(self._post(url, digest=digest).status_code, 422)
        self.assertEqual(self._count_events(contract, "approved"), 1)

    def test_send_back(self):
        contract = self._create_submitted_contract()
        url = f"/my/contracts/{contract.id}/approve"
        refused = self._post(url, decision="send_back", reason=" ")
        self.assertEqual(refused.status_code, 422)
        self._post(url, decision="send_back", reason="Too cheap")
        contract.invalidate_recordset()
        self.assertEqual(contract.state, "draft")
        self.assertEqual(self._count_events(contract, "sent_back"), 1)

    def test_signers_cannot_approve_or_send_back(self):
        digest = self.contract.current_version_id.content_digest
        for values in ({"digest": digest}, {"decision": "send_back", "reason": "x"}):
            answer = self._post(f"{self.url}/approve", **values)
            self.assertEqual(answer.status_code, 422)
        self._assert_nothing_signed()
