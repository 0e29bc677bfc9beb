from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user

from ..common import ContractCommon


class FieldRuleCommon(ContractCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls.manager  # User: Own Contracts
        cls.agent.group_ids += cls.env.ref("base.group_allow_export")
        cls.all_user = new_test_user(
            cls.env,
            login="all_user",
            email="all@company.example.com",
            groups="customer_contract.group_contract_user_all",
        )
        cls.administrator = new_test_user(
            cls.env, login="administrator", groups="customer_contract.group_contract_manager"
        )
        for user in (cls.all_user, cls.administrator):
            user.group_ids += cls.env.ref("base.group_allow_export")
        cls.exempt = cls.env.ref("customer_contract.group_contract_user_all")

    def _create_rule(self, name, access="hidden", model="customer.contract", **values):
        return (
            self.env["customer.contract.field.rule"]
            .with_user(self.administrator)
            .create(
                {
                    "field_name": f"{model}:{name}",
                    "access": access,
                    "exempt_group_ids": [Command.link(self.exempt.id)],
                    **values,
                }
            )
        )

    def _assert_refused(self, call):
        """Check that a call is refused, or not understood, and gives nothing."""
        try:
            with self.env.cr.savepoint():
                answer = call()
        except (UserError, ValueError):
            self.env.invalidate_all()
            return
        self.fail(f"answered {answer!r}")

    def _run_tracking(self):
        self.env.flush_all()
        self.env.cr.precommit.run()

    def _as_agent(self, contract):
        contract.invalidate_recordset()
        return contract.with_user(self.agent)
