import base64
import secrets

import lxml.html
import pypdfium2
from markupsafe import Markup

from odoo import _, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_repr, html_sanitize

from ...const import CONTENT_SCHEMA
from ...tools.pdf.print_check import find_lost_section
from ...tools.safe_style import clean_tree
from ...tools.section_text import drop_decoration, keep_lines, keep_list_styles, show_text
from ...utils import ContractPrint, format_day, sha256_of, strip_unseen_in

POINTS_PER_MM = 72 / 25.4


class CustomerContract(models.Model):
    """What the contract says, and how it is frozen.

    The canonical content is a dictionary of text, integers, booleans and lists of
    these. Its keys are documented in the README, since they outlive the server.
    """

    _inherit = "customer.contract"

    def _get_content_fields(self):
        """Return the fields that make up what is signed.

        They are closed once the contract is frozen.

        :return: field names
        :rtype: set[str]
        """
        return {
            "title",
            "company_id",
            "currency_id",
            "direction",
            "type_id",
            "partner_id",
            "commercial_partner_id",
            "requester_id",
            "date_start",
            "date_end",
            "amount_total",
            "section_ids",
            "participant_ids",
        }

    def _can_be_edited(self):
        """Tell whether the contract's content is still open."""
        self.ensure_one()
        return self.state == "draft" and not self.current_version_id

    def _check_content_is_open(self, values=None):
        """Refuse a change of what is frozen.

        :param dict values: the values to write; all content is meant if left out
        :raise UserError: if they touch the content of a frozen contract
        """
        if self._is_system_write():
            return
        if values is not None and not self._get_content_fields() & set(values):
            return
        for contract in self:
            if not contract._can_be_edited():
                raise UserError(
                    _(
                        "%(contract)s is frozen, as it was sent or signed. Start a new "
                        "version to change it.",
                        contract=contract.display_name,
                    )
                )

    def _prepare_content(self, number):
        """Prepare the canonical content of one version.

        :param int number: the version's number
        :return: the content, free of floats, times and database ids but those of
            participants
        :rtype: dict
        """
        self.ensure_one()
        language = self._get_content_language()
        amount = None
        if self.amount_total:
            amount = {
                "value": float_repr(self.amount_total, self.currency_id.decimal_places),
                "currency": self.currency_id.name,
            }
        return {
            "schema": CONTENT_SCHEMA,
            "reference": self.name,
            "version": number,
            "title": self.title,
            "type": self.type_id.with_context(lang=language).name or "",
            "direction": self.direction,
            "language": language,
            "company": self._prepare_party(self.company_id.partner_id),
            "counterparty": self._prepare_party(self._get_counterparty()),
            "requester": self._prepare_person(self.requester_id),
            "date_start": fields.Date.to_string(self.date_start) or "",
            "date_end": fields.Date.to_string(self.date_end) or "",
            "amount": amount,
            "sections": [
                {
                    "number": section.number,
                    "title": section.title or "",
                    "body": self._prepare_frozen_html(section.body),
                }
                for section in self.section_ids
            ],
            "participants": [
                participant._prepare_content()
                for participant in self.participant_ids
                if participant.role != "observer"
            ],
            "documents": [
                document._prepare_content()
                for document in self.document_ids
                if document.purpose == "sign"
            ],
        }

    def _get_content_language(self):
        """Return the language the counterparty reads, as a code of `res.lang`."""
        self.ensure_one()
        return self.partner_id.lang or self.company_id.partner_id.lang or "en_US"

    def _get_counterparty(self):
        """Return who the contract is with: the company, if it was made for a contact of one.

        The contact is named where the contact stands: as requester, and as signer.

        :rtype: recordset of `res.partner`
        """
        self.ensure_one()
        company = self.commercial_partner_id
        return company if company.is_company else self.partner_id

    def _prepare_party(self, partner):
        """Prepare how a party is named in the contract.

        :param recordset partner: the company or person
        :rtype: dict
        """
        partner.ensure_one()
        address = partner._display_address(without_company=True)
        return {
            "name": partner.name or "",
            "address": [line.strip() for line in address.splitlines() if line.strip()],
            "vat": partner.vat or "",
            "email": partner.email or "",
        }

    def _prepare_person(self, partner):
        """Prepare how a contact is named in the contract, if there is one.

        :param recordset partner: the contact or none
        :rtype: dict | None
        """
        if not partner:
            return None
        return {
            "name": partner.name or "",
            "email": partner.email or "",
            "function": partner.function or "",
        }

    def _prepare_frozen_html(self, html):
        """Make HTML stand on its own: nothing in it is fetched when it is shown.

        Pictures stored in Odoo are put inside; other addresses are dropped from
        whatever would be loaded. Links to click remain.

        :param str html: a section's text
        :return: sanitized HTML without outside resources
        :rtype: str
        """
        if not html:
            return ""
        typed = lxml.html.fragment_fromstring(str(html), create_parent="div")
        keep_list_styles(typed)
        keep_lines(typed)
        drop_decoration(typed)
        clean = html_sanitize(
            lxml.html.tostring(typed, encoding="unicode"),
            sanitize_style=True,
            sanitize_form=True,
            strip_classes=False,
        )
        root = lxml.html.fragment_fromstring(str(clean), create_parent="div")
        if len(root) == 1 and root[0].tag == "div" and not root[0].attrib:
            root = root[0]
        for node in root.xpath("//*[@src or @srcset or @background or @data]"):
            source = node.get("src") or ""
            for name in ("src", "srcset", "background", "data"):
                node.attrib.pop(name, None)
            if node.tag == "img" and (embedded := self._prepare_embedded_image(source)):
                node.set("src", embedded)
            elif node.tag == "img":
                node.drop_tree()
        clean_tree(root)
        return "".join(
            [root.text or ""] + [lxml.html.tostring(child, encoding="unicode") for child in root]
        )

    def _prepare_embedded_image(self, source):
        """Return a picture's address with the picture inside it.

        :param str source: the address used in the editor
        :return: a ``data:`` address, or none if the picture is not ours to show
        :rtype: str | None
        """
        if source.startswith(("data:image/png", "data:image/jpeg", "data:image/gif")):
            return source
        attachment = self.env["ir.attachment"]._get_by_image_address(source)
        if not attachment:
            return None
        content = base64.b64encode(attachment.raw).decode()
        return f"data:{attachment.mimetype};base64,{content}"

    def _get_report_content(self):
        """Return what a report or a page shows: the frozen content, else the draft.

        :rtype: dict
        """
        self.ensure_one()
        # Participants read the version through the contract they may read.
        version_sudo = self.sudo().current_version_id
        if version_sudo:
            return version_sudo._get_content()
        return self._prepare_content(self._get_next_version_number())

    def _get_next_version_number(self):
        """Return the number that the next frozen version will have."""
        self.ensure_one()
        return max(self.sudo().version_ids.mapped("number"), default=0) + 1

    def _freeze(self):
        """Freeze the content as a new version, which everybody has to act on.

        :return: the version
        :rtype: recordset of `customer.contract.version`
        :raise UserError: if the PDF cannot be made
        """
        self.ensure_one()
        version = self._record_version()
        self.participant_ids._write_protected({"state": "waiting"})
        return version

    def _record_version(self, author=None):
        """Record the content as a new version, with the PDF made from it.

        :param str author: who made it so; the user if left out
        :return: the version
        :rtype: recordset of `customer.contract.version`
        :raise UserError: if the PDF cannot be made
        """
        self.ensure_one()
        # Changes of the text come before the database is told that it is closed.
        self.env.flush_all()
        Version = self.env["customer.contract.version"]
        number = self._get_next_version_number()
        # Names come from contacts and other records, whoever typed them. The names of files
        # stay those by which they are found.
        content = strip_unseen_in(self._prepare_content(number), closed=("body", "documents"))
        canonical = Version._serialize(content)
        pdf = self._render_contract_pdf(content)
        self._check_print(content, pdf)
        attachment = self._store_evidence_file(
            _(
                "%(reference)s version %(number)s.pdf",
                reference=self._get_file_stem(),
                number=number,
            ),
            pdf,
        )
        version = Version._record(
            {
                "contract_id": self.id,
                "number": number,
                "content": canonical,
                "content_digest": Version._digest(canonical),
                "pdf_attachment_id": attachment.id,
                "pdf_digest": sha256_of(pdf),
                "frozen_on": fields.Datetime.now(),
                "frozen_by": author or self.env.user.name,
            }
        )
        self._write_protected(
            {
                "current_version_id": version.id,
                "verification_code": self.verification_code or self._generate_code(),
            }
        )
        # Whoever freezes need not see every row that is frozen.
        contract_sudo = self.sudo()
        self._log_event(
            "version_frozen",
            details={
                "version": number,
                "content_digest": version.content_digest,
                "pdf_digest": version.pdf_digest,
                **contract_sudo._prepare_frozen_digests(),
            },
        )
        return version

    def _check_print(self, content, pdf):
        """Refuse a PDF that does not show all that was frozen.

        :param dict content: the canonical content
        :param bytes pdf: what was printed of it
        :raise UserError: if something is missing, naming the section
        """
        try:
            # Whoever freezes need not read how reports are printed.
            margins = self.env["ir.actions.report"].sudo()._get_contract_margins()
            lost = find_lost_section(
                pdf, content["sections"], [margin * POINTS_PER_MM for margin in margins]
            )
        except pypdfium2.PdfiumError as error:
            raise UserError(
                _(
                    "The PDF of %(contract)s could not be made. Nothing was sent.",
                    contract=self.name,
                )
            ) from error
        if lost:
            position, text = lost
            section = content["sections"][position]
            raise UserError(
                _(
                    "Not all of section %(number)s, “%(title)s”, fits on the page: “%(text)s” "
                    "would be cut off. Make what is too wide narrower. Nothing was sent.",
                    number=section["number"],
                    title=section["title"],
                    text=text[:80],
                )
            )

    def _generate_code(self):
        """Generate a verification code: 120 random bits in 24 letters and digits."""
        return base64.b32encode(secrets.token_bytes(15)).decode()

    def _get_file_stem(self):
        """Return the contract's reference as a file name without its ending."""
        self.ensure_one()
        return (self.name or _("contract")).replace("/", "-")

    def _get_report_base_filename(self):
        """Name the printed contract, as the portal's report route asks for it."""
        return self._get_file_stem()

    def _render_contract_pdf(self, content, signatures=None, completion=None):
        """Render the contract report from frozen content.

        :param dict content: the canonical content
        :param recordset signatures: the `customer.contract.signature` rows to show
        :param dict completion: what the certificate of completion is made from, if the
            report is to end with it
        :return: the PDF
        :rtype: bytes
        :raise UserError: if no PDF comes out
        """
        return self._render_print(
            ContractPrint(content, tuple(signatures.ids if signatures else ()), completion)
        )

    def _render_print(self, contract_print):
        """Render the contract report.

        :param ContractPrint contract_print: what to print
        :return: the PDF
        :rtype: bytes
        :raise UserError: if no PDF comes out
        """
        self.ensure_one()
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        # Rendering reads the company's layout; the contract was checked before.
        pdf, report_type = report.sudo()._render_qweb_pdf(
            "customer_contract.action_report_customer_contract",
            res_ids=self.ids,
            data={"contract_print": contract_print},
        )
        if report_type != "pdf" or not pdf.startswith(b"%PDF-"):
            raise UserError(
                _(
                    "The PDF of %(contract)s could not be made. Nothing was sent.",
                    contract=self.name,
                )
            )
        return pdf

    def _store_evidence_file(self, name, content):
        """Store a file that nobody can change or delete afterwards.

        :param str name: the file's name
        :param bytes content: the file
        :return: the attachment, elevated
        :rtype: recordset of `ir.attachment`
        :raise UserError: if the file cannot be read back as it was given
        """
        self.ensure_one()
        # Evidence is stored by the system: users may not create it themselves.
        # pylint: disable=context-overridden
        Attachment_sudo = self.env["ir.attachment"].sudo().with_context({})._as_system()
        problem = _("The file %(name)s could not be stored.", name=name)
        try:
            attachment_sudo = Attachment_sudo.create(
                {
                    "name": name,
                    "raw": content,
                    "mimetype": "application/pdf",
                    "res_model": self._name,
                    "res_id": self.id,
                    "contract_evidence": True,
                }
            )
        except OSError as error:
            raise UserError(problem) from error
        # A full disk can leave a part of the file, under the name of the whole.
        attachment_sudo.invalidate_recordset(["raw"])
        if attachment_sudo.raw != content:
            raise UserError(problem)
        return attachment_sudo.with_context({})

    def _prepare_shown_sections(self, content):
        """Prepare the sections as page and paper show them.

        :param dict content: the canonical content
        :return: sections with ``direction``, and with ``body`` as HTML that is safe, since
            it was sanitized when the content was prepared
        :rtype: list[dict]
        """
        language = self.env["res.lang"]._get_data(code=content.get("language"))
        direction = language.direction or "ltr"
        ticked, unticked = self.env._("ticked"), self.env._("not ticked")
        return [
            {
                **section,
                "direction": direction,
                "body": Markup(show_text(section["body"], direction, ticked, unticked)),
            }
            for section in content.get("sections", [])
        ]

    def _format_content_date(self, value, language):
        """Format a date of the content for readers of a language.

        :param str value: an ISO date, or an empty text
        :param str language: a language code
        :rtype: str
        """
        return format_day(self.env, value, language)
