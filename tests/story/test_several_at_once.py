import contextlib
import inspect

from odoo import Command
from odoo.exceptions import UserError
from odoo.models import MAGIC_COLUMNS, BaseModel
from odoo.tests import new_test_user, tagged

from ..common import ContractCommon, make_signature_picture

ADDON = "odoo.addons.customer_contract."
# What methods are called with; whoever adds a method with another argument adds it here.
ARGUMENTS = {
    "email": "somebody@elsewhere.example.com",
    "answer": "We explain it",
    "content": b"",
    "explanation": "We explain it",
    "partner_id": 1,
    "participant_id": 1,
    "reason": "Because",
    "signature": make_signature_picture(),
}


def get_public_methods(model):
    """Return the public methods that the addon itself gives to a model, by their names."""
    methods = {}
    for cls in type(model).mro():
        if not cls.__module__.startswith(ADDON):
            continue
        for name, function in vars(cls).items():
            if not name.startswith("_") and inspect.isfunction(function):
                methods[name] = function
    outside = {
        name
        for cls in type(model).mro()
        if cls.__module__.startswith("odoo.addons.") and not cls.__module__.startswith(ADDON)
        for name in vars(cls)
    }
    return {
        name: function
        for name, function in methods.items()
        if not hasattr(BaseModel, name) and name not in outside
    }


@tagged("post_install", "-at_install")
class TestSeveralAtOnce(ContractCommon):
    """Whatever can be called with several records works for all, or says in words why not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = new_test_user(
            cls.env,
            login="contract_administrator",
            name="Ada Administrator",
            email="ada@company.example.com",
            groups="customer_contract.group_contract_manager,"
            "customer_contract.group_contract_esign,base.group_system",
        )

    def setUp(self):
        super().setUp()
        # Signed, sent and drafts: the same act meets all of them at once.
        signed = self._create_signed_contract(**self._prepare_rows())
        sent = self._create_sent_contract(**self._prepare_rows())
        draft = self._create_contract(**self._prepare_rows())
        self.contracts = draft | sent | signed

    def _prepare_rows(self):
        """Prepare rows of a contract, as many as there may be."""
        return {
            "milestone_ids": [
                Command.create({"name": f"Step {number}", "date": "2098-01-01"})
                for number in range(3)
            ],
            "document_ids": [
                Command.create({"name": f"annex{number}.txt", "raw": b"Annex"})
                for number in range(3)
            ],
        }

    def _get_models(self):
        """Return the models to which the addon adds public methods."""
        found = []
        for name in sorted(self.env.registry):
            model = self.env[name].with_user(self.administrator)
            if not model._abstract and get_public_methods(model):
                found.append(model)
        return found

    def _get_records(self, model, count):
        """Return that many records of a model, or what was deleted meanwhile."""
        if model._name == "customer.contract":
            return self.contracts.with_user(self.administrator)[:count]
        own = model.sudo().with_context(active_test=False).search([], limit=count).ids
        missing = range(10**9, 10**9 + count - len(own))
        return model.browse([*own, *missing])

    def _call(self, records, name):
        """Call a method as programs do, and undo it; return what it says if it refuses."""
        function = getattr(records, name)
        arguments = {}
        for parameter in inspect.signature(function).parameters.values():
            if parameter.default is parameter.empty and parameter.kind not in (
                parameter.VAR_POSITIONAL,
                parameter.VAR_KEYWORD,
            ):
                arguments[parameter.name] = ARGUMENTS[parameter.name]
        try:
            with self.env.cr.savepoint() as savepoint:
                try:
                    function(**arguments)
                    self.env.flush_all()
                finally:
                    savepoint.rollback()
        except UserError as refusal:
            return str(refusal)
        return None

    def test_every_public_method(self):
        called = 0
        for model in self._get_models():
            for name in get_public_methods(model):
                for count in (0, 2, 3):
                    with self.subTest(model=model._name, method=name, count=count):
                        # All else than a refusal in words is raised, and fails.
                        self._call(self._get_records(model, count), name)
                        called += 1
        self.assertGreater(called, 200)

    def test_every_button_is_a_public_method(self):
        buttons = 0
        views = self.env["ir.ui.view"].search([("model", "!=", False)])
        for view in views.filtered(lambda view: view.xml_id.startswith("customer_contract.")):
            model = self.env[view.model]
            for node in view._get_combined_arch().xpath("//button[@type='object']"):
                function = getattr(type(model), node.get("name"), None)
                if (
                    function
                    and function.__module__.startswith(ADDON)
                    # what extends a button of Odoo's own is called as that is
                    and view.model.startswith("customer.contract")
                ):
                    buttons += 1
                    self.assertIn(node.get("name"), get_public_methods(model), view.xml_id)
        self.assertGreater(buttons, 50)

    def test_every_action_of_a_selection(self):
        actions = self.env["ir.actions.server"].search([("binding_model_id", "!=", False)])
        actions = actions.filtered(
            lambda action: (action.get_external_id()[action.id] or "").startswith(
                "customer_contract."
            )
        )
        self.assertTrue(actions)
        for action in actions:
            for count in (2, 3):
                records = self._get_records(
                    self.env[action.model_name].with_user(self.administrator), count
                )
                with self.subTest(action=action.name, count=count):
                    action.with_user(self.administrator).with_context(
                        active_model=records._name, active_id=records[0].id, active_ids=records.ids
                    ).run()

    def test_every_editable_field(self):
        """Lists write one value into all the rows that are selected."""
        written = 0
        for model in self.env.values():
            if not model._name.startswith("customer.contract") or model._abstract:
                continue
            records = self.env[model._name].with_user(self.administrator)
            records = self._get_records(records, 3).exists()
            for name, field in records._fields.items():
                if len(records) < 2 or field.readonly or not field.store or name in MAGIC_COLUMNS:
                    continue
                values = [record[name] for record in records.sudo()[:1]]
                if field.type in ("one2many", "many2many", "properties", "binary", "html"):
                    continue
                value = field.convert_to_write(values[0], records[:1])
                for new in [value, not value] if field.type == "boolean" else [value]:
                    with self.subTest(model=model._name, field=name, value=new):
                        with (
                            contextlib.suppress(UserError),
                            self.env.cr.savepoint() as savepoint,
                        ):
                            try:
                                records.write({name: new})
                            finally:
                                savepoint.rollback()
                        written += 1
        self.assertGreater(written, 80)

    def test_milestones_are_shown_and_hidden_together(self):
        milestones = self.contracts[0].milestone_ids
        milestones.action_show()
        self.assertEqual(milestones.mapped("portal_visible"), [True] * 3)
        milestones.action_hide()
        self.assertEqual(milestones.mapped("portal_visible"), [False] * 3)

    def test_signing_is_for_one(self):
        drafts = self._create_contract() | self._create_contract()
        with self.assertRaisesRegex(UserError, "one record at a time.*Contract.*2 are selected"):
            self._sign_as_manager(drafts)
        self.assertFalse(drafts.signature_ids)

    def test_remind_does_what_it_can(self):
        draft, sent, signed = self.contracts
        result = self.contracts.with_user(self.manager).action_remind()
        self.assertTrue(self._get_participant(sent, self.customer).reminded_on)
        self.assertEqual(result["tag"], "display_notification")
        message = result["params"]["message"]
        self.assertIn(draft.name, message)
        self.assertIn(signed.name, message)
        self.assertIn(f"Done: {sent.name}\n", message)
        self.assertNotIn("reminded", draft.sudo().event_ids.mapped("event_type"))

    def test_remind_refuses_where_it_can_do_nothing(self):
        draft, _sent, signed = self.contracts
        with self.assertRaisesRegex(UserError, rf"{draft.name}[\s\S]*{signed.name}"):
            (draft | signed).with_user(self.manager).action_remind()
        others = self._create_sent_contract() | self._create_sent_contract()
        result = others.with_user(self.manager).action_remind()
        self.assertEqual(result["params"]["type"], "success")
