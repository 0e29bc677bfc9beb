import re
from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ...controllers.verification import get_network
from ..common import ContractCommon
from .common import VerificationCommon

UNKNOWN = "A" * 24


@tagged("post_install", "-at_install")
class TestVerification(VerificationCommon):
    def test_what_is_told(self):
        contract = self.contract
        response = self._verify(contract.verification_code)
        self.assertEqual(response.status_code, 200)
        page = response.text
        for told in (
            "Signed by everyone.",
            contract.name,
            self.company.name,
            "A. B.",  # Aurora Bakery
            "C. C.",  # Carla Customer
            "M. M.",  # Mona Manager
            "Logged in to the person&#39;s portal account",
            "Logged in to the person&#39;s employee account",
            contract.signed_document_digest,
            contract.current_version_id.content_digest,
            contract.current_version_id.pdf_digest,
            contract.trail_head,
            f"{contract.trail_length} events",
            "Not sealed",
            "UTC",
        ):
            self.assertIn(told, page)
        self.assertIn("aria-live", page)

    def test_what_is_not_told(self):
        page = self._verify(self.contract.verification_code).text
        for hidden in (
            "Carla",
            "Mona",
            "Aurora",
            "aurora.example.com",
            "Maintenance Agreement",
            "1200",
            "1,200",
            "ovens",
            "127.0.0.1",
        ):
            self.assertNotIn(hidden, page)

    def test_not_kept_nor_framed_nor_indexed(self):
        for path in (UNKNOWN, self.contract.verification_code):
            headers = self._verify(path).headers
            self.assertEqual(headers["Referrer-Policy"], "no-referrer")
            self.assertEqual(headers["X-Frame-Options"], "DENY")
            self.assertIn("noindex", headers["X-Robots-Tag"])
            self.assertEqual(headers["Cache-Control"], "no-store")
            self.assertIn("frame-ancestors 'none'", headers["Content-Security-Policy"])

    def test_codes_as_people_type_them(self):
        code = self.contract.verification_code
        grouped = re.findall("....", code)
        for typed in (
            code.lower(),
            " ".join(grouped),
            "-".join(grouped).lower(),
            f"  {code}\t",
            code.replace("O", "0").replace("I", "1").replace("B", "8"),
        ):
            with self.subTest(typed):
                found = self.env["customer.contract"]._find_by_verification_code(typed)
                self.assertEqual(found, self.contract)
        response = self.url_open(f"/contract/verify?code={'+'.join(grouped).lower()}")
        self.assertIn("Signed by everyone.", response.text)
        for typed in ("", None, "x", code[:-1], code + "A", "%", "_" * 24, "A' OR 1=1 --"):
            found = self.env["customer.contract"]._find_by_verification_code(typed)
            self.assertFalse(found)

    def test_states(self):
        sent = self._create_sent_contract()
        self.assertIn("not signed by everyone yet", self._verify(sent.verification_code).text)
        sent.action_new_version()
        page = self._verify(sent.verification_code).text
        self.assertIn("signed in part, but not by everyone", page)
        self.assertIn("Replaced version 1", re.sub(r"\s+", " ", page))
        sent.action_cancel()
        self.assertIn("Cancelled", self._verify(sent.verification_code).text)
        self.contract.action_terminate("It is over", "2030-01-01")
        page = self._verify(self.contract.verification_code).text
        self.assertIn("terminated as of", page)
        self.assertNotIn("It is over", page)
        self.contract.sudo()._store_integrity("damaged", ["version 1: secret detail"])
        page = self._verify(self.contract.verification_code).text
        self.assertIn("evidence of this contract is damaged", page)
        self.assertNotIn("secret detail", page)

    def test_unknown_codes_all_look_the_same(self):
        answers = []
        for code in (UNKNOWN, "B" * 24, "x", "%2e%2e", "1"):
            response = self._verify(code)
            self.assertEqual(response.status_code, 404)
            page = re.sub(r'(value|csrf_token: )="[^"]*"', "", response.text)
            answers.append(re.search(r'<div[^>]*role="alert".*?</div>', page, re.DOTALL)[0])
        self.assertEqual(len(set(answers)), 1)
        self.assertNotIn("<script>alert", self._verify("<script>alert(1)<%2Fscript>").text)

    def test_misses_are_limited(self):
        for _number in range(20):
            self.assertEqual(self._verify(UNKNOWN).status_code, 404)
        self.assertEqual(self._verify(UNKNOWN).status_code, 429)
        # whoever guesses learns nothing from a right guess either
        response = self._verify(self.contract.verification_code)
        self.assertEqual(response.status_code, 429)
        self.assertNotIn(self.contract.name, response.text)
        answer = self._look_up(self.contract.signed_document_digest)
        self.assertEqual(answer, {"url": "", "is_limited": True})

    def test_hits_are_not_limited(self):
        for _number in range(25):
            self.assertEqual(self._verify(self.contract.verification_code).status_code, 200)

    def test_limits_that_cannot_be_counted_refuse(self):
        Limit = self.registry["customer.contract.rate.limit"]
        with patch.object(Limit, "_is_exhausted", lambda *args: True):
            self.assertEqual(self._verify(self.contract.verification_code).status_code, 429)

    def test_by_file(self):
        url = f"/contract/verify/{self.contract.verification_code}"
        version = self.contract.current_version_id
        for digest in (self.contract.signed_document_digest, version.pdf_digest):
            self.assertEqual(self._look_up(digest), {"url": url, "is_limited": False})
        nothing = {"url": "", "is_limited": False}
        for digest in ("0" * 64, version.content_digest, "", None, 1, [], {"a": 1}, "'--", True):
            self.assertEqual(self._look_up(digest), nothing)
        for _number in range(11):
            self.assertEqual(self._look_up("1" * 64), nothing)
        self.assertTrue(self._look_up("1" * 64)["is_limited"])
        self.assertEqual(self._verify(self.contract.verification_code).status_code, 429)

    def test_networks_are_limited_not_addresses(self):
        first, second = get_network("2001:db8::1"), get_network("2001:db8::2")
        self.assertEqual(first, second)
        others = (first, get_network("2001:db8:0:1::1"), get_network("203.0.113.7"))
        self.assertEqual(len({*others, get_network("203.0.113.8"), get_network(None)}), 5)

    @mute_logger("odoo.http")
    def test_file_route_takes_posts_only(self):
        response = self.url_open("/contract/verify/file")
        self.assertEqual(response.status_code, 404)


@tagged("post_install", "-at_install")
class TestVerificationPage(ContractCommon, HttpCase):
    """The page in a browser, on a phone."""

    browser_size = "360x800"

    @classmethod
    def _replace_rendering(cls):
        Contract = cls.registry["customer.contract"]
        unsigned = b"%PDF-1.4 the unsigned contract of the tour"
        signed = b"%PDF-1.4 the signed contract of the tour"
        for name, pdf in (
            ("_render_contract_pdf", unsigned),
            ("_render_signed_document", signed),
            ("_check_print", None),
        ):
            cls.startClassPatcher(patch.object(Contract, name, return_value=pdf))

    def test_files(self):
        self._create_signed_contract()
        self.start_tour("/contract/verify", "customer_contract_verification")

    def test_codes(self):
        self.start_tour("/contract/verify", "customer_contract_verification_code")
