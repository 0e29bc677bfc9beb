import json
from datetime import timedelta

from lxml import etree

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import Form, HttpCase, tagged
from odoo.tools import mute_logger

from ..common import make_pdf
from ..custom_field.common import ContractValueCommon
from .common import FieldRuleCommon

# What is ruled: model, field, and the secret.
RULED = [
    ("customer.contract", "amount_total", 98765.0),
    ("customer.contract", "date_end", "2097-05-06"),
    ("customer.contract", "properties.margin", 4321.5),
    ("customer.contract.participant", "capacity", "Chief Secretary"),
    ("customer.contract.document", "folder", "Secret drawings"),
    ("customer.contract.milestone", "amount", 543.25),
    ("customer.contract.section", "body", "<p>Secret clause</p>"),
]
GROUPED = {"date_end": "date_end:month"}
# What Odoo cannot do with a field for anybody.
IMPOSSIBLE = {("body", "group"), ("body", "web group"), ("body", "search")} | {
    (name, "sum") for name in ("body", "properties.margin", "capacity", "folder")
}
# The ways that answer with values, and those that answer with records.
VALUES = {
    "read": lambda rows, name, _value: rows.read([name.partition(".")[0]]),
    "form": lambda rows, name, _value: rows.web_read({name.partition(".")[0]: {}}),
    "list": lambda rows, name, _value: rows.web_search_read(
        [("id", "in", rows.ids)], {name.partition(".")[0]: {}}
    ),
    "export": lambda rows, name, _value: rows.export_data([name]),
    "copy": lambda rows, _name, _value: rows.copy_data(),
    "python": lambda rows, name, _value: (
        dict(rows.properties) if "." in name else [getattr(row, name) for row in rows]
    ),
    "mail template": lambda rows, name, _value: rows.env["mail.template"]._render_template(
        f'<t t-out="object.{name.partition(".")[0]}"/>', rows._name, rows.ids, engine="qweb"
    ),
    "mail subject": lambda rows, name, _value: rows.env["mail.template"]._render_template(
        "{{ object.%s }}" % name.partition(".")[0], rows._name, rows.ids
    ),
}
RECORDS = {
    "search": lambda rows, name, value: rows.search([("id", "in", rows.ids), (name, "=", value)]),
    "search by part": lambda rows, name, value: rows.search(
        [("id", "in", rows.ids), (name, "ilike", str(value))]
    ),
    "count": lambda rows, name, _value: rows.search_count([(name, "!=", False)]),
    "order": lambda rows, name, _value: rows.search([("id", "in", rows.ids)], order=name),
    "group": lambda rows, name, _value: rows.formatted_read_group(
        [], [GROUPED.get(name, name)], ["__count"]
    ),
    "web group": lambda rows, name, _value: rows.web_read_group([], [GROUPED.get(name, name)]),
    "sum": lambda rows, name, _value: rows.formatted_read_group([], [], [f"{name}:max"]),
    "name search": lambda rows, name, value: rows.name_search("", [(name, "=", value)]),
}


@tagged("post_install", "-at_install")
class TestEachWay(ContractValueCommon, FieldRuleCommon, HttpCase):
    """Every ruled field, each way there is to it, as each role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._create_delivery(amount_total=98765, date_end="2097-05-06")
        # elevated: the fixture is no user's work
        contract_sudo = cls.contract.sudo()
        contract_sudo.properties = {**dict(contract_sudo.properties), "margin": 4321.5}
        person = cls._get_participant(cls.contract, cls.customer)
        person.capacity = "Chief Secretary"
        section = contract_sudo.section_ids[-1]
        section.body = "<p>Secret clause</p>"
        document = cls.env["customer.contract.document"].create(
            {
                "contract_id": cls.contract.id,
                "name": "plan.pdf",
                "raw": make_pdf(),
                "folder": "Secret drawings",
            }
        )
        milestone = cls.env["customer.contract.milestone"].create(
            {
                "contract_id": cls.contract.id,
                "name": "Delivery",
                "date": "2026-05-01",
                "amount": 543.25,
            }
        )
        cls.records = {
            "customer.contract": cls.contract,
            "customer.contract.participant": person,
            "customer.contract.document": document,
            "customer.contract.milestone": milestone,
            "customer.contract.section": section,
        }
        cls.open_roles = (cls.administrator, cls.all_user)
        cls.closed_roles = (cls.agent, cls.portal_user)
        # outside users included: no groups are named, some are exempt
        for model, name, _secret in RULED:
            cls.env["customer.contract.field.rule"].create(
                {
                    "field_name": f"{model}:{name}",
                    "access": "hidden",
                    "exempt_group_ids": [Command.link(cls.exempt.id)],
                }
            )
        cls.env.flush_all()
        cls.env.invalidate_all()

    def _get_rows(self, model, user):
        self.env.invalidate_all()
        return self.env[model].with_user(user).browse(self.records[model].ids)

    def _get_words(self, secret):
        return str(secret).removeprefix("<p>").removesuffix("</p>").removesuffix(".0")

    def _say(self, answer):
        return json.dumps(answer, default=str).replace("\\u00a0", " ")

    def _try(self, way, rows, name, secret):
        """Return an answer as text, none if it is refused."""
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.addons.mail.models.mail_render_mixin"):
                return self._say(way(rows, name, secret))
        except (UserError, ValueError):
            self.env.invalidate_all()
            return None

    def test_values(self):
        for model, name, secret in RULED:
            words = self._get_words(secret)
            for title, way in VALUES.items():
                for user in (*self.open_roles, *self.closed_roles):
                    rows = self._get_rows(model, user)
                    with self.subTest(field=name, way=title, user=user.login):
                        answer = self._try(way, rows, name, secret)
                        if user in self.closed_roles:
                            self.assertNotIn(words, answer or "")
                        elif title not in ("mail template", "mail subject", "copy"):
                            self.assertIn(words, answer or "")

    def test_records(self):
        for model, name, secret in RULED:
            for title, way in RECORDS.items():
                for user in (*self.open_roles, *self.closed_roles):
                    rows = self._get_rows(model, user)
                    with self.subTest(field=name, way=title, user=user.login):
                        answer = self._try(way, rows, name, secret)
                        if user in self.closed_roles:
                            self.assertIsNone(answer)
                        elif (name, title) not in IMPOSSIBLE:
                            self.assertIsNotNone(answer)

    def test_writing(self):
        for model, name, secret in RULED:
            base, _dot, custom = name.partition(".")
            values = {base: {custom: 7.0} if custom else secret}
            for user in self.closed_roles:
                rows = self._get_rows(model, user)
                with self.subTest(field=name, user=user.login):
                    self._assert_refused(lambda rows=rows, values=values: rows.write(values))
                    table = [".id", base], [[str(rows.id), json.dumps(values[base])]]
                    with mute_logger("odoo.addons.base.models.ir_fields"):
                        self.assertIsNone(self._try(self._load, rows, *table))

    def _load(self, rows, columns, cells):
        result = rows.load(columns, cells)
        if not result["ids"]:
            raise UserError(str(result["messages"]))
        return result["ids"]

    def test_forms(self):
        """What is hidden is in no view, and the form of the rest opens and saves."""
        contract = self.contract.with_user(self.agent)
        for kind in ("form", "list", "kanban", "search", "calendar", "pivot", "graph"):
            if (
                not contract.env["ir.ui.view"]
                .sudo()
                .search([("model", "=", "customer.contract"), ("type", "=", kind)], limit=1)
            ):
                continue
            arch = contract.get_view(view_type=kind)["arch"]
            self.assertNotIn('"amount_total"', arch)
            self.assertNotIn('name="share"', arch)
        form = etree.fromstring(contract.get_view(view_type="form")["arch"])
        people = form.xpath("//field[@name='participant_ids']")[0]
        self.assertTrue(people.xpath(".//field[@name='partner_id']"))
        self.assertFalse(people.xpath(".//field[@name='capacity']"))
        with Form(contract) as form:
            form.title = "Without secrets"
        self.assertNotIn("amount_total", form._view["fields"])
        with Form(self.contract.with_user(self.all_user)) as form:
            form.amount_total = 98764
        self.contract.sudo().amount_total = 98765

    def test_what_tells_an_amount(self):
        """Amount and share of milestones tell each other, and the contract's amount."""
        milestone = self._get_rows("customer.contract.milestone", self.agent)
        for name in ("amount", "share", "basis_value"):
            self.assertNotIn(name, milestone.fields_get())
            for call in (
                lambda name=name: milestone.read([name]),
                lambda name=name: milestone.write({name: 1}),
            ):
                self._assert_refused(call)
        added = milestone.create(
            {"contract_id": self.contract.id, "name": "Assembly", "date": "2026-06-01"}
        )
        added.name = "Assembly and tests"
        self._assert_refused(
            lambda: milestone.with_context(default_share=5).create(
                {"contract_id": self.contract.id, "name": "More", "date": "2026-06-01"}
            )
        )
        contract = self.contract.with_user(self.agent).with_context(default_share=5)
        contract.milestone_ids = [Command.create({"name": "Training", "date": "2026-06-01"})]
        self.assertFalse(contract.sudo().milestone_ids.filtered("share") - milestone.sudo())
        self.env["customer.contract.field.rule"].search(
            [("field_name", "=", "customer.contract.milestone:amount")]
        ).active = False
        self.assertNotIn("share", milestone.fields_get(), "The contract's amount is hidden.")
        self.assertNotIn("lifecycle", self.contract.with_user(self.agent).fields_get())
        self.assertIn("lifecycle", self.contract.with_user(self.all_user).fields_get())

    def test_json_2(self):
        expiry = fields.Datetime.now() + timedelta(hours=1)
        keys = {
            user: self.env(user=user)["res.users.apikeys"].sudo()._generate("rpc", "test", expiry)
            for user in (self.all_user, *self.closed_roles)
        }
        for user, key in keys.items():
            for model, name, secret in RULED:
                base = name.partition(".")[0]
                ids = self.records[model].ids
                for method, arguments in (
                    ("read", {"ids": ids, "fields": [base]}),
                    ("search_read", {"domain": [["id", "in", ids]], "fields": [base]}),
                    ("search_read", {"domain": [[name, "=", secret]], "fields": ["id"]}),
                    ("search", {"domain": [["id", "in", ids]], "order": name}),
                    ("export_data", {"ids": ids, "fields_to_export": [name]}),
                ):
                    with (
                        self.subTest(user=user.login, field=name, method=method),
                        mute_logger("odoo.http"),
                    ):
                        answer = self.url_open(
                            f"/json/2/{model}/{method}",
                            data=json.dumps(arguments),
                            headers={
                                "Authorization": f"Bearer {key}",
                                "Content-Type": "application/json",
                            },
                        )
                        words = self._get_words(secret)
                        if user in self.closed_roles:
                            self.assertNotIn(words, answer.text if answer.ok else "")
                            if method == "search" or "domain" not in arguments:
                                continue
                            self.assertFalse(answer.ok and arguments["domain"][0][0] == name)
                        else:
                            self.assertEqual(answer.status_code, 200, answer.text)

    def test_report(self):
        """Whoever may read a contract reads all that the parties agree on."""
        report = self.env["ir.actions.report"]
        for user in (*self.open_roles, self.agent):
            self.env.invalidate_all()
            html, _kind = report.with_user(user)._render_qweb_html(
                "customer_contract.report_customer_contract", self.contract.ids
            )
            self.assertIn("Secret clause", html.decode() if isinstance(html, bytes) else html)
        self._assert_refused(lambda: self.contract.with_user(self.portal_user).get_audit_trail())

    def test_portal_page(self):
        """Pages run elevated: they show the frozen text, no field that is not part of it."""
        self.contract.with_user(self.agent).action_send()
        self.env.flush_all()
        self.authenticate(self.portal_user.login, self.portal_user.login)
        page = self.url_open(f"/my/contracts/{self.contract.id}")
        self.assertEqual(page.status_code, 200)
        self.assertIn("Secret clause", page.text)
        self.assertNotIn("4321", page.text)


@tagged("post_install", "-at_install")
class TestRelatedFields(FieldRuleCommon):
    def test_related_fields(self):
        """Fields of whatever model that tell a hidden one, made by an administrator."""
        self.addCleanup(self.registry.reset_changes)
        contract = self._create_contract(date_end="2097-05-06")
        self._create_rule("date_end")
        paths = {
            "customer.contract": "date_end",
            "customer.contract.participant": "contract_id.date_end",
            "res.partner": "contract_ids.date_end",
        }
        for model, path in paths.items():
            self.env["ir.model.fields"].create(
                {
                    "model_id": self.env["ir.model"]._get_id(model),
                    "name": "x_told",
                    "field_description": "Told",
                    "ttype": "date",
                    "related": path,
                    "store": model == "customer.contract.participant",
                }
            )
        for model, records in (
            ("customer.contract", contract),
            ("customer.contract.participant", contract.sudo().participant_ids[0]),
            ("res.partner", self.customer_company),
        ):
            rows = records.sudo(False).with_user(self.all_user)
            self.assertEqual(str(rows.x_told), "2097-05-06", model)
            self.assertIn("x_told", rows.fields_get())
            rows = rows.with_user(self.agent)
            self.assertNotIn("x_told", rows.fields_get())
            for call in (
                lambda rows=rows: rows.read(["x_told"]),
                lambda rows=rows: rows.x_told,
                lambda rows=rows: rows.search([("x_told", "=", "2097-05-06")]),
                lambda rows=rows: rows.search([], order="x_told"),
            ):
                self._assert_refused(call)
        contract = contract.with_user(self.agent)
        contract.action_send()
        self.assertEqual(contract.state, "sent", "The addon's acts see everything.")
