import json
import re

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..common import ContractCommon, make_plain, run_on_pdf

# Up to what Odoo rounds without fail, in currencies of none to four decimals.
EXACT = (
    ("USD", "1234567890123.45"),
    ("USD", "2814749767106.55"),
    ("USD", "0.01"),
    ("USD", "1.10"),
    ("JPY", "123456789012345"),
    ("KWD", "123456789012.345"),
    ("CLF", "28147497671.0655"),
)


@tagged("post_install", "-at_install")
class TestPrintedMeaning(ContractCommon):
    """What the canonical content says, the paper says, and with one meaning only."""

    renders_reports = True

    def _get_currency(self, name):
        currency = self.env["res.currency"].with_context(active_test=False)
        currency = currency.search([("name", "=", name)])
        currency.active = True
        return currency

    def _read_back(self, contract):
        """Return the canonical content of the frozen contract, and what its PDF says."""
        version = contract.sudo().current_version_id
        pdf = version.pdf_attachment_id.raw
        text = run_on_pdf(pdf, "pdftotext", "-layout", "{}", "-")
        return json.loads(version.content), make_plain(text)

    # === AMOUNTS === #

    def test_amount_is_stored_frozen_and_printed_as_one_number(self):
        for name, value in EXACT:
            with self.subTest(currency=name, value=value):
                contract = self._create_contract(
                    currency_id=self._get_currency(name).id, amount_total=float(value)
                )
                contract.flush_recordset()
                self.env.cr.execute(
                    "SELECT amount_total::text FROM customer_contract WHERE id = %s", [contract.id]
                )
                self.assertEqual(self.env.cr.fetchone()[0], value, "stored")
                contract.invalidate_recordset()
                content = contract._prepare_content(1)
                self.assertEqual(content["amount"], {"value": value, "currency": name}, "frozen")
                report = self.env["report.customer_contract.report_customer_contract"]
                printed = report._prepare_print(contract.sudo())["amount"]
                self.assertEqual(re.sub(r"[^0-9.]", "", printed).strip("."), value, "printed")
                self.assertIn(name, printed)

    def test_what_cannot_be_held_is_refused(self):
        for name, value in (
            ("USD", 12345678901234.56),
            ("USD", 50000000000000.01),
            ("USD", 2814749767106.56),
            ("JPY", 1e15),
            ("KWD", 1e12),
            ("USD", 1e300),
        ):
            with self.subTest(currency=name, value=value):
                currency = self._get_currency(name)
                with self.assertRaises(ValidationError):
                    self._create_contract(currency_id=currency.id, amount_total=value)
                contract = self._create_contract(currency_id=currency.id)
                with self.assertRaises(ValidationError):
                    contract.amount_total = value
        contract = self._create_contract(
            currency_id=self._get_currency("JPY").id, amount_total=123456789012345
        )
        with self.assertRaises(ValidationError):
            contract.currency_id = self._get_currency("KWD")

    def test_more_digits_frozen_before_are_printed_as_frozen(self):
        report = self.env["report.customer_contract.report_customer_contract"]
        amount = {"value": "12345678901234.57", "currency": "USD"}
        printed = report._format_content_amount(amount, "en_US")
        self.assertEqual(make_plain(printed), "$ 12,345,678,901,234.57 (USD)")
        amount = {"value": "5.00", "currency": "XYZ"}
        self.assertEqual(report._format_content_amount(amount, "en_US"), "5.00 XYZ")

    # === READ BACK === #

    def test_paper_says_what_was_frozen(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        for language, printed in (
            ("en_US", ("$ 1,234,567.80 (USD)", "February 3, 2026", "April 5, 2099")),
            ("fr_FR", ("1 234 567,80 $ (USD)", "3 février 2026", "5 avril 2099")),
        ):
            with self.subTest(language=language):
                self.customer_company.write({"lang": language, "vat": "FR23334175221"})
                contract = self._create_contract(
                    currency_id=self._get_currency("USD").id,
                    amount_total=1234567.8,
                    date_start="2026-02-03",
                    date_end="2099-04-05",
                )
                self._get_currency("USD").position = "before" if language == "en_US" else "after"
                self._sign_as_manager(contract)
                content, text = self._read_back(contract)
                self.assertEqual(content["amount"], {"value": "1234567.80", "currency": "USD"})
                self.assertEqual(
                    (content["date_start"], content["date_end"]), ("2026-02-03", "2099-04-05")
                )
                for words in printed:
                    self.assertIn(words, text)
                self.assertNotRegex(text.split("NOT YET")[0][:2000], r"\b\d\d/\d\d/\d{4}\b")
                for party in (content["company"], content["counterparty"]):
                    for words in (party["name"], party["vat"], party["email"], *party["address"]):
                        self.assertIn(make_plain(words), text)
                for section in content["sections"]:
                    self.assertIn(make_plain(f"{section['number']}. {section['title']}"), text)
                for person in content["participants"]:
                    self.assertIn(make_plain(person["name"]), text)
