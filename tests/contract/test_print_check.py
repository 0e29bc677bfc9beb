import time

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...tools.pdf.print_check import find_lost_section
from ..common import ContractCommon, make_pdf, run_on_pdf

NBSP = "\u00a0"
WIDE_CELL = '<td style="text-align: right">PENALTY 5000</td>'
# Whatever people paste, and what has to be on the paper of it.
ODD = {
    "wide table": '<table style="width: 1400px" border="1"><tr><td>Item</td>'
    f"<td>Left text</td>{WIDE_CELL}</tr></table>",
    "wide cells": '<table border="1"><tr><td style="width: 900px">Item</td>'
    f'<td width="800">Left text</td>{WIDE_CELL}</tr></table>',
    "many columns": "<table><tr>"
    + "".join(f"<td>Quantity{number}</td>" for number in range(20))
    + "</tr></table>",
    "no breaks": f"<p>{NBSP.join(f'joined{number}' for number in range(40))}</p>",
    "pre": f"<pre>{'preformatted ' * 20}END</pre>",
    "address": f"<p>https://example.com/{'path/' * 60}end</p>",
    "one word": f"<p>{'Donaudampfschifffahrt' * 15}</p>",
    "wide paragraph": f'<p style="width: 2000px">{"A paragraph of its own width. " * 20}</p>',
    "nowrap": f'<p style="white-space: nowrap">{"never broken by its author " * 12}</p>',
    "nested": f'<table style="width:1200px"><tr><td><table style="width:1100px"><tr>{WIDE_CELL}'
    "</tr></table></td></tr></table>",
    "soft hyphens": "<p>" + "Verbrauchs\u00adgüter\u00adkauf\u00adrecht " * 30 + "</p>",
    "ligatures": "<p>efficient office affluent " * 5 + "ﬁnal ﬂoor</p>",
    "arabic": "<p>هذا العقد يلزم الطرفين ويسري لمدة سنة واحدة من تاريخ التوقيع</p>",
    "hebrew": "<p>חוזה זה מחייב את שני הצדדים ותקף לשנה אחת</p>",
    "mixed": "<p>The word عقد means חוזה or 合同 in 2026.</p>",
    "chinese": "<p>本合同对双方均有约束力，自签署之日起有效期为一年。</p>",
    "marks": "<p>Tiếng Việt: hợp đồng; Țară, Ǽ, e\u0301tat; 10 € · ½ · №</p>",
    "lists": "<ul><li>First<ul><li>Inner</li></ul></li></ul><ol><li>One</li></ol>",
    "links": '<p>See <a href="https://example.com">our terms</a>, <b>bold</b>, <i>sl</i>anted.</p>',
}


@tagged("post_install", "-at_install")
class TestPrintCheck(ContractCommon):
    """What is frozen stands on the paper, all of it."""

    renders_reports = True

    def _freeze(self, body, title="Odd"):
        contract = self._create_contract(
            section_ids=[
                Command.create({"title": "Scope", "body": "<p>We maintain the ovens.</p>"}),
                Command.create({"title": title, "body": body}),
            ]
        )
        contract._send()  # at once, however long it is
        return contract

    def test_odd_contents_fit(self):
        for name, body in ODD.items():
            with self.subTest(name):
                contract = self._freeze(body)
                pdf = contract.current_version_id.pdf_attachment_id.raw
                self.assertIsNone(
                    find_lost_section(pdf, contract._get_report_content()["sections"])
                )
                if "PENALTY" in body:
                    self.assertIn(
                        "PENALTY 5000", run_on_pdf(pdf, "pdftotext", "-layout", "{}", "-")
                    )

    def test_long_title_and_long_contract(self):
        body = "".join(
            f"<h3>Clause {number}</h3><p>{'The parties agree on it in full. ' * 40}</p>"
            for number in range(120)
        )
        contract = self._freeze(body, title="Donaudampfschifffahrt" * 10)
        pdf = contract.current_version_id.pdf_attachment_id.raw
        self.assertGreater(int(run_on_pdf(pdf, "pdfinfo", "{}").split("Pages:")[1].split()[0]), 20)
        sections = contract._get_report_content()["sections"]
        start = time.perf_counter()
        self.assertIsNone(find_lost_section(pdf, sections))
        self.assertLess(time.perf_counter() - start, 5)

    def test_what_is_cut_off_keeps_from_freezing(self):
        contract = self._create_contract(
            section_ids=[
                Command.create({"title": "Scope", "body": "<p>We maintain the ovens.</p>"}),
                Command.create(
                    {
                        "title": "Wide",
                        "body": '<p style="display: none">Never to be seen</p><p>Seen</p>',
                    }
                ),
            ]
        )
        with self.assertRaisesRegex(UserError, "section 2, “Wide”.*Never to be seen"):
            contract.action_send()
        self.assertEqual(contract.state, "draft")
        self.assertFalse(contract.version_ids)

    def test_each_way_of_missing_is_found(self):
        sections = [{"title": "Price", "body": "<p>Fixed price 5000</p>"}]
        self.assertIsNone(find_lost_section(make_pdf("Price Fixed price 5000"), sections))
        for text in ("Price Fixed price", "Price Fixed price 50", "Fixed price 5000"):
            self.assertEqual(find_lost_section(make_pdf(text), sections)[0], 0, text)
        outside = make_pdf(" " * 300 + "Price Fixed price 5000")
        self.assertEqual(find_lost_section(outside, sections)[0], 0)
        twice = [*sections, {"title": "Price", "body": "<p>Fixed price 5000</p>"}]
        self.assertEqual(find_lost_section(make_pdf("Price Fixed price 5000"), twice)[0], 1)
