from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...utils import Actor
from ..common import ContractCommon


@tagged("post_install", "-at_install")
class TestLifecycle(ContractCommon):
    def test_draft_gets_reference_and_signers(self):
        contract = self._create_contract()
        self.assertRegex(contract.name, r"^CTR/\d{4}/\d{4}$")
        self.assertEqual(contract.state, "draft")
        self.assertEqual(
            contract.participant_ids.mapped("partner_id"),
            self.manager.partner_id | self.customer,
        )
        manager, customer = contract.participant_ids.sorted("sequence")
        self.assertEqual((manager.party, customer.party), ("company", "counterparty"))
        self.assertEqual(manager.capacity, "Head of Sales")

    def test_references_are_numbered_per_company(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        first = self._create_contract()
        second = self.env["customer.contract"].create(
            {
                "title": "Other",
                "partner_id": self.customer_company.id,
                "company_id": other.id,
            }
        )
        third = self._create_contract()
        self.assertTrue(second.name.endswith("/0001"))
        self.assertEqual(int(third.name[-4:]), int(first.name[-4:]) + 1)

    def test_proposed_signers_follow_the_counterparty(self):
        contract = self._create_contract()
        other = self.env["res.partner"].create({"name": "Otto Other", "email": "otto@x.example"})
        contract.write({"partner_id": other.id})
        self.assertEqual(
            contract.participant_ids.filtered(lambda p: p.party == "counterparty").partner_id,
            other,
        )

    def test_signing_order_setting(self):
        for order, first in (
            ("company_first", self.manager.partner_id),
            ("counterparty_first", self.customer),
            ("parallel", self.manager.partner_id | self.customer),
        ):
            with self.subTest(order):
                self.company.contract_signing_order = order
                contract = self._create_contract()
                self.assertEqual(contract._get_next_participants().partner_id, first)

    def test_whole_story(self):
        contract = self._create_contract()
        self._sign_as_manager(contract)
        self.assertEqual(contract.state, "draft")
        self.assertFalse(contract.is_editable)
        contract.action_send()
        self.assertEqual(contract.state, "sent")
        self.assertTrue(contract.portal_published)
        self.assertEqual(self._get_participant(contract, self.customer).state, "requested")
        self._sign_as_customer(contract)
        self.assertEqual(contract.state, "signed")
        self.assertFalse(contract.signed_document_id)
        self._finalize(contract)
        document = contract.signed_document_id.raw
        self.assertTrue(document.startswith(b"%PDF"))
        self.assertEqual(contract._get_stored_pdf().raw, document)
        last = contract.message_ids.filtered(lambda m: m.attachment_ids)[:1]
        self.assertEqual(last.attachment_ids, contract.signed_document_id)
        self.assertLessEqual(
            self.manager.partner_id | self.customer,
            last.notified_partner_ids | last.author_id,
        )

    def test_everything_missing_is_listed_at_once(self):
        contract = self._create_contract(
            section_ids=[], sign_deadline=fields.Date.today() - timedelta(days=1)
        )
        self.customer.email = False
        with self.assertRaises(UserError) as caught:
            contract.action_send()
        message = str(caught.exception)
        for part in ("no section", "no e-mail address", "deadline to sign has passed"):
            self.assertIn(part, message)
        contract.participant_ids.unlink()
        with self.assertRaisesRegex(UserError, "Nobody is to sign"):
            contract.action_send()
        self.assertEqual(contract.state, "draft")
        self.assertFalse(contract.version_ids)

    def test_sent_contract_is_closed(self):
        contract = self._create_sent_contract()
        for values in (
            {"title": "Other"},
            {"amount_total": 1},
            {"date_end": "2030-01-01"},
            {"partner_id": self.customer.id},
            {"section_ids": [Command.create({"title": "More"})]},
            {"participant_ids": [Command.clear()]},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                contract.write(values)
            with self.subTest(values), self.assertRaises(UserError):
                contract.sudo().write(values)
        section = contract.section_ids[0]
        for attempt in (
            lambda: section.write({"body": "<p>other</p>"}),
            lambda: section.sudo().write({"sequence": 99}),
            section.unlink,
            lambda: section.create({"contract_id": contract.id, "title": "More"}),
            contract.participant_ids[0].unlink,
            lambda: contract.participant_ids[0].write({"sequence": 50}),
        ):
            with self.assertRaises(UserError):
                attempt()

    def test_import_and_mass_edit_cannot_reach_sent_contracts(self):
        contract = self._create_sent_contract()
        xmlid = contract.with_user(self.env.ref("base.user_admin")).export_data(["id"])["datas"][0][
            0
        ]
        result = contract.load(["id", "title"], [[xmlid, "Imported"]])
        self.assertFalse(result["ids"])
        self.assertIn("frozen", result["messages"][0]["message"])
        with self.assertRaises(UserError):
            (contract | self._create_contract()).write({"title": "Mass edit"})

    def test_states_cannot_be_written(self):
        contract = self._create_contract()
        for values in (
            {"state": "signed"},
            {"signed_on": "2026-01-01 10:00:00"},
            {"name": "CTR/1"},
            {"current_version_id": False},
            {"trail_length": 0},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                contract.write(values)
            with self.subTest(values), self.assertRaises(AccessError):
                contract.sudo().with_context(customer_contract_system=True).write(values)
        with self.assertRaises(AccessError):
            contract.participant_ids[0].write({"state": "done"})
        with self.assertRaises(AccessError):
            self._create_contract(state="signed")
        forged = (
            self.env["customer.contract"]
            .with_context(default_state="signed", default_signed_on="2026-01-01 10:00:00")
            .create({"title": "Forged", "partner_id": self.customer_company.id})
        )
        self.assertEqual((forged.state, forged.signed_on), ("draft", False))
        self.assertEqual(set(forged.participant_ids.mapped("state")), {"waiting"})

    def test_new_version_keeps_history(self):
        contract = self._create_sent_contract()
        contract.action_new_version()
        self.assertEqual(contract.state, "draft")
        self.assertTrue(contract.is_editable)
        self.assertEqual(set(contract.participant_ids.mapped("state")), {"waiting"})
        self.assertEqual(len(contract.signature_ids), 1)
        self.assertFalse(contract.current_signature_ids)
        contract.title = "Better Agreement"
        contract.action_send()
        self.assertEqual(contract.version_ids.sorted("number").mapped("number"), [1, 2])
        self.assertEqual(contract.current_version_id.number, 2)
        self.assertEqual(
            self._get_participant(contract, self.manager.partner_id).state, "requested"
        )
        first = contract.version_ids.sorted("number")[0]
        self.assertEqual(first._get_content()["title"], "Maintenance Agreement")

    def test_cancel_voids_everything(self):
        contract = self._create_sent_contract()
        contract.action_cancel(reason="Plans changed")
        self.assertEqual(contract.state, "cancelled")
        self.assertEqual(self._get_participant(contract, self.customer).state, "skipped")
        with self.assertRaises(UserError):
            self._sign_as_customer(contract)
        links = self.env["customer.contract.link"].search(
            [("participant_id.contract_id", "=", contract.id)]
        )
        self.assertTrue(links)
        self.assertTrue(all(links.mapped("is_revoked")))

    def test_signed_contract_cannot_be_cancelled_or_reopened(self):
        contract = self._create_signed_contract()
        for action in (
            contract.action_cancel,
            contract.action_new_version,
            contract.action_send,
        ):
            with self.assertRaises(UserError):
                action()

    def test_decline_needs_reason_and_turn(self):
        contract = self._create_sent_contract()
        customer = self._get_participant(contract, self.customer)
        with self.assertRaises(UserError):
            contract.sudo()._decline(Actor(customer, "portal"), "  ")
        manager = self._get_participant(contract, self.manager.partner_id)
        with self.assertRaises(UserError):
            contract.sudo()._decline(Actor(manager, "portal"), "No")
        contract.sudo()._decline(Actor(customer, "portal"), "Too expensive")
        self.assertEqual((contract.state, customer.state), ("declined", "declined"))
        self.assertIn("Too expensive", contract.message_ids[0].body)

    def test_dispute_is_answered_and_signed(self):
        contract = self._create_sent_contract()
        customer = self._get_participant(contract, self.customer)
        contract.sudo()._dispute(Actor(customer, "portal"), "Clause 2")
        self.assertEqual(contract.state, "disputed")
        with self.assertRaises(UserError):
            self._sign_as_customer(contract)
        with self.assertRaises(UserError):
            contract.action_resolve_dispute("")
        contract.action_resolve_dispute("The price includes parts.")
        self._sign_as_customer(contract)
        self.assertEqual(contract.state, "signed")

    def test_deadline_expires_requests(self):
        contract = self._create_sent_contract(sign_deadline=fields.Date.today())
        contract.sudo()._expire()
        self.assertEqual(contract.state, "sent")
        contract.sudo().sign_deadline = fields.Date.today() - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "deadline"):
            self._sign_as_customer(contract)
        contract.sudo()._expire()
        self.assertEqual(contract.state, "expired")
        self.assertEqual(self._get_participant(contract, self.customer).state, "expired")

    def test_termination_and_life_cycle(self):
        today = fields.Date.context_today(self.company)
        self.assertEqual(self._create_signed_contract().lifecycle, "running")
        for start, end, expected in (
            (1, 400, "upcoming"),
            (-400, 400, "running"),
            (-400, 10, "expiring"),
            (-400, -1, "ended"),
        ):
            contract = self._create_signed_contract(
                date_start=today + timedelta(start), date_end=today + timedelta(end)
            )
            self.assertEqual(contract.lifecycle, expected)
            found = self.env["customer.contract"].search(
                [("lifecycle", "=", expected), ("id", "=", contract.id)]
            )
            self.assertEqual(found, contract)
            others = self.env["customer.contract"].search(
                [("lifecycle", "!=", expected), ("id", "=", contract.id)]
            )
            self.assertFalse(others)
        with self.assertRaises(UserError):
            contract.action_terminate("")
        contract.action_terminate("Not paid", date=today)
        self.assertEqual(contract.lifecycle, "terminated")

    def test_copy_starts_afresh(self):
        contract = self._create_signed_contract()
        copy = contract.copy()
        self.assertEqual(copy.state, "draft")
        self.assertEqual(copy.title, "Maintenance Agreement (copy)")
        self.assertNotEqual(copy.name, contract.name)
        self.assertEqual(copy.section_ids.mapped("title"), ["Scope", "Price"])
        self.assertEqual(copy.participant_ids.partner_id, contract.participant_ids.partner_id)
        self.assertFalse(copy.version_ids | copy.current_version_id)
        self.assertFalse(copy.signature_ids)

    def test_drafts_can_be_deleted_and_frozen_ones_not(self):
        draft = self._create_contract()
        draft.unlink()
        self.assertFalse(draft.exists())
        contract = self._create_sent_contract()
        contract.action_new_version()
        with self.assertRaises(UserError):
            contract.unlink()
