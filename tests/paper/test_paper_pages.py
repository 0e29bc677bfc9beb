from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...utils import Actor
from .common import PaperCommon, make_pages, make_photo, make_scan


@tagged("post_install", "-at_install")
class TestPaperPages(PaperCommon):
    """The copy to print, and the pages that come back."""

    def test_copy_is_made_once(self):
        first = self.contract.sudo()._get_paper_copy(Actor(self.participant, "portal"))
        again = self.contract.sudo()._get_paper_copy(Actor(self.participant, "portal"))
        self.assertEqual(first, again)
        self.assertEqual(first.page_count, 3)
        self.assertTrue(first.attachment_id.contract_evidence)
        self.assertEqual(self._count("paper_downloaded"), 2)
        self.assertTrue(self.participant.paper_since)

    def test_copy_is_for_the_signer_in_turn_alone(self):
        contract = self._create_contract()
        contract.action_send()
        waiting = self._get_participant(contract, self.customer)
        with self.assertRaisesRegex(UserError, "not your turn"):
            contract.sudo()._get_paper_copy(Actor(waiting, "portal"))
        self.contract.allow_paper = False
        with self.assertRaisesRegex(UserError, "cannot be signed on paper"):
            self.contract.sudo()._get_paper_copy(Actor(self.participant, "portal"))

    def test_copy_asks_for_identification(self):
        contract = self._create_sent_contract(identity_policy="portal")
        participant = self._get_participant(contract, self.customer)
        with self.assertRaisesRegex(UserError, "log in"):
            contract.sudo()._get_paper_copy(Actor(participant, "link"))
        self.assertTrue(contract.sudo()._get_paper_copy(Actor(participant, "portal")))

    def test_copy_waits_for_the_details(self):
        with (
            patch.object(
                self.registry["customer.contract"],
                "_get_value_problems",
                lambda contract, participant: ["Please confirm your details first."],
            ),
            self.assertRaisesRegex(UserError, "confirm your details"),
        ):
            self.contract.sudo()._get_paper_copy(Actor(self.participant, "portal"))

    def test_pages_put_themselves_in_order(self):
        codes = self._get_codes()
        paper = self._collect(
            make_photo(codes[2], 180), make_scan(codes[0]), make_photo(codes[1], 4)
        )
        self.assertEqual(paper.page_ids.sorted("sequence").mapped("number"), [1, 2, 3])
        self.assertEqual(paper.page_ids.sorted("sequence").mapped("turn"), [0, 0, 180])
        self.assertEqual(paper.check_state, "matched")
        self.assertFalse(paper._find_problems())

    def test_pages_arranged_by_hand_stay_so(self):
        codes = self._get_codes()
        paper = self._collect(make_photo(codes[0]), make_photo(codes[1]))
        paper._arrange(paper.page_ids.sorted("sequence", reverse=True).ids)
        self.assertEqual(paper.page_ids.sorted("sequence").mapped("number"), [2, 1])
        paper._add_file("last", make_photo(codes[2]))
        self.assertEqual(paper.page_ids.sorted("sequence").mapped("number"), [2, 1, 3])
        self.assertIn("The pages are not in the contract's order.", paper._find_problems())

    def test_missing_double_foreign_and_other_pages(self):
        other = self._create_sent_contract(title="Other secret")
        codes, foreign = self._get_codes(), self._get_codes(other)
        paper = self._collect(
            make_photo(codes[0]), make_photo(codes[0]), make_photo(foreign[1]), make_photo()
        )
        problems = "\n".join(paper._find_problems())
        self.assertEqual(paper.check_state, "problem")
        for words in (
            "Page 1 of the contract is there more than once.",
            "Pages 2 and 3 of the contract are missing.",
            "Picture 3 shows a page of another document.",
            "No page code was found on picture 4",
        ):
            self.assertIn(words, problems)
        self.assertNotIn("secret", problems)
        self.assertNotIn(other.name, problems)
        forged = self._collect(make_photo(codes[1].replace(":2:", ":7:")))
        self.assertEqual(forged.page_ids[-1:].result, "foreign")

    def test_page_of_version_1(self):
        old = self._get_codes()
        self.contract.action_new_version()
        self._sign_as_manager(self.contract)
        self.contract.action_send()
        paper = self._collect(make_photo(old[1]), *map(make_photo, self._get_codes()))
        self.assertEqual(paper.page_ids.sorted("sequence")[-1:].result, "other_version")
        self.assertIn(
            "Picture 4 shows page 2 of version 1; the contract is now version 2.",
            paper._find_problems()[0],
        )

    def test_refused_file_leaves_the_others(self):
        codes = self._get_codes()
        paper = self._collect(make_photo(codes[0]))
        for content in (make_pages(200), b"MZ" + b"\0" * 500, make_scan(codes[1])[:900]):
            with self.assertRaises(UserError):
                paper._add_file("file", content)
        self.assertEqual(paper.page_ids.mapped("number"), [1])
        paper._add_file("file", make_photo(codes[1]))
        self.assertEqual(paper.page_ids.sorted("sequence").mapped("number"), [1, 2])

    def test_limits_over_all_files(self):
        paper = self._collect(make_pages(58))
        with self.assertRaisesRegex(UserError, "3 pages; 2 are allowed"):
            paper._add_file("more", make_pages(3))
        paper._add_file("more", make_pages(2))
        with self.assertRaisesRegex(UserError, "60 pages are allowed"):
            paper._add_file("more", make_pages(1))
        self.assertEqual(len(paper.page_ids), 60)
        with self.assertRaisesRegex(UserError, "20 MB"):
            paper._add_file("large", b"%PDF-" + b"\0" * (20 * 1024**2))

    def test_page_is_removed_with_its_file(self):
        paper = self._collect_all()
        page = paper.page_ids[1]
        attachment = page.file_id.attachment_id
        paper._remove_page(page)
        self.assertEqual(len(paper.file_ids), 2)
        self.assertFalse(attachment.exists())
        self.assertEqual(paper.check_state, "problem")

    def test_without_a_decoder_pages_are_not_checked(self):
        gate = self.registry["customer.contract.file.check"]
        inspect = gate._inspect

        def inspect_blindly(model, content, most_pages):
            inspected = inspect(model, content, most_pages)
            for page in inspected["pages"]:
                page.update(codes=[], is_read=False)
            return inspected

        self.startPatcher(patch.object(gate, "_inspect", inspect_blindly))
        self.env.company.contract_paper_auto_accept = True
        self._collect_all()
        paper = self._submit()
        self.assertEqual(paper.check_state, "unchecked")
        self.assertEqual(paper.state, "submitted")
        self.assertIn("could not be checked by the computer", paper.check_summary)
