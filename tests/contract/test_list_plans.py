from odoo.tests import tagged

from ..common import ContractCommon


@tagged("post_install", "-at_install")
class TestListPlans(ContractCommon):
    """What the back office asks for most has an index, however many contracts there are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._create_sent_contract()
        cls.env.flush_all()

    def _get_plan(self, domain, **kwargs):
        """Return how PostgreSQL would find contracts, were there too many to look at each."""
        query = self.env["customer.contract"]._search(domain, limit=80, **kwargs)
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute("SET LOCAL enable_sort = off")
        self.env.cr.execute("EXPLAIN " + self.env.cr.mogrify(query.select()).decode())
        return "\n".join(row[0] for row in self.env.cr.fetchall())

    def test_sorted_by_title(self):
        plan = self._get_plan([], order="title")
        self.assertIn("customer_contract_by_title", plan.replace("__", "_"))
        self.assertNotIn("Sort", plan)

    def test_searched_for_text(self):
        self.assertEqual(self.env["customer.contract.section"]._fields["body"].index, "trigram")
        if not self.registry.has_trigram:
            return  # a database without PostgreSQL's extension has no such index
        plan = self._get_plan([("section_ids.body", "ilike", "ovens")])
        self.assertIn("customer_contract_section_body_index", plan.replace("__", "_"))
        self.assertNotIn("Seq Scan", plan)

    def test_waits_for_me(self):
        plan = self._get_plan([("waits_for_me", "=", True)])
        self.assertIn("customer_contract_participant_", plan)
        self.assertNotIn("Seq Scan", plan)

    def test_to_do(self):
        plan = self._get_plan([("to_do", "!=", False)])
        self.assertNotIn("Seq Scan", plan)
