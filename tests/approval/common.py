from odoo import Command
from odoo.tests import new_test_user

from ..common import ContractCommon


class ApprovalCommon(ContractCommon):
    """Employees who approve, and rules that demand it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        user_group = "customer_contract.group_contract_user"
        cls.approvers = cls.env["res.users"]
        for login, name in (("ann", "Ann Legal"), ("bob", "Bob Legal"), ("cem", "Cem Legal")):
            cls.approvers |= new_test_user(
                cls.env, login=login, name=name, email=f"{login}@us.example.com", groups=user_group
            )
        cls.ann, cls.bob, cls.cem = cls.approvers
        cls.director = new_test_user(
            cls.env,
            login="director",
            name="Dora Director",
            email="dora@us.example.com",
            groups=f"{user_group},customer_contract.group_contract_esign",
        )
        cls.administrator = new_test_user(
            cls.env,
            login="contract_administrator",
            email="admin@us.example.com",
            groups="customer_contract.group_contract_manager",
        )
        cls.legal = cls.env["res.groups"].create(
            {"name": "Legal", "user_ids": [Command.set(cls.approvers.ids)]}
        )
        cls.contract_type = cls.env["customer.contract.type"].create(
            {"name": "Service", "allow_delegation": True}
        )

    @classmethod
    def _create_rule(cls, *steps, **values):
        """Create an approval rule with its steps.

        :param dict steps: the values of each step
        :param values: values of the rule
        """
        return cls.env["customer.contract.approval.rule"].create(
            {
                "name": "Rule",
                "step_ids": [
                    Command.create({"name": f"Step {number}", "sequence": 10 * number, **step})
                    for number, step in enumerate(steps, 1)
                ],
                **values,
            }
        )

    @classmethod
    def _of_users(cls, *users, **values):
        """Prepare a rule's step of some users."""
        return {
            "source": "user",
            "user_ids": [Command.set([user.id for user in users])],
            **values,
        }

    def _of_legal(self, **values):
        """Prepare a rule's step of the legal department."""
        return {"source": "group", "group_id": self.legal.id, **values}

    def _get_states(self, contract, *users):
        """Return the states of some people's parts in a contract."""
        contract.invalidate_recordset()
        return [self._get_participant(contract, user.partner_id).state for user in users]

    def _count_events(self, contract, event_type):
        """Count the events of one kind in a contract's trail."""
        contract.invalidate_recordset()
        events = contract.sudo().event_ids
        return len(events.filtered(lambda event: event.event_type == event_type))
