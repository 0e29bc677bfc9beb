from odoo import Command
from odoo.tests import tagged

from ..common import make_pdf
from .common import IntegrityCommon


@tagged("post_install", "-at_install")
class TestFrozenRows(IntegrityCommon):
    """What the database guards of a frozen contract hinders nobody's work."""

    def setUp(self):
        super().setUp()
        self.contract = self._create_signed_contract(
            show_milestones_in_report=True,
            milestone_ids=[Command.create({"name": "Installed", "date": "2030-01-01"})],
            document_ids=[
                Command.create({"name": "Annex.pdf", "raw": make_pdf("Annex"), "purpose": "sign"})
            ],
        )

    def _assert_intact(self):
        self.env.flush_all()
        self.assertFalse(self._get_failed(self.contract))

    def test_work_on_the_contract(self):
        stage = self.env["customer.contract.stage"].create({"name": "Filed"})
        tag = self.env["customer.contract.tag"].create({"name": "Important"})
        self.contract.write(
            {"stage_id": stage.id, "tag_ids": [Command.link(tag.id)], "note": "<p>Internal</p>"}
        )
        self.contract.portal_published = False
        self.contract.milestone_ids.progress = "reached"
        self.contract.document_ids.write({"folder": "Annexes", "sequence": 3})
        self.contract.action_archive()
        self._assert_intact()
        self.contract.action_unarchive()
        tag.unlink()
        self.contract.action_terminate(reason="Closed", date="2090-01-01")
        self._assert_intact()

    def test_contacts_are_merged(self):
        for partner in (self.customer_company, self.customer):
            double = partner.copy({"name": f"{partner.name} Ltd", "parent_id": False})
            wizard = self.env["base.partner.merge.automatic.wizard"].create({})
            wizard._merge((double | partner).ids, double)
            self.env.invalidate_all()
            with self.subTest(partner=double.name):
                self.assertFalse(partner.exists())
                self.assertIn(
                    double, self.contract.partner_id | self.contract.participant_ids.partner_id
                )
                self._assert_intact()

    def test_contact_is_changed(self):
        self.customer_company.write({"name": "Borealis Bakery", "street": "Short Street 2"})
        self.customer.write({"name": "Carla Caterer", "parent_id": False, "email": "c@c.example"})
        self._assert_intact()

    def test_language_is_deleted(self):
        language = self.env["res.lang"]._activate_lang("fr_FR")
        self.customer_company.lang = "fr_FR"
        contract = self._create_signed_contract()
        self.customer_company.lang = "en_US"
        language.action_archive()
        language.unlink()
        self.assertFalse(self._get_failed(contract))
        self._assert_intact()

    def test_currency_and_company_are_changed(self):
        self.contract.sudo().currency_id.rounding = 0.0001
        self.company.name = "Another Name"
        self._assert_intact()

    def test_files_move_between_storages(self):
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "db")
        self.contract.sudo().document_ids.ir_attachment_id._migrate()
        self._assert_intact()

    def test_new_version(self):
        contract = self._create_sent_contract()
        contract.action_new_version()
        contract.title = "Another"
        contract.section_ids[0].unlink()
        contract.section_ids = [Command.create({"title": "More", "body": "<p>More</p>"})]
        contract.amount_total = 5
        self._sign_as_manager(contract)
        contract.action_send()
        self.assertFalse(self._get_failed(contract))

    def test_request_that_ended(self):
        for end in ("action_cancel", "action_new_version"):
            contract = self._create_sent_contract()
            getattr(contract, end)()
            with self.subTest(end):
                self.assertFalse(self._get_failed(contract))
        contract = self._create_contract()
        contract.action_cancel()
        contract.action_new_version()
        self.assertFalse(self._get_failed(contract))
        self._sign_as_manager(contract)
        self.assertFalse(self._get_failed(contract))

    def test_draft_is_deleted(self):
        draft = self._create_contract(
            milestone_ids=[Command.create({"name": "Installed", "date": "2030-01-01"})]
        )
        draft.unlink()
        self.assertFalse(draft.exists())
