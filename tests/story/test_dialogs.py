from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..common import ContractCommon

GROUPS = "customer_contract.group_contract_user,customer_contract.group_contract_esign"


@tagged("post_install", "-at_install")
class TestDialogs(ContractCommon):
    """Dialogs tell nothing of contracts that their user may not read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.spy = new_test_user(
            cls.env,
            "dialog_spy",
            groups=GROUPS,
            company_id=elsewhere.id,
            company_ids=[(6, 0, elsewhere.ids)],
        )
        cls.contract = cls._create_sent_contract()
        participant = cls.contract.participant_ids[-1]
        paper = (
            cls.env["customer.contract.paper"]
            ._as_system()
            .create(
                {
                    "contract_id": cls.contract.id,
                    "participant_id": participant.id,
                    "version_id": cls.contract.current_version_id.id,
                }
            )
        )
        cls.foreign = {
            "customer.contract": cls.contract,
            "customer.contract.participant": participant,
            "customer.contract.version": cls.contract.current_version_id,
            "customer.contract.paper": paper,
        }

    def _get_dialogs(self):
        """Return dialogs with the fields that tell what they are opened on."""
        for name, model in self.env.registry.items():
            if not name.startswith("customer.contract.") or not model._transient:
                continue
            fields = {
                key: field
                for key, field in model._fields.items()
                if field.relational
                and not field.compute
                and field.comodel_name.startswith("customer.contract")
                and not self.env[field.comodel_name].is_transient()
            }
            if fields:
                yield name, fields

    def test_every_dialog_asks(self):
        mixin = self.env.registry["customer.contract.dialog.mixin"]
        names = [name for name, _fields in self._get_dialogs()]
        self.assertGreater(len(names), 12)
        for name in names:
            self.assertTrue(issubclass(self.env.registry[name], mixin), name)

    def test_foreign_records_open_none(self):
        for name, fields in self._get_dialogs():
            Dialog = self.env[name].with_user(self.spy)
            if not Dialog.has_access("create"):
                continue
            values = {
                key: [(6, 0, self.foreign[field.comodel_name].ids)]
                if field.type == "many2many"
                else self.foreign[field.comodel_name].id
                for key, field in fields.items()
                if field.comodel_name in self.foreign
            }
            context = {f"default_{key}": value for key, value in values.items()}
            spec = {key: {} for key in Dialog._fields}
            with self.subTest(name):
                with self.assertRaises(AccessError):
                    Dialog.create(values)
                with self.assertRaises(AccessError):
                    Dialog.onchange(values, [], spec)
                with self.assertRaises(AccessError):
                    Dialog.with_context(**context).onchange({}, [], spec)
