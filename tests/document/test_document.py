import psycopg2

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common import make_pdf
from .common import DocumentCommon, make_picture


@tagged("post_install", "-at_install")
class TestDocument(DocumentCommon):
    """Files are added, shown and hidden."""

    def test_folder(self):
        contract = self._create_contract()
        for given, kept in (
            ("Drawings/Ground floor", "Drawings/Ground floor"),
            ("/Drawings//Ground floor/", "Drawings/Ground floor"),
            ("..\\..\\etc/./x", "etc/x"),
            ("../..", False),
            ("", False),
        ):
            with self.subTest(given=given):
                self.assertEqual(self._create_document(contract, folder=given).folder, kept)
        with self.assertRaisesRegex(UserError, "too long"):
            self._create_document(contract, folder="x/" * 200)
        document = self._create_document(contract, name="C:\\Plans\\ovens.pdf")
        self.assertEqual(document.name, "ovens.pdf")

    def test_refused_files(self):
        contract = self._create_contract()
        for message, values in (
            ("plan.pdf is empty", {"name": "plan.pdf", "raw": b""}),
            ("is a link", {"raw": False, "type": "url", "url": "https://x.example.com"}),
            ("ovens.pdf is too large .*up to 10", {}),
        ):
            if not values:
                self.env["ir.config_parameter"].set_param("web.max_file_upload_size", 10)
            with self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
                self._create_document(contract, **values)
        contract.invalidate_recordset()
        self.assertFalse(contract.document_ids)

    def test_kept_as_given(self):
        picture = make_picture((4000, 3000))
        document = self._create_document(self._create_contract(), name="a.jpg", raw=picture)
        self.assertEqual(document.raw, picture)
        self.assertFalse(document.ir_attachment_id.public)

    def test_files_are_never_public(self):
        document = self._create_document(self._create_contract(), public=True)
        self.assertFalse(document.ir_attachment_id.public)

    def test_what_can_be_shown_is_told_by_the_content(self):
        contract = self._create_contract()
        for name, raw, expected in (
            ("a.pdf", make_pdf(), "application/pdf"),
            ("a.jpg", make_picture(), "image/jpeg"),
            ("a.png", make_picture(kind="PNG"), "image/png"),
            ("actually-jpeg.png", make_picture(), "image/jpeg"),
            ("script.pdf", b"<script>attack()</script>", False),
            ("script.png", b"<svg><script>attack()</script></svg>", False),
            ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", False),
            ("a.html", b"<html><body>hello</body></html>", False),
            ("broken.jpg", make_picture()[:200], False),
            ("a.txt", b"text", False),
        ):
            with self.subTest(name=name):
                document = self._create_document(contract, name=name, raw=raw)
                self.assertEqual(document.preview_mimetype, expected)
                is_picture = bool(expected) and expected.startswith("image/")
                self.assertEqual(bool(document.thumbnail), is_picture)
        document.raw = make_picture()
        self.assertEqual(document.preview_mimetype, "image/jpeg")

    def test_shown_and_hidden_many_at_once(self):
        contract = self._create_contract()
        documents = self._create_document(contract) | self._create_document(contract)
        annex = self._create_document(contract, purpose="sign")
        self.assertEqual((documents | annex).mapped("portal_visible"), [False, False, True])
        (documents | annex).action_show()
        self.assertTrue(all(documents.mapped("portal_visible")))
        (documents | annex).action_hide()
        self.assertEqual((documents | annex).mapped("portal_visible"), [False, False, True])
        with self.assertRaisesRegex(UserError, "to sign"):
            annex.action_hide()
        kinds = contract.sudo().event_ids.mapped("event_type")
        self.assertEqual(kinds.count("document_shared"), 3)
        self.assertEqual(kinds.count("document_unshared"), 2)
        self.assertEqual(contract._show_documents(), documents)
        self.assertFalse(contract._show_documents())

    def test_shown_with_the_contract(self):
        contract_type = self.env["customer.contract.type"].create(
            {"name": "Open", "documents_visible": True}
        )
        contract = self._create_contract(type_id=contract_type.id)
        document = self._create_document(contract)
        self.assertFalse(document.portal_visible)
        contract.portal_published = True
        self.assertTrue(document.portal_visible)
        document.action_hide()
        contract.portal_published = True
        self.assertFalse(document.portal_visible)
        self.assertTrue(self._create_document(contract).portal_visible)
        self.assertFalse(self._create_document(contract, portal_visible=False).portal_visible)
        sent = self._create_contract(type_id=contract_type.id)
        document = self._create_document(sent)
        self._sign_as_manager(sent)
        sent.action_send()
        self.assertTrue(document.portal_visible)

    def test_not_shown_with_the_contract(self):
        contract = self._create_contract()
        document = self._create_document(contract)
        contract.portal_published = True
        self.assertFalse(document.portal_visible)
        self.assertFalse(self._create_document(contract).portal_visible)

    def test_copy(self):
        contract = self._create_contract()
        self._create_document(contract, name="a.jpg", raw=make_picture(), folder="Pictures")
        copied = contract.copy().document_ids
        self.assertEqual(copied.folder, "Pictures")
        self.assertTrue(copied.thumbnail)

    def test_list_of_one_contract(self):
        contract = self._create_contract()
        action = contract.action_view_document_list()
        self.assertEqual(action["domain"], [("contract_id", "=", contract.id)])


@tagged("post_install", "-at_install")
class TestDocumentAccessLog(DocumentCommon):
    """Nobody can change who has opened a file."""

    def test_append_only(self):
        contract = self._create_contract()
        document = self._create_document(contract)
        document._log_access("downloaded")
        line = self._get_log(document)
        self.assertEqual((line.person, line.act), ("Mona Manager", "downloaded"))
        self.assertEqual(line.document_checksum, document.checksum)
        for attack in (
            lambda: line.write({"person": "Nobody"}),
            lambda: line.sudo().write({"person": "Nobody"}),
            lambda: line.sudo().unlink(),
            lambda: line.sudo().create({"contract_id": contract.id, "act": "opened"}),
        ):
            with self.assertRaises(AccessError):
                attack()
        for statement in (
            "UPDATE customer_contract_document_access SET person = 'Nobody'",
            "DELETE FROM customer_contract_document_access",
            "TRUNCATE customer_contract_document_access",
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.Error),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement)
        self.assertEqual(document.access_count, 1)
        action = document.action_view_accesses()
        self.assertEqual(line.search(action["domain"]), line)

    def test_outlives_the_file(self):
        contract = self._create_contract()
        document = self._create_document(contract)
        document._log_access("downloaded")
        line = self._get_log(document)
        document.unlink()
        self.assertEqual(line.document_name, "ovens.pdf")
        contract.unlink()
        self.assertFalse(line.exists())

    def test_showing_again_is_one_line(self):
        document = self._create_document(self._create_contract())
        for _again in range(3):
            document._log_access("opened")
            document._log_access("downloaded")
        document.with_user(self.env.ref("base.user_admin"))._log_access("opened")
        acts = self._get_log(document).mapped("act")
        self.assertEqual(sorted(acts), ["downloaded"] * 3 + ["opened"] * 2)

    def test_readers(self):
        document = self._create_document(self._create_sent_contract(), portal_visible=True)
        document._log_access("downloaded")
        line = self._get_log(document)
        other = new_test_user(
            self.env, "document_other", groups="customer_contract.group_contract_user"
        )
        everybody = new_test_user(
            self.env, "document_all", groups="customer_contract.group_contract_user_all"
        )
        foreign_company = self.env["res.company"].create({"name": "Other Company"})
        foreigner = new_test_user(
            self.env,
            "document_foreigner",
            groups="customer_contract.group_contract_manager",
            company_id=foreign_company.id,
            company_ids=[Command.set(foreign_company.ids)],
        )
        for user, may_read in (
            (self.manager, True),
            (everybody, True),
            (other, False),
            (foreigner, False),
            (self.portal_user, False),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(line.with_user(user).has_access("read"), may_read)
                self.assertFalse(line.with_user(user).has_access("write"))
                self.assertFalse(line.with_user(user).has_access("unlink"))


@tagged("post_install", "-at_install")
class TestDocumentLeaks(DocumentCommon):
    """Portal users learn nothing of files but through the contract's page."""

    def test_nothing_through_the_orm(self):
        contract = self._create_sent_contract()
        hidden = self._create_document(contract, name="margin.pdf", folder="Internal")
        shown = self._create_document(
            contract, name="plan.jpg", raw=make_picture(), portal_visible=True
        )
        self.env.flush_all()
        env = self.env(user=self.portal_user)
        own = env["customer.contract"].browse(contract.id)
        own.check_access("read")
        with self.assertRaises(AccessError):
            env["customer.contract.document"].search([])
        with self.assertRaises(AccessError):
            env["customer.contract.document.access"].search_count([])
        attachments = (hidden | shown).ir_attachment_id
        Attachment = env["ir.attachment"]
        for domain in (
            [("name", "=", "margin.pdf")],
            [("id", "in", attachments.ids)],
            [("name", "ilike", "margin"), ("res_field", "!=", False)],
        ):
            with self.subTest(domain=domain):
                self.assertFalse(Attachment.search_count(domain))
                self.assertFalse(Attachment.search(domain))
        with self.assertRaises(AccessError):
            Attachment.search_count([("res_model", "=", "customer.contract.document")])
        for attachment in attachments:
            with self.assertRaises(AccessError):
                Attachment.browse(attachment.id).read(["name"])
        for names in (["document_ids"], ["document_count"]):
            with self.subTest(names=names), self.assertRaises(AccessError):
                own.read(names)
        with self.assertRaises(AccessError):
            own.search([("document_ids.name", "=", "margin.pdf")])
