from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from ..common import ContractCommon


@tagged("post_install", "-at_install")
class TestStage(ContractCommon):
    """The company's own business status, beside the request's and the people's states."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Stage = cls.env["customer.contract.stage"]
        cls.lease, cls.secrecy = cls.env["customer.contract.type"].create(
            [{"name": "Lease"}, {"name": "Secrecy"}]
        )
        cls.visit = cls.Stage.create(
            {"name": "Visit", "type_ids": [cls.lease.id], "color": 4, "sequence": 15}
        )
        cls.keys = cls.Stage.create(
            {"name": "Keys", "type_ids": [cls.lease.id], "bound_state": "sent", "sequence": 99}
        )
        cls.review = cls.Stage.create({"name": "Review", "type_ids": [cls.secrecy.id]})
        cls.signature_stage = cls.env.ref("customer_contract.customer_contract_stage_signature")

    def _get_columns(self, domain, **context):
        groups = (
            self.env["customer.contract"]
            .with_user(self.manager)
            .with_context(read_group_expand=True, **context)
            .web_read_group(domain, ["stage_id"], [])["groups"]
        )
        return {group["stage_id"] and group["stage_id"][0] for group in groups}

    def test_moving_changes_nothing_else(self):
        contract = self._create_sent_contract(type_id=self.lease.id)

        def look():
            contract.invalidate_recordset()
            return (
                contract.state,
                contract.participant_ids.mapped("state"),
                contract.current_version_id.id,
                len(contract.signature_ids),
                self._get_participant(contract, self.customer).requested_on,
            )

        before = look()
        own = self.Stage.search(
            [
                ("bound_state", "in", (False, contract.state)),
                "|",
                ("type_ids", "=", False),
                ("type_ids", "in", self.lease.id),
            ]
        )
        self.assertTrue(own.filtered(lambda stage: not stage.bound_state))
        for stage in own:
            contract.with_user(self.manager).stage_id = stage
            self.assertEqual(look(), before)
        self.assertTrue(contract.verify_integrity()["ok"])
        self._sign_as_customer(contract)
        self.assertEqual(contract.state, "signed")

    def test_no_stage_tells_of_a_state_that_is_not(self):
        """Whoever drags a draft to *Signed* is told why that is not possible."""
        contract = self._create_contract()
        stage = contract.stage_id
        for name in ("signed", "cancelled", "signature"):
            untrue = self.env.ref(f"customer_contract.customer_contract_stage_{name}")
            with self.subTest(stage=name), self.assertRaisesRegex(UserError, "by themselves"):
                contract.with_user(self.manager).stage_id = untrue
            with self.subTest(stage=name), self.assertRaisesRegex(UserError, "by themselves"):
                self._create_contract(stage_id=untrue.id)
        self.assertEqual(contract.stage_id, stage)

    def test_stages_follow_the_state(self):
        plain = self._create_sent_contract()
        self.assertEqual(plain.stage_id, self.signature_stage)
        lease = self._create_contract(type_id=self.lease.id)
        lease.stage_id = self.visit
        self._sign_as_manager(lease)
        lease.action_send()
        # a type's own stage goes before the common one
        self.assertEqual(lease.stage_id, self.keys)

    def test_stages_of_several_contracts(self):
        """A stage that only one contract's type has is not given to the next one."""
        self.signature_stage.bound_state = False
        lease = self._create_contract(type_id=self.lease.id)
        plain = self._create_contract()
        (lease | plain).sudo()._change_state("sent")
        self.assertEqual(lease.stage_id, self.keys)
        # what it had tells of a draft, which it is no more
        self.assertFalse(plain.stage_id)

    def test_stage_fits_the_type(self):
        contract = self._create_contract(type_id=self.lease.id)
        contract.stage_id = self.visit
        with self.assertRaises(ValidationError):
            contract.stage_id = self.review
        with self.assertRaises(ValidationError):
            self._create_contract(stage_id=self.visit.id)
        contract.type_id = self.secrecy
        self.assertEqual(
            contract.stage_id, self.env.ref("customer_contract.customer_contract_stage_preparation")
        )

    def test_domain_follows_the_type(self):
        contract = self._create_contract(type_id=self.lease.id)
        with Form(contract.with_user(self.manager)) as form:
            form.stage_id = self.visit
        self.assertEqual(contract.stage_id, self.visit)

    def test_columns(self):
        common = set(self.Stage.search([("type_ids", "=", False)]).ids)
        lease = self._create_contract(type_id=self.lease.id)
        self._create_contract(type_id=self.secrecy.id)
        own = [("id", "=", lease.id)]
        leases = {self.visit.id, self.keys.id}
        self.assertEqual(self._get_columns(own), common | leases)
        self.assertEqual(self._get_columns([("type_id", "=", self.lease.id)]), common | leases)
        self.assertEqual(
            self._get_columns([("type_id", "in", [self.secrecy.id])]), common | {self.review.id}
        )
        nothing = [("id", "=", 0)]
        self.assertEqual(self._get_columns(nothing), common)
        self.assertEqual(self._get_columns(nothing, default_type_id=self.lease.id), common | leases)
        self.assertIn(self.review.id, self._get_columns([("user_id", "=", self.manager.id)]))

    def test_columns_of_others_contracts(self):
        """An agent gets the stages of the types of the contracts that the agent sees."""
        agent = new_test_user(
            self.env, login="lonely", groups="customer_contract.group_contract_user"
        )
        self._create_contract(type_id=self.lease.id)
        contracts = self.env["customer.contract"].with_user(agent)
        groups = contracts.with_context(read_group_expand=True).web_read_group([], ["stage_id"], [])
        stages = {group["stage_id"][0] for group in groups["groups"] if group["stage_id"]}
        self.assertNotIn(self.visit.id, stages)

    def test_colours_and_folds(self):
        contract = self._create_contract(type_id=self.lease.id)
        contract.stage_id = self.visit
        self.assertEqual(contract.stage_color, 4)
        row = contract.with_user(self.manager).web_read({"stage_color": {}})[0]
        self.assertEqual(row["stage_color"], 4)
        self.review.fold = True
        groups = (
            self.env["customer.contract"]
            .with_user(self.manager)
            .with_context(read_group_expand=True)
            .formatted_read_group([("type_id", "=", self.secrecy.id)], ["stage_id"], [])
        )
        folded = {group["stage_id"][0] for group in groups if group.get("__fold")}
        self.assertIn(self.review.id, folded)
        self.assertNotIn(self.signature_stage.id, folded)
