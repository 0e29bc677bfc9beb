from odoo import api, fields, models

from ...utils import make_policy


class CustomerContractPolicyMixin(models.AbstractModel):
    """What a type decides for its contracts, and each contract may decide otherwise.

    Features add their policies here, one field each, made by ``make_policy``: types and
    contracts get them both. A company has its say in a field of the same name after
    ``contract_``. What only one of them says goes to its own model as usual.
    """

    _name = "customer.contract.policy.mixin"
    _description = "Contract Policies"

    sign_deadline_days = make_policy(
        fields.Integer,
        "Days to Sign",
        help="How many days after sending the contract can be signed, unless a date is set. "
        "0: no deadline.",
    )
    _sign_deadline_days_not_negative = models.Constraint(
        "CHECK (sign_deadline_days >= 0)", "The days to sign are counted from 0."
    )

    @api.onchange("company_id")
    def _onchange_company_policies(self):
        # Another company has other defaults; what is saved stays.
        if not self._origin:
            for name in self._get_policy_fields():
                self[name] = self._get_policy_default(name)

    def _valid_field_parameter(self, field, name):
        # Contracts track what types, which have no messages, do not.
        return name in ("policy_default", "tracking") or super()._valid_field_parameter(field, name)

    def _get_policy_fields(self):
        """Return the names of all policies.

        :rtype: list[str]
        """
        return [name for name, field in self._fields.items() if hasattr(field, "policy_default")]

    def _get_policy_dependencies(self):
        """Return the fields whose change brings the defaults back.

        There is none by itself: what somebody decided stays.

        :rtype: list[str]
        """
        return []

    def _get_policy_default(self, name):
        """Return what the level above says about a policy.

        :param str name: the policy
        :return: a value of its field
        """
        self.ensure_one()
        company = self.company_id or self.env.company
        of_company = f"contract_{name}"
        if of_company in company._fields:
            return company[of_company]
        return self._fields[name].policy_default
