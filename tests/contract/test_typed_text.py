import json

from odoo.exceptions import UserError, ValidationError
from odoo.tests import BaseCase, tagged

from ...utils import TypedChar, TypedText, strip_unseen
from ..common import ContractCommon

UNSEEN = "\u200b\u202e\u2066\x07\ufeff\u2800\u3164\u00ad\U000e0041"
# The texts that people type and others read in print, on the page and in evidence.
PRINTED = {
    "customer.contract": ("title", "closing_reason", "termination_reason"),
    "customer.contract.section": ("title",),
    "customer.contract.participant": ("capacity", "delegation_reason"),
    "customer.contract.routing.step": ("name",),
    "customer.contract.milestone": ("name", "deliverable"),
    "customer.contract.document": ("folder",),
    "customer.contract.paper": ("signed_by", "capacity", "decision_reason"),
    "customer.contract.type": ("name",),
    "customer.contract.type.field": ("label", "choices", "help"),
    "customer.contract.refusal.reason": ("name",),
    "customer.contract.dispute.category": ("name",),
    "customer.contract.approval.rule": ("name",),
    "customer.contract.approval.rule.step": ("name",),
    "customer.contract.authority": ("note",),
}


@tagged("post_install", "-at_install")
class TestStripUnseen(BaseCase):
    """What is taken out of typed text, and what stays."""

    def test_taken_out(self):
        for text in (
            "\u200b\u200b\u200b",
            UNSEEN,
            "\u200d",
            " \u200c ",
            "\x00\x1f",
            None,
            7,
            ["x"],
        ):
            self.assertEqual(strip_unseen(text), "", ascii(text))
        self.assertEqual(strip_unseen("Ada\u202e rengiS"), "Ada rengiS")
        self.assertEqual(strip_unseen("\u202egnp.exe"), "gnp.exe")
        self.assertEqual(strip_unseen("half\ud800", one_line=True).encode(), b"half")

    def test_lines(self):
        self.assertEqual(strip_unseen("one\r\ntwo\tand\rthree "), "one\ntwo\tand\nthree")
        self.assertEqual(strip_unseen("one\r\n two\t", one_line=True), "one two")

    def test_what_belongs_to_words_stays(self):
        for name in (
            "Zoë O’Connor-Śmigły",
            "می‌خواهم",  # joined by U+200C
            "क्‍ष",  # joined by U+200D
            "👩‍💼 Ada",
            "王小明",
            "e\u0301lan",
        ):
            self.assertEqual(strip_unseen(name, one_line=True), name)


@tagged("post_install", "-at_install")
class TestTypedText(ContractCommon):
    """Nothing that is printed holds what nobody sees, whichever way it was typed."""

    def test_every_printed_field(self):
        for model, names in PRINTED.items():
            for name in names:
                with self.subTest(model=model, field=name):
                    self.assertIsInstance(self.env[model]._fields[name], TypedChar | TypedText)

    def test_created_written_and_translated(self):
        contract = self._create_contract(title=f"Mainten{UNSEEN}ance\nfor you")
        self.assertEqual(contract.title, "Maintenance for you")
        contract.title = f"Other{UNSEEN}"
        contract.flush_recordset()
        self.assertEqual(contract.title, "Other")
        contract.invalidate_recordset()
        self.assertEqual(contract.title, "Other")
        reason = self.env["customer.contract.refusal.reason"].create({"name": f"Too{UNSEEN} dear"})
        reason.invalidate_recordset()
        self.assertEqual(reason.name, "Too dear")
        reason.with_context(lang="en_US").name = f"Dear{UNSEEN}"
        self.assertEqual(reason.name, "Dear")

    def test_nothing_to_see_is_nothing(self):
        contract = self._create_contract()
        for title in (UNSEEN, "  ", ""):
            with self.assertRaisesRegex(ValidationError, "Title.*is empty"):
                contract.title = title
            with self.assertRaisesRegex(ValidationError, "Title.*is empty"):
                self._create_contract(title=title)

    def test_what_was_stored_before_stays(self):
        contract = self._create_contract()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_contract SET title = %s WHERE id = %s", ["a\u202eb", contract.id]
        )
        contract.invalidate_recordset()
        self.assertEqual(contract.title, "a\u202eb")
        # and is not frozen like that
        self._sign_as_manager(contract)
        content = json.loads(contract.sudo().current_version_id.content)
        self.assertEqual(content["title"], "ab")

    def test_names_of_contacts_are_frozen_as_they_are_seen(self):
        self.customer_company.name = f"Aurora{UNSEEN} Bakery"
        self.customer.name = "Carla\u202e Customer"
        contract = self._create_signed_contract()
        content = contract.sudo().current_version_id.content
        self.assertIn('"Aurora Bakery"', content)
        self.assertFalse(set(UNSEEN) & set(content))
        self.assertFalse(set(UNSEEN) & set("".join(contract.sudo().event_ids.mapped("payload"))))
        self.assertTrue(contract.verify_integrity()["ok"])

    def test_signers_name(self):
        contract = self._create_sent_contract()
        for name in (UNSEEN, "\u200b\u200b\u200b", "...", "\u0301"):
            with self.assertRaisesRegex(ValidationError, "type your name"):
                self._sign_as_customer(contract, signed_by=name)
        self._sign_as_customer(contract, signed_by="Ada\u202e rengiS")
        self.assertEqual(contract.sudo().signature_ids.sorted("id")[-1].signed_by, "Ada rengiS")

    def test_reasons(self):
        contract = self._create_signed_contract()
        with self.assertRaisesRegex(UserError, "why the contract is terminated"):
            contract.action_terminate(UNSEEN)
        contract.action_terminate(f"Moved{UNSEEN} away")
        self.assertEqual(contract.sudo().termination_reason, "Moved away")
        event = contract.sudo().event_ids.sorted("sequence")[-1]
        self.assertEqual(event._get_payload()["details"]["reason"], "Moved away")
        other = self._create_sent_contract()
        other.action_cancel(reason=f"Not{UNSEEN} needed")
        self.assertEqual(other.sudo().closing_reason, "Not needed")

    def test_names_of_files(self):
        contract = self._create_contract()
        Document = self.env["customer.contract.document"].with_user(self.manager)

        def create(name):
            return Document.create({"contract_id": contract.id, "name": name, "raw": b"Annex"})

        self.assertEqual(create("new\nline.txt").name, "new line.txt")
        self.assertEqual(create(f"plan{UNSEEN}.txt").name, "plan.txt")
        document = create("plan.txt")
        for name in ("", " ", UNSEEN, "..", "/", False):
            with self.subTest(name=name), self.assertRaisesRegex(UserError, "needs a name"):
                create(name)
            with self.subTest(name=name), self.assertRaisesRegex(UserError, "needs a name"):
                document.name = name
