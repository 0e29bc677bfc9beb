from datetime import datetime

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools.misc import file_open

from ..common import ContractCommon


@tagged("post_install", "-at_install")
class TestNewcomer(ContractCommon):
    """What helps whoever begins: a file to import, plans of activities, regular figures."""

    def test_import_template_can_be_imported(self):
        (template,) = self.env["customer.contract"].get_import_templates()
        with file_open(template["template"].removeprefix("/"), "rb") as file:
            content = file.read()
        for name in ("Azure Interior", "Deco Addict"):
            self.env["res.partner"].create({"name": name, "is_company": True})
        dialog = (
            self.env["base_import.import"]
            .with_user(self.manager)
            .create(
                {
                    "res_model": "customer.contract",
                    "file": content,
                    "file_name": "contracts.xlsx",
                    "file_type": "application/"
                    "vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                }
            )
        )
        options = {"has_headers": True, "quoting": '"', "separator": ","}
        preview = dialog.parse_preview(options)
        self.assertNotIn("error", preview)
        headers = preview["headers"]
        matches = ["/".join(preview["matches"].get(number, ())) for number in range(len(headers))]
        self.assertNotIn("", matches, headers)
        options = preview["options"]
        result = dialog.execute_import(matches, headers, options)
        self.assertFalse(result["messages"])
        contracts = self.env["customer.contract"].browse(result["ids"])
        self.assertEqual(len(contracts), 2)
        self.assertEqual(contracts.partner_id.mapped("name"), ["Azure Interior", "Deco Addict"])
        self.assertEqual(contracts[0].section_ids.mapped("title"), ["Scope", "Price"])

    def test_activity_plan(self):
        plan = self.env.ref("customer_contract.mail_activity_plan_renewal")
        self.assertEqual(plan.res_model, "customer.contract")
        self.assertEqual(len(plan.template_ids), 2)
        administrator = new_test_user(
            self.env,
            login="contract_administrator",
            groups="customer_contract.group_contract_manager",
        )
        own = plan.with_user(administrator).copy({"name": "Before the start"})
        self.assertEqual(own.res_model, "customer.contract")

    def test_digest(self):
        contract = self._create_signed_contract(amount_total=1200)
        contract.sudo()._write_protected({"signed_on": datetime(2031, 3, 10)})
        reader = new_test_user(
            self.env, login="contract_reader", groups="customer_contract.group_contract_user_all"
        )
        digest = (
            self.env["digest.digest"]
            .create({"name": "Weekly", "kpi_contract_signed": True})
            .with_user(reader)
            .with_context(start_datetime=datetime(2031, 3, 1), end_datetime=datetime(2031, 3, 31))
        )
        self.assertEqual(digest.sudo().with_user(reader).kpi_contract_signed_value, 1)
        self.assertEqual(digest.kpi_contract_amount_value, 1200)
        actions = self.env["digest.digest"]._compute_kpis_actions(self.company, reader)
        self.assertIn("kpi_contract_signed", actions)


@tagged("post_install", "-at_install")
class TestFirstSteps(HttpCase):
    """The tour that Odoo offers to newcomers can be walked to its end."""

    def test_tour(self):
        new_test_user(
            self.env,
            login="newcomer",
            groups="customer_contract.group_contract_user,base.group_partner_manager",
        )
        self.env["res.partner"].create({"name": "Aurora Bakery", "is_company": True})
        self.start_tour("/odoo", "customer_contract_tour", login="newcomer", timeout=120)
        contract = self.env["customer.contract"].search([], limit=1, order="id desc")
        self.assertEqual(contract.title, "Maintenance Agreement")
        self.assertTrue(self.env.ref("customer_contract.customer_contract_tour"))
