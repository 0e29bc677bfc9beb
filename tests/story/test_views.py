from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ..common import ContractCommon

VIEWS = ("list", "kanban", "form", "search", "activity", "pivot", "graph")
CONFIGURATION = (
    "customer.contract.type",
    "customer.contract.stage",
    "customer.contract.tag",
    "customer.contract.refusal.reason",
    "customer.contract.consent",
)


@tagged("post_install", "-at_install")
class TestViews(ContractCommon):
    """The back office's views and dialogs, as each role sees them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = new_test_user(
            cls.env,
            login="contract_administrator",
            groups="customer_contract.group_contract_manager",
        )
        cls.agent = new_test_user(
            cls.env, login="contract_agent", groups="customer_contract.group_contract_user"
        )

    def _search(self, name, user=None):
        """Return what a filter of the search view finds."""
        model = self.env["customer.contract"].with_user(user or self.manager)
        view = self.env.ref("customer_contract.customer_contract_view_search")
        node = view._get_combined_arch().xpath(f"//filter[@name='{name}']")[0]
        domain = safe_eval(node.get("domain"), {"uid": model.env.uid})
        return model.search(domain)

    def test_views_load_for_each_role(self):
        for user in (self.agent, self.manager, self.administrator):
            with self.subTest(user=user.login):
                model = self.env["customer.contract"].with_user(user)
                views = model.get_views([(False, kind) for kind in VIEWS])
                self.assertEqual(set(views["views"]), set(VIEWS))

    def test_configuration_opens_for_the_administrator(self):
        for name in CONFIGURATION:
            with self.subTest(model=name):
                model = self.env[name].with_user(self.administrator)
                model.get_views([(False, "list"), (False, "form")])
                model.web_search_read([], {"display_name": {}})
                with self.assertRaises(AccessError):
                    self.env[name].with_user(self.agent).create({})

    def test_form_creates_a_contract(self):
        form = Form(self.env["customer.contract"].with_user(self.manager))
        form.title = "Maintenance"
        form.partner_id = self.customer_company
        form.requester_id = self.customer
        with form.section_ids.new() as section:
            section.title = "Scope"
            section.body = "<p>We maintain the ovens.</p>"
        contract = form.save()
        self.assertRegex(contract.name, r"^CTR/\d{4}/\d+$")
        self.assertEqual(
            contract.participant_ids.partner_id, self.manager.partner_id | self.customer
        )
        self.assertEqual(contract.section_ids.title, "Scope")

    def test_form_of_a_frozen_contract_is_closed(self):
        contract = self._create_sent_contract()
        form = Form(contract)
        for name in ("title", "partner_id", "amount_total", "type_id"):
            with self.subTest(field=name), self.assertRaises(AssertionError):
                setattr(form, name, form[name])

    def test_every_filter_runs(self):
        view = self.env.ref("customer_contract.customer_contract_view_search")
        nodes = view._get_combined_arch().xpath("//filter[@domain]")
        self.assertTrue(nodes)
        model = self.env["customer.contract"].with_user(self.manager)
        for node in nodes:
            with self.subTest(filter=node.get("name")):
                model.search(safe_eval(node.get("domain"), {"uid": self.manager.id}))

    def test_every_grouping_runs(self):
        view = self.env.ref("customer_contract.customer_contract_view_search")
        model = self.env["customer.contract"].with_user(self.manager)
        self._create_contract()
        for node in view._get_combined_arch().xpath("//filter[contains(@context, 'group_by')]"):
            with self.subTest(filter=node.get("name")):
                group = safe_eval(node.get("context"))["group_by"]
                self.assertTrue(model.formatted_read_group([], [group], ["__count"]))

    def test_filters_find_what_they_say(self):
        draft = self._create_contract()
        sent = self._create_sent_contract()
        signed = self._create_signed_contract()
        ours = draft | sent | signed
        self.assertEqual(self._search("mine") & ours, ours)
        self.assertEqual(self._search("waiting_for_counterparty") & ours, sent)
        self.assertEqual(self._search("signed_this_month") & ours, signed)
        self.assertEqual(self._search("draft") & ours, draft)
        self.assertFalse(self._search("to_do") & ours)
        self.assertFalse(self._search("late") & ours)
        sent.sign_deadline = fields.Date.today()
        self.assertEqual(self._search("late") & ours, sent)

    def test_waits_for_me_can_be_negated(self):
        self.company.contract_signing_order = "counterparty_first"
        contract = self._create_contract()
        contract.action_send()
        self._sign_as_customer(contract)
        model = self.env["customer.contract"].with_user(self.manager)
        self.assertIn(contract, model.search([("waits_for_me", "=", True)]))
        self.assertNotIn(contract, model.search([("waits_for_me", "=", False)]))
        other = self._create_contract()
        self.assertIn(other, model.search([("waits_for_me", "=", False)]))
        self.assertNotIn(other, model.search([("waits_for_me", "!=", False)]))

    def test_expiring_is_found(self):
        self.assertNotIn(self._create_signed_contract(), self._search("expiring"))
        contract = self._create_signed_contract(date_end=fields.Date.today())
        self.assertIn(contract, self._search("expiring"))

    def test_next_step_names_who_is_waited_for(self):
        contract = self._create_contract()
        self._sign_as_manager(contract)
        self.assertIn("Carla Customer", contract.next_step)
        contract.action_send()
        self.assertIn("Carla Customer", contract.next_step)
        self.assertEqual((contract.signature_count, contract.signer_count), (1, 2))

    def test_audit_trail_reads_well(self):
        contract = self._create_signed_contract()
        lines = {event.event_type: event.description for event in contract.sudo().event_ids}
        self.assertIn("Carla Customer, ", lines["copies_queued"])
        self.assertNotIn("[", lines["copies_queued"])
        digest = contract.current_version_id.content_digest
        self.assertIn(digest[:12], lines["version_frozen"])
        self.assertNotIn(digest, lines["version_frozen"])

    def test_signatures_say_how_people_were_identified(self):
        contract = self._create_signed_contract()
        for signature in contract.current_signature_ids:
            self.assertNotIn(signature.identification, ("", "backend", "portal", False))

    def test_lists_read_as_the_client_reads(self):
        self._create_signed_contract()
        model = self.env["customer.contract"].with_user(self.manager)
        for kind in ("list", "kanban"):
            arch = model.get_view(view_type=kind)
            names = arch["models"]["customer.contract"]
            rows = model.web_search_read([], {name: {} for name in names})
            self.assertTrue(rows["records"])


@tagged("post_install", "-at_install")
class TestDialogs(ContractCommon):
    def _open_sign_dialog(self, contract, user=None):
        action = contract.with_user(user or self.manager).action_open_sign()
        self.assertEqual(action["res_model"], "customer.contract.sign")
        return Form(
            self.env[action["res_model"]]
            .with_user(user or self.manager)
            .with_context(**action["context"])
        )

    def test_sign_dialog_states_the_act(self):
        contract = self._create_contract()
        dialog = self._open_sign_dialog(contract)
        self.assertEqual(dialog.act, f"I sign contract {contract.name}")
        self.assertIn("Aurora Bakery", dialog.explanation)
        self.assertEqual(dialog.signed_by, "Mona Manager")
        self.assertFalse(dialog.remember)

    def test_sign_dialog_demands_a_signature(self):
        dialog = self._open_sign_dialog(self._create_contract())
        with self.assertRaises(AssertionError):
            dialog.save()

    def test_signature_is_remembered_and_forgotten(self):
        dialog = self._open_sign_dialog(self._create_contract())
        dialog.signature = self.signature
        dialog.remember = True
        dialog.save().action_sign()
        dialog = self._open_sign_dialog(self._create_contract())
        self.assertEqual(dialog.signature, self.signature.encode())
        self.assertTrue(dialog.remember)
        dialog.remember = False
        dialog.save().action_sign()
        self.assertFalse(self.manager.sudo().contract_signature)

    def test_remembered_signature_is_the_own_one(self):
        dialog = self._open_sign_dialog(self._create_contract())
        dialog.signature = self.signature
        dialog.remember = True
        dialog.save().action_sign()
        other = new_test_user(
            self.env,
            login="other_signer",
            name="Oscar Other",
            email="oscar@company.example.com",
            groups="customer_contract.group_contract_user_all,"
            "customer_contract.group_contract_esign",
        )
        contract = self._create_contract()
        contract.participant_ids = [
            Command.create({"partner_id": other.partner_id.id, "party": "company", "sequence": 10})
        ]
        self.assertFalse(self._open_sign_dialog(contract, other).signature)
        with self.assertRaises(AccessError):
            self.manager.with_user(other).read(["contract_signature"])

    def test_sign_dialog_is_for_signers_only(self):
        agent = new_test_user(
            self.env, login="plain_agent", groups="customer_contract.group_contract_user_all"
        )
        contract = self._create_contract()
        self.assertFalse(contract.with_user(agent).can_sign)
        with self.assertRaises(AccessError):
            contract.with_user(agent).action_open_sign()

    def test_sign_dialog_lists_what_is_missing(self):
        contract = self._create_contract(section_ids=[], sign_deadline="2020-01-01")
        with self.assertRaises(UserError) as caught:
            contract.action_open_sign()
        self.assertIn("no section", str(caught.exception))
        self.assertIn("deadline", str(caught.exception))

    def test_composer_sends(self):
        contract = self._create_contract()
        self._sign_as_manager(contract)
        action = contract.action_open_send()
        composer = Form(
            self.env[action["res_model"]].with_user(self.manager).with_context(**action["context"])
        )
        self.assertEqual(composer.partner_ids[:], self.customer)
        self.assertIn(contract.title, composer.subject)
        self.assertEqual(contract.state, "draft")
        composer.save().action_send_mail()
        self.assertEqual(contract.state, "sent")

    def test_request_is_not_scheduled(self):
        contract = self._create_contract()
        self._sign_as_manager(contract)
        action = contract.action_open_send()
        composer = (
            self.env[action["res_model"]]
            .with_user(self.manager)
            .with_context(**action["context"])
            .create({"scheduled_date": "2099-01-01 12:00:00"})
        )
        with self.assertRaises(UserError):
            composer.action_schedule_message()
        self.assertEqual(contract.state, "draft")
        self.assertFalse(
            self.env["mail.scheduled.message"].search(
                [("model", "=", contract._name), ("res_id", "=", contract.id)]
            )
        )

    def test_reason_dialog_cancels(self):
        contract = self._create_sent_contract()
        action = contract.action_open_reason()
        dialog = Form(
            self.env[action["res_model"]].with_user(self.manager).with_context(**action["context"])
        )
        with self.assertRaisesRegex(AssertionError, "reason"):
            dialog.save()
        dialog.reason = "The customer chose another supplier"
        dialog.save().action_confirm()
        self.assertEqual(contract.state, "cancelled")
        self.assertEqual(contract.closing_reason, "The customer chose another supplier")

    def test_downloads(self):
        contract = self._create_sent_contract()
        version = contract.current_version_id
        self.assertIn(str(version.pdf_attachment_id.id), version.action_download()["url"])
        document = contract.env["customer.contract.document"].create(
            {"contract_id": contract.id, "name": "Plan.txt", "raw": b"plan"}
        )
        self.assertIn(f"/document/{document.id}?", document.action_download()["url"])

    def test_document_to_sign_stays_with_a_frozen_contract(self):
        contract = self._create_contract()
        document = self.env["customer.contract.document"].create(
            {"contract_id": contract.id, "name": "A.txt", "raw": b"a", "purpose": "sign"}
        )
        self._sign_as_manager(contract)
        with self.assertRaises(UserError):
            contract.document_ids = [Command.delete(document.id)]
        with self.assertRaises(UserError):
            document.purpose = "read"

    def test_partner_opens_its_contracts(self):
        contract = self._create_contract()
        partner = self.customer_company.with_user(self.manager)
        self.assertEqual(partner.contract_count, 1)
        action = partner.action_view_contracts()
        found = self.env["customer.contract"].search(action["domain"])
        self.assertEqual(found, contract)
