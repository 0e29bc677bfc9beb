from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ...const import EVIDENCE, PORTAL
from ...utils import cut_to_change
from ..common import ContractCommon


@tagged("post_install", "-at_install")
class TestTrail(ContractCommon):
    """What the audit trail tells beside signing: moves, drafts, wording, exports."""

    def setUp(self):
        super().setUp()
        self.contract = self._create_contract()
        self.length = self.contract.sudo().trail_length

    def _get_new(self, contract=None):
        """Return kind and details of what was recorded since the contract was made."""
        contract = contract or self.contract
        contract.invalidate_recordset()
        events = contract.sudo().event_ids.sorted("sequence")
        return [
            (event.event_type, event._get_payload()["details"])
            for event in events
            if event.sequence > self.length
        ]

    def test_archive_and_back(self):
        self.contract.action_archive()
        self.contract.action_archive()
        self.contract.action_unarchive()
        self.assertEqual([kind for kind, _details in self._get_new()], ["archived", "unarchived"])

    def test_stage_moved_by_hand(self):
        stage = self.env["customer.contract.stage"].create({"name": "Legal Review"})
        before = self.contract.stage_id.name
        self.contract.stage_id = stage
        self.assertEqual(
            self._get_new(), [("stage_moved", {"fields": {"Stage": [before, "Legal Review"]}})]
        )

    def test_several_are_moved_and_archived(self):
        other = self._create_contract()
        stage = self.env["customer.contract.stage"].create({"name": "Legal Review"})
        (self.contract | other).write({"stage_id": stage.id, "active": False})
        for contract in (self.contract, other):
            kinds = [kind for kind, _details in self._get_new(contract)]
            self.assertEqual(kinds, ["archived", "stage_moved"])

    def test_participants_of_a_draft(self):
        partner = self.env["res.partner"].create({"name": "Olga Other", "email": "o@example.com"})
        self.contract.participant_ids = [
            Command.create({"partner_id": partner.id, "role": "signer", "party": "other"})
        ]
        participant = self._get_participant(self.contract, partner)
        participant.with_user(self.manager).write({"sequence": 30, "capacity": "Witness"})
        participant.with_user(self.manager).unlink()
        events = self._get_new()
        self.assertEqual(
            [kind for kind, _details in events],
            ["participant_added", "participant_changed", "participant_removed"],
        )
        self.assertEqual(
            events[1][1]["fields"], {"Order": ["10", "30"], "Capacity": ["", "Witness"]}
        )
        told = self.contract.sudo().event_ids.filtered(
            lambda event: event.event_type == "participant_removed"
        )
        self.assertIn("Olga Other", told.description)

    def test_person_of_a_part_changes(self):
        partner = self.env["res.partner"].create({"name": "Olga Other", "email": "o@example.com"})
        participant = self._get_participant(self.contract, self.customer)
        participant.with_user(self.manager).partner_id = partner
        ((kind, details),) = self._get_new()
        self.assertEqual(kind, "participant_changed")
        self.assertEqual(details["fields"]["Person"], ["Carla Customer", "Olga Other"])

    def test_old_and_new_wording(self):
        section = self.contract.section_ids[0]
        section.body = "<p>We maintain the <b>boilers</b>.</p>"
        ((kind, details),) = self._get_new()
        self.assertEqual(kind, "changed")
        self.assertEqual(details["section"], "Scope")
        self.assertEqual(
            details["fields"],
            {"Body": ["We maintain the ovens.", "We maintain the *boilers*."]},
        )

    def test_wording_that_comes_and_goes(self):
        self.contract.section_ids = [
            Command.create({"title": "Liability", "body": "<p>Nobody is liable.</p>"})
        ]
        self.contract.section_ids[-1:].unlink()
        (_added, added), (_removed, removed) = self._get_new()
        self.assertEqual(added["fields"]["Body"], ["", "Nobody is liable."])
        self.assertEqual(removed["fields"]["Body"], ["Nobody is liable.", ""])

    def test_long_wording_is_cut_to_where_it_differs(self):
        text = "word " * 5000
        section = self.contract.section_ids[0]
        section.body = f"<p>{text}</p>"
        section.body = f"<p>{text}and the end</p>"
        details = self._get_new()[-1][1]
        old, new = details["fields"]["Body"]
        self.assertIn("and the end", new)
        self.assertLess(len(new), 200)
        self.assertLess(len(self._get_new()[-2][1]["fields"]["Body"][1]), 2100)
        event = self.contract.sudo().event_ids.sorted("sequence")[-2]
        self.assertLess(len(event.description), 600, "a line of the list")
        self.assertNotEqual(old, new)

    def test_cutting(self):
        self.assertEqual(cut_to_change("", "new"), ("", "new"))
        self.assertEqual(cut_to_change("a" * 100, "a" * 101, around=1), ("…a", "…aa"))
        old, new = cut_to_change("x" * 50 + "1" + "y" * 50, "x" * 50 + "2" + "y" * 50, around=2)
        self.assertEqual((old, new), ("…xx1yy…", "…xx2yy…"))

    def test_customers_see_archive_and_unarchive_only(self):
        told = self.env["customer.contract.event"]._get_audiences()
        for kind in ("archived", "unarchived"):
            self.assertIn(PORTAL, told[kind])
        for kind in (
            "stage_moved",
            "changed",
            "participant_added",
            "participant_changed",
            "participant_removed",
        ):
            self.assertFalse({PORTAL, EVIDENCE} & told.get(kind, set()), kind)

    def test_trail_still_verifies(self):
        self.contract.action_archive()
        self.contract.action_unarchive()
        self.contract.section_ids[0].body = "<p>Other</p>"
        self.assertTrue(self.contract.verify_integrity()["ok"])


@tagged("post_install", "-at_install")
class TestExportRecord(ContractCommon):
    """One row an export, which nobody changes, shown beside each contract's trail."""

    def setUp(self):
        super().setUp()
        self.manager.group_ids += self.env.ref("base.group_allow_export")
        self.contracts = self._create_contract() | self._create_contract()

    def _get_rows(self):
        return self.env["customer.contract.export"].search([])

    def test_one_row_an_export(self):
        self.contracts.export_data(["name", "participant_ids/partner_id"])
        row = self._get_rows()
        self.assertEqual(len(row), 1)
        self.assertEqual(row.user_name, "Mona Manager")
        self.assertEqual(row.user_login, "contract_manager")
        self.assertEqual(row.field_names, "name, participant_ids/partner_id")
        self.assertEqual(row.contract_count, 2)
        self.assertEqual(row.contract_numbers, str(sorted(self.contracts.ids)))
        for contract in self.contracts:
            self.assertEqual(contract.export_ids, row)

    def test_what_belongs_to_contracts(self):
        contract = self.contracts[0]
        for records, path in (
            (contract.section_ids, "body"),
            (contract.participant_ids, "contract_id/amount_total"),
            (contract.partner_id, "contract_ids/title"),
            (contract.event_ids, "payload"),
        ):
            with self.subTest(model=records._name):
                before = self._get_rows()
                records.export_data([path])
                row = self._get_rows() - before
                self.assertIn(contract, row.contract_ids)
                self.assertEqual(row.model, records._name)

    def test_other_exports_leave_nothing(self):
        self.customer.export_data(["name", "country_id/name"])
        self.contracts.browse().export_data(["name"])
        self.assertFalse(self._get_rows())

    def test_nobody_changes_a_row(self):
        self.contracts.export_data(["name"])
        row = self._get_rows()
        for act in (
            lambda: row.write({"user_name": "Somebody"}),
            lambda: row.unlink(),
            lambda: row.create({"user_name": "Somebody"}),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_who_sees_rows(self):
        self.contracts.export_data(["name"])
        agent = new_test_user(
            self.env, login="contract_agent", groups="customer_contract.group_contract_user"
        )
        Export = self.env["customer.contract.export"]
        self.assertTrue(Export.with_user(self.manager).search([]))
        self.assertFalse(Export.with_user(agent).search([]))
        with self.assertRaises(AccessError):
            Export.with_user(self.portal_user).search([])
        with self.assertRaises(AccessError):
            self.contracts[0].with_user(self.manager).export_ids.read(["contract_numbers"])

    def test_form_shows_them(self):
        arch = self.env["customer.contract"].with_user(self.manager).get_view(view_type="form")
        self.assertTrue(etree.fromstring(arch["arch"]).xpath("//field[@name='export_ids']"))

    def test_draft_can_still_be_deleted(self):
        self.contracts.export_data(["name"])
        self.contracts.unlink()
        self.assertEqual(self._get_rows().contract_count, 2)
