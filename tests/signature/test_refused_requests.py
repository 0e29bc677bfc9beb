import time

from odoo.tests import tagged

from ...models.evidence.customer_contract_refusal import MOST_REFUSALS
from ..portal.common import ContractPortalCommon


@tagged("post_install", "-at_install")
class TestRefusedRequests(ContractPortalCommon):
    """What strangers and signers send that is no proper request."""

    def setUp(self):
        super().setUp()
        self.contract = self._create_sent_contract()
        self._log_in(self.portal_user)

    def test_consent_that_is_none(self):
        for consent in (
            ["x"],
            {"x": 1},
            1,
            1.5,
            "",
            [],
            None,
            False,
            [True],
            "true",
            "é",
            [self.consent.digest],
        ):
            with self.subTest(consent=consent):
                answer = self._sign(self.contract, consent=consent)
                self.assertEqual(answer["reason"], "consent")
        self.assertEqual(self.contract.state, "sent")
        self.assertIn("redirect_url", self._sign(self.contract, consent=True))

    def test_refused_requests_do_not_flood_the_trail(self):
        self.contract.action_cancel()
        before = self.contract.sudo().trail_length
        tries = MOST_REFUSALS + 7
        for _number in range(tries):
            self.assertIn("error", self._sign(self.contract))
        self.contract.invalidate_recordset()
        self.assertEqual(self.contract.sudo().trail_length - before, MOST_REFUSALS)
        # Once time has passed, the next one tells how many there were.
        limits = self.env["customer.contract.rate.limit"].sudo()
        limits.search([("scope", "=", "refusal")]).unlink()
        self.env.flush_all()
        self._sign(self.contract)
        event = self.contract.sudo().event_ids.sorted("id")[-1]
        self.assertEqual(event.event_type, "refused")
        self.assertIn(f'"not_listed_before":{tries - MOST_REFUSALS}', event.payload)
        self.assertTrue(self.contract.verify_integrity()["ok"])

    def test_each_person_has_a_limit_of_their_own(self):
        contract, details = self.contract.sudo(), {"reason": "not_possible"}
        for _number in range(MOST_REFUSALS):
            self.assertTrue(contract._log_refusal("participant 1", details))
        self.assertFalse(contract._log_refusal("participant 1", details))
        self.assertTrue(contract._log_refusal("participant 2", details))


@tagged("post_install", "-at_install")
class TestSlowPattern(ContractPortalCommon):
    def test_a_pattern_that_never_ends(self):
        kind = self.env["customer.contract.type"].create({"name": "Slow"})
        row = self.env["customer.contract.type.field"].create(
            {"type_id": kind.id, "label": "Code", "value_type": "char"}
        )
        for pattern, text in (
            ("(?x)(a+)#\n+b", "a" * 60),
            ("(?:a|a?)" * 8 + "a{60}b", "a" * 100),
            (".*.*.*=.*", "x" * 200),
        ):
            # As an earlier release may have stored it
            self.env.cr.execute(
                "UPDATE customer_contract_type_field SET pattern = %s WHERE id = %s",
                [pattern, row.id],
            )
            row.invalidate_recordset()
            started = time.monotonic()
            with self.subTest(pattern=pattern):
                self.assertTrue(row._find_text_problem(text))
                self.assertLess(time.monotonic() - started, 2)
        row.pattern = "[A-Z]{2}-[0-9]{3}"
        self.assertFalse(row._find_text_problem("AB-123"))
        self.assertTrue(row._find_text_problem("AB-12"))
