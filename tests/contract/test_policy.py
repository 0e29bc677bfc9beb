from contextlib import contextmanager
from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import ContractCommon

# What holds where nobody says anything, and another choice.
POLICIES = {
    "allow_delegation": (False, True),
    "allow_dispute": (True, False),
    "allow_esign": (True, False),
    "allow_in_person": (True, False),
    "allow_paper": (True, False),
    "automatic_reminders": (True, False),
    "documents_visible": (False, True),
    "identity_policy": ("link", "code"),
    "reminder_first_days": (2, 4),
    "reminder_interval_days": (2, 8),
    "reminder_last_days": (1, 2),
    "reminder_max_count": (5, 6),
    "show_milestones_in_report": (False, True),
    "sign_deadline_days": (0, 14),
}
OF_COMPANY = {
    "automatic_reminders",
    "documents_visible",
    "reminder_first_days",
    "reminder_interval_days",
    "reminder_last_days",
    "reminder_max_count",
    "sign_deadline_days",
}
TRACKED = {
    "allow_delegation",
    "allow_dispute",
    "allow_esign",
    "allow_in_person",
    "allow_paper",
    "automatic_reminders",
    "identity_policy",
}
# What a type calls or explains in words of its own.
OWN_WORDS = {("allow_delegation", "string"), ("show_milestones_in_report", "help")}


@tagged("post_install", "-at_install")
class TestPolicy(ContractCommon):
    """Policies have a type's default and a contract's override, some a company's default."""

    def _create_type(self, **values):
        return self.env["customer.contract.type"].create({"name": "Kind", **values})

    @contextmanager
    def _trial(self, name):
        """Try something with a policy, and undo it before the next."""
        with self.subTest(policy=name), self.env.cr.savepoint() as savepoint:
            yield
            savepoint.rollback()
        self.env.invalidate_all()

    # === DECLARED ONCE === #

    def test_every_policy_is_in_the_table(self):
        for model in ("customer.contract", "customer.contract.type"):
            self.assertEqual(sorted(self.env[model]._get_policy_fields()), sorted(POLICIES))
        company = self.env.company
        self.assertEqual({name for name in POLICIES if f"contract_{name}" in company}, OF_COMPANY)

    def test_declared_once_for_both(self):
        for name in self.env["customer.contract.policy.mixin"]._get_policy_fields():
            with self.subTest(policy=name):
                ours = self.env["customer.contract"]._fields[name]
                theirs = self.env["customer.contract.type"]._fields[name]
                for word in ("string", "help"):
                    if (name, word) in OWN_WORDS:
                        self.assertNotEqual(getattr(ours, word), getattr(theirs, word))
                    else:
                        self.assertEqual(getattr(ours, word), getattr(theirs, word))
                for field in (ours, theirs):
                    self.assertTrue(field.store and field.precompute and field.copy)
                    self.assertFalse(field.readonly or field.groups)
                self.assertEqual((ours.type, ours.required), (theirs.type, theirs.required))
                self.assertEqual(
                    name in self.env["customer.contract"]._track_get_fields(), name in TRACKED
                )

    def test_each_has_its_columns(self):
        self.env.cr.execute(
            """
            SELECT table_name, array_agg(column_name::text)
              FROM information_schema.columns
             WHERE table_name IN ('customer_contract', 'customer_contract_type')
          GROUP BY table_name
            """
        )
        columns = dict(self.env.cr.fetchall())
        self.assertEqual(len(columns), 2)
        for table, names in columns.items():
            self.assertFalse(set(POLICIES) - set(names), table)

    def test_a_policy_to_come_leaves_the_others_alone(self):
        """A new column is computed for all rows: nothing else may be computed with it."""
        for name in POLICIES:
            with self._trial(name):
                default, other = POLICIES[name]
                contract = self._create_contract(type_id=self._create_type().id, **{name: other})
                contract.flush_recordset()
                for fresh in set(POLICIES) - {name}:
                    self.env.add_to_compute(contract._fields[fresh], contract)
                contract.flush_recordset()
                contract.invalidate_recordset()
                self.assertEqual(contract[name], other)
                self.assertNotEqual(default, other)

    # === TYPE AND CONTRACT === #

    def test_where_nobody_says_anything(self):
        contract_type, plain = self._create_type(), self._create_contract()
        contract = self._create_contract(type_id=contract_type.id)
        for name, (default, _other) in POLICIES.items():
            for record in (contract_type, plain, contract):
                self.assertEqual(record[name], default, f"{name} of {record}")

    def test_contract_takes_what_its_type_says(self):
        for name in POLICIES:
            with self._trial(name):
                other = POLICIES[name][1]
                contract = self._create_contract(type_id=self._create_type(**{name: other}).id)
                self.assertEqual(contract[name], other)

    def test_contract_keeps_what_it_says_itself(self):
        for name in POLICIES:
            with self._trial(name):
                default, other = POLICIES[name]
                contract_type = self._create_type()
                contract = self._create_contract(type_id=contract_type.id, **{name: other})
                self.assertEqual(contract[name], other)
                contract[name] = default
                contract.flush_recordset()
                contract.invalidate_recordset()
                self.assertEqual(contract[name], default)
                if name != "identity_policy":
                    contract_type[name] = other
                contract.title = "Another Title"
                contract.flush_recordset()
                contract.invalidate_recordset()
                self.assertEqual(contract[name], default, "a type decides for new contracts")
                self.assertEqual(contract.copy()[name], default)

    def test_another_type_brings_its_default(self):
        for name in POLICIES:
            with self._trial(name):
                default, other = POLICIES[name]
                contract = self._create_contract(type_id=self._create_type().id)
                contract.type_id = self._create_type(**{name: other})
                self.assertEqual(contract[name], other)
                contract.type_id = self._create_type()
                # Identification is never weakened by itself.
                self.assertEqual(contract[name], other if name == "identity_policy" else default)

    def test_form_shows_the_default(self):
        names = {"allow_esign", "documents_visible", "reminder_first_days", "sign_deadline_days"}
        for name in names:
            with self._trial(name):
                default, other = POLICIES[name]
                contract_type = self._create_type(**{name: other})
                with Form(self.env["customer.contract"].with_user(self.manager)) as form:
                    form.title = "Lease"
                    form.partner_id = self.customer_company
                    self.assertEqual(form[name], default)
                    form.type_id = contract_type
                    self.assertEqual(form[name], other)
                self.assertEqual(form.record[name], other)
        with Form(self.env["customer.contract.type"]) as form:
            form.name = "Lease"
            for name, (default, _other) in POLICIES.items():
                self.assertEqual(form[name], default)

    def test_no_negative_days(self):
        for name in ("reminder_first_days", "sign_deadline_days"):
            for record in (self._create_type(), self._create_contract().sudo()):
                with (
                    self.assertRaises(CheckViolation),
                    mute_logger("odoo.sql_db"),
                    self.env.cr.savepoint(),
                ):
                    record[name] = -1
                    record.flush_recordset()
            with (
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.company[f"contract_{name}"] = -1
                self.company.flush_recordset()

    # === COMPANY === #

    def test_companies_start_with_the_policies_own_defaults(self):
        fresh = self.env["res.company"].create({"name": "Fresh"})
        for name in OF_COMPANY:
            self.assertEqual(fresh[f"contract_{name}"], POLICIES[name][0], name)

    def test_company_default_reaches_what_is_new(self):
        for name in sorted(OF_COMPANY):
            with self._trial(name):
                default, other = POLICIES[name]
                old_type, old = self._create_type(), self._create_contract()
                self.company[f"contract_{name}"] = other
                self.assertEqual(self._create_type()[name], other)
                self.assertEqual(self._create_type(**{name: default})[name], default)
                self.assertEqual(self._create_contract()[name], other)
                self.assertEqual(self._create_contract(**{name: default})[name], default)
                self.assertEqual(self._create_contract(type_id=old_type.id)[name], default)
                self.assertEqual((old_type[name], old[name]), (default, default))

    def test_each_company_has_its_own(self):
        other_company = self.env["res.company"].create(
            {"name": "Other", "contract_sign_deadline_days": 21}
        )
        self.env.user.company_ids |= other_company
        self.assertEqual(self._create_type(company_id=other_company.id).sign_deadline_days, 21)
        self.assertEqual(self._create_type(company_id=self.company.id).sign_deadline_days, 0)
        kind = self.env["customer.contract.type"].new({"name": "Kind"})
        kind.company_id = other_company
        kind._onchange_company_policies()
        self.assertEqual(kind.sign_deadline_days, 21)
        saved = self._create_type(company_id=self.company.id)
        saved.company_id = other_company
        self.assertEqual(saved.sign_deadline_days, 0)

    def test_settings(self):
        self.env["res.config.settings"].create(
            {f"contract_{name}": POLICIES[name][1] for name in OF_COMPANY}
        ).execute()
        contract = self._create_contract()
        for name in OF_COMPANY:
            self.assertEqual(contract[name], POLICIES[name][1], name)

    # === DAYS TO SIGN === #

    def test_deadline_counts_from_sending(self):
        contract = self._create_contract(sign_deadline_days=14)
        self.assertFalse(contract.sign_deadline)
        self._sign_as_manager(contract)
        contract.action_send()
        self.assertEqual(contract.sign_deadline, fields.Date.today() + timedelta(days=14))
        changed = contract.sudo().event_ids.filtered(lambda event: event.event_type == "changed")
        self.assertIn("Sign Before", changed.payload)

    def test_deadline_that_was_chosen_stays(self):
        contract = self._create_contract(sign_deadline_days=14, sign_deadline="2099-01-01")
        self._sign_as_manager(contract)
        contract.action_send()
        self.assertEqual(str(contract.sign_deadline), "2099-01-01")
        contract.sign_deadline = False
        contract.action_send()
        self.assertFalse(contract.sign_deadline, "sent again, it has what the manager left it")

    def test_mail_names_the_deadline(self):
        self.company.contract_signing_order = "counterparty_first"
        contract = self._create_contract(sign_deadline_days=14)
        self.assertEqual(contract.action_open_send()["res_model"], "mail.compose.message")
        self.assertEqual(contract.sign_deadline, fields.Date.today() + timedelta(days=14))
