import re

import lxml.html

from odoo import Command
from odoo.tests import BaseCase, tagged

from ...tools.printing.division import mark_divisible
from ..common import ContractCommon, run_on_pdf

LONG = (
    "Notwithstanding responsibilities internationalisation characteristically "
    "telecommunications misunderstandings "
)


@tagged("post_install", "-at_install")
class TestDivision(BaseCase):
    """Only words of a language are divided, never what a hyphen would change."""

    def _is_divisible(self, html):
        root = lxml.html.fragment_fromstring(f'<div class="o_contract_text">{html}</div>')
        mark_divisible(root)
        return bool(root.find_class("o_contract_divisible"))

    def test_words_of_a_language(self):
        for text in (
            "The responsibilities of the parties.",
            "L’interprétation (contractuelle) s'entend",
            "Die Haftpflichtversicherung",
            "long-standing arrangements…",
        ):
            self.assertTrue(self._is_divisible(f"<p>{text}</p>"), text)
            self.assertTrue(self._is_divisible(f"<ul><li>{text}</li></ul>"), text)

    def test_what_is_no_word(self):
        for text in (
            "Write to responsibilities@example.com",
            "https://contracts.example.com/responsibilities",
            "Account DE89370400440532013000",
            "Article R123-45-678 responsibilities",
            "file_name_of_something responsibilities",
            "a" * 300,
            "short ones only",
        ):
            self.assertFalse(self._is_divisible(f"<p>{text}</p>"), text)
        self.assertFalse(self._is_divisible("<table><td><p>responsibilities</p></td></table>"))


@tagged("post_install", "-at_install")
class TestTypography(ContractCommon):
    """What the printed contract looks like, as far as a program can see it."""

    renders_reports = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("customer_contract.print_engine", False)

    def _print(self, body):
        contract = self._create_contract(
            section_ids=[Command.create({"title": "Scope", "body": body})]
        )
        content = contract._get_report_content()
        pdf = contract._render_contract_pdf(content)
        # What is divided is found again.
        contract._check_print(content, pdf)
        return pdf

    def test_words_are_divided(self):
        words = [("so " * number) + LONG for number in range(1, 12)]
        pdf = self._print(f"<p>{''.join(words)}</p>")
        text = run_on_pdf(pdf, "pdftotext", "-raw", "{}", "-")
        self.assertRegex(text, re.compile(r"[a-z]{4}-$", re.MULTILINE))

    def test_text_has_serifs_and_all_fonts_are_inside(self):
        fonts = run_on_pdf(self._print(f"<p>{LONG}</p>"), "pdffonts", "{}")
        lines = fonts.splitlines()[2:]
        self.assertTrue(any("Serif" in line for line in lines), fonts)
        self.assertTrue(any("Sans" in line for line in lines), fonts)
        for line in lines:
            self.assertRegex(line, r"\byes +yes\b")

    def test_short_contract_has_one_page(self):
        pdf = self._print(f"<p>{LONG * 4}</p>" * 3)
        self.assertRegex(run_on_pdf(pdf, "pdfinfo", "{}"), r"Pages: +1\b")

    def test_certificate_leads_to_verification_and_to_the_twin(self):
        contract = self._create_signed_contract()
        self._finalize(contract)
        pdf = contract.signed_document_id.raw
        links = run_on_pdf(pdf, "pdfinfo", "-url", "{}")
        base = contract.get_base_url()
        # on each page
        verification = f"{base}/contract/verify/{contract.verification_code}"
        pages = set(re.findall(rf"^ *(\d+) .*{re.escape(verification)}", links, re.MULTILINE))
        self.assertIn("1", pages)
        self.assertIn(f"{base}{contract.access_url}?report_type=html", links)
        # two people, one page of text: the certificate has two more
        self.assertRegex(run_on_pdf(pdf, "pdfinfo", "{}"), r"Pages: +3\b")
        text = run_on_pdf(pdf, "pdftotext", "-layout", "{}", "-")
        self.assertRegex(text, r"No\. +Time \(UTC\)")
