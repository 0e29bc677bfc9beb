from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date, format_list

from ...const import MOST_PAPER_BYTES, MOST_PAPER_PAGES
from ...utils import TypedChar, TypedText, sha256_of

OPEN_PAPER_STATES = ("draft", "submitted")


class CustomerContractPaper(models.Model):
    """A contract that was printed and signed by hand, as it came back.

    It is collected as a draft, page by page. Once it is sent, one PDF is made of its
    pages and stored for good; whoever accepts it makes that PDF the person's signature.
    """

    _name = "customer.contract.paper"
    _inherit = ["customer.contract.component.mixin", "customer.contract.protection.mixin"]
    _description = "Contract Signed on Paper"
    _order = "id desc"

    contract_id = fields.Many2one(
        "customer.contract", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="contract_id.company_id")
    participant_id = fields.Many2one(
        "customer.contract.participant", "Signer", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="participant_id.partner_id")
    version_id = fields.Many2one(
        "customer.contract.version", required=True, index=True, ondelete="cascade"
    )
    state = fields.Selection(
        [
            ("draft", "Being Collected"),
            ("submitted", "To Check"),
            ("accepted", "Accepted"),
            ("returned", "Returned"),
            ("void", "Void"),
        ],
        required=True,
        default="draft",
    )
    file_ids = fields.One2many("customer.contract.paper.file", "paper_id", "Files")
    page_ids = fields.One2many("customer.contract.paper.page", "paper_id", "Pages")
    is_arranged = fields.Boolean(help="Somebody put the pages in order by hand.")
    scan_attachment_id = fields.Many2one("ir.attachment", "Scan", ondelete="restrict")
    scan_digest = fields.Char("Scan's SHA-256")
    signed_by = TypedChar("Name on Paper")
    capacity = TypedChar("Capacity on Paper")
    signed_date = fields.Date("Date on Paper")
    received_by = fields.Char("Taken In By")
    received_through = fields.Selection(
        [("post", "Post"), ("email", "E-mail"), ("person", "In Person")], "Arrived By"
    )
    received_on = fields.Date("Arrived On")
    identified_by = fields.Char()
    identification = fields.Char("Sent By", compute="_compute_identification")
    account = fields.Char()
    ip_address = fields.Char("IP Address")
    user_agent = fields.Char()
    submitted_on = fields.Datetime("Sent On")
    decided_by = fields.Char("Checked By")
    decided_on = fields.Datetime("Checked On")
    decision_reason = TypedText("Reason")
    check_state = fields.Selection(
        [
            ("matched", "All Codes Match"),
            ("problem", "Pages Need a Look"),
            ("unchecked", "Not Checked"),
        ],
        "Page Check",
        compute="_compute_check",
        store=True,
    )
    check_summary = fields.Text(compute="_compute_check_summary")
    scan_file = fields.Binary(compute="_compute_files")
    version_file = fields.Binary("Version's PDF", compute="_compute_files")
    _one_open = models.UniqueIndex(
        "(participant_id, version_id) WHERE state IN ('draft', 'submitted')",
        "There is already a paper of this person under way.",
    )
    _to_check = models.Index("(contract_id) WHERE state = 'submitted'")

    # === COMPUTE METHODS === #

    @api.depends("contract_id.name", "participant_id.partner_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for paper in self:
            paper.display_name = _(
                "%(contract)s, signed on paper by %(person)s",
                contract=paper.contract_id.name,
                person=paper.signed_by or paper.participant_id.partner_id.name,
            )

    @api.depends("identified_by")
    def _compute_identification(self):
        for paper in self:
            paper.identification = paper.contract_id._describe_identity(paper.identified_by)

    @api.depends("page_ids.result", "page_ids.number", "page_ids.sequence")
    def _compute_check(self):
        for paper in self:
            results = set(paper.page_ids.mapped("result"))
            if not paper._find_problems() and results:
                paper.check_state = "matched"
            elif results and results <= {"unchecked"}:
                paper.check_state = "unchecked"
            else:
                paper.check_state = "problem"

    @api.depends("check_state")
    @api.depends_context("lang")
    def _compute_check_summary(self):
        for paper in self:
            problems = paper._find_problems()
            paper.check_summary = "\n".join(problems) or _("Every page carries the right code.")

    @api.depends("scan_attachment_id", "version_id")
    def _compute_files(self):
        for paper in self:
            # Whoever may read the paper may read what it is made of.
            paper_sudo = paper.sudo()
            paper.scan_file = paper_sudo.scan_attachment_id.datas
            paper.version_file = paper_sudo.version_id.pdf_attachment_id.datas

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_system_write():
            raise AccessError(_("Papers are taken in with their scan, and not entered."))
        return super().create(vals_list)

    def write(self, vals):
        if not self._is_system_write():
            raise AccessError(_("Papers cannot be changed. Accept them, or return them."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise AccessError(_("Papers cannot be deleted: they tell how somebody signed."))

    # === COLLECTING === #

    @api.model
    def _ensure_draft(self, participant):
        """Return the draft that a person's pages are collected in.

        What was returned is where the next one starts: only the pages that were wrong
        have to be sent again.

        :param recordset participant: the participant, elevated
        :return: the draft, elevated
        :rtype: recordset of `customer.contract.paper`
        """
        # Signers have no rights on papers; the caller has checked whose turn it is.
        Paper_sudo = self.sudo()
        version_sudo = participant.contract_id.current_version_id
        last_sudo = Paper_sudo.search(
            [("participant_id", "=", participant.id), ("version_id", "=", version_sudo.id)], limit=1
        )
        if last_sudo.state in OPEN_PAPER_STATES:
            return last_sudo
        created = Paper_sudo._as_system().create(
            {
                "contract_id": participant.contract_id.id,
                "participant_id": participant.id,
                "version_id": version_sudo.id,
            }
        )
        draft_sudo = Paper_sudo.browse(created.id)
        if last_sudo.state == "returned":
            draft_sudo._copy_pages(last_sudo)
        return draft_sudo

    def _copy_pages(self, other):
        """Start with the pages of another paper.

        :param recordset other: the other paper
        """
        self.ensure_one()
        self._write_protected(
            {
                "is_arranged": other.is_arranged,
                "signed_by": other.signed_by,
                "capacity": other.capacity,
                "signed_date": other.signed_date,
            }
        )
        for file in other.file_ids._as_system():
            copied = file.copy({"paper_id": self.id})
            for page in file.page_ids:
                page.copy({"paper_id": self.id, "file_id": copied.id})

    def _add_file(self, name, content):
        """Check a file and add its pages.

        :param str name: what the sender called it
        :param bytes content: the file
        :return: the new pages
        :rtype: recordset of `customer.contract.paper.page`
        :raise UserError: telling why it is refused; what was there before stays
        """
        self.ensure_one()
        self._check_is_draft()
        used = sum(self.file_ids.mapped("size"))
        if used + len(content) > MOST_PAPER_BYTES:
            raise UserError(
                _("All files together may have %(most)s MB.", most=MOST_PAPER_BYTES // 1024**2)
            )
        left = MOST_PAPER_PAGES - len(self.page_ids)
        if left < 1:
            raise UserError(_("%(most)s pages are allowed.", most=MOST_PAPER_PAGES))
        self.env["customer.contract.file.scanner"]._check(content)
        inspected = self.env["customer.contract.file.check"]._inspect(content, left)
        file = self.env["customer.contract.paper.file"]._add(self, name, content, inspected)
        if not self.is_arranged:
            self._sort_pages()
        return file.page_ids

    def _remove_page(self, page):
        """Take a page out again.

        :param recordset page: one of the pages
        """
        self.ensure_one()
        self._check_is_draft()
        file = page.file_id._as_system()
        page._as_system().unlink()
        if not file.page_ids:
            file._discard()

    def _arrange(self, page_ids):
        """Put the pages in an order.

        :param list page_ids: the pages' ids; pages that are left out follow
        """
        self.ensure_one()
        self._check_is_draft()
        order = {page_id: position for position, page_id in enumerate(page_ids)}
        pages = self.page_ids.sorted(lambda page: order.get(page.id, len(order)))
        self._number_pages(pages)
        self._write_protected({"is_arranged": True})

    def _sort_pages(self):
        """Put the pages in the order that their codes tell; those without one follow."""
        pages = self.page_ids.sorted(
            lambda page: (page.result != "matched", page.number or 0, page.sequence, page.id)
        )
        self._number_pages(pages)

    def _number_pages(self, pages):
        for position, page in enumerate(pages, 1):
            if page.sequence != position:
                page._write_protected({"sequence": position})
        self.invalidate_recordset(["page_ids"])

    def _check_is_draft(self):
        """Refuse to change what was sent.

        :raise UserError: if it was
        """
        if self.state != "draft":
            raise UserError(_("You have already sent the signed contract."))

    # === CHECKING === #

    def _find_problems(self):
        """Find what is wrong with the pages.

        :return: one sentence per problem
        :rtype: list[str]
        """
        self.ensure_one()
        pages = self.page_ids.sorted("sequence")
        if not pages:
            return [_("There is no page yet.")]
        problems = []
        for position, page in enumerate(pages, 1):
            if problem := page._describe_problem(position):
                problems.append(problem)
        matched = pages.filtered(lambda page: page.result == "matched")
        if not matched:
            return problems
        totals = set(matched.mapped("total"))
        if len(totals) > 1:
            problems.append(_("The pages are from prints that do not belong together."))
        numbers = matched.mapped("number")
        problems += self._describe_missing(
            [number for number in range(1, max(totals) + 1) if number not in numbers]
        )
        problems += [
            self.env._("Page %(number)s of the contract is there more than once.", number=number)
            for number in sorted(set(numbers))
            if numbers.count(number) > 1
        ]
        ordered = [page.number for page in matched]
        if ordered != sorted(ordered):
            problems.append(_("The pages are not in the contract's order."))
        return problems

    def _describe_missing(self, numbers):
        """Tell in one sentence which pages are missing.

        :param list numbers: the pages' numbers, ascending
        :return: one sentence, or none
        :rtype: list[str]
        """
        if len(numbers) == 1:
            return [_("Page %(number)s of the contract is missing.", number=numbers[0])]
        if not numbers:
            return []
        runs = []
        for number in numbers:
            if runs and number == runs[-1][1] + 1:
                runs[-1][1] = number
            else:
                runs.append([number, number])
        names = []
        for first, last in runs:
            # Two pages in a row read better as such than as a range.
            names += [f"{first}–{last}"] if last > first + 1 else sorted({str(first), str(last)})
        return [
            _(
                "Pages %(numbers)s of the contract are missing.",
                numbers=format_list(self.env, names),
            )
        ]

    # === SENDING === #

    def _submit(self, values):
        """Close the collection: make one PDF of the pages and store it for good.

        :param dict values: what is known about who signed and who sent it
        :raise UserError: if there is no page, or the PDF cannot be made
        """
        self.ensure_one()
        self._check_is_draft()
        pages = self.page_ids.sorted("sequence")
        if not pages:
            raise UserError(_("Please add the signed pages first."))
        scan = self.env["customer.contract.file.check"]._compose(
            [
                (page.file_id.attachment_id.raw, page.file_id.kind, page.index, page.turn)
                for page in pages
            ]
        )
        # What was sent stays as it came, beside the scan that is made of it.
        self.file_ids.attachment_id._write_protected({"contract_evidence": True})
        contract = self.contract_id
        attachment_sudo = contract._store_evidence_file(
            _("%(reference)s signed on paper.pdf", reference=contract._get_file_stem()), scan
        )
        self._write_protected(
            {
                "state": "submitted",
                "submitted_on": fields.Datetime.now(),
                "scan_attachment_id": attachment_sudo.id,
                "scan_digest": sha256_of(scan),
                **values,
            }
        )

    def _has_intact_scan(self):
        """Tell whether the scan is there and as it was sent."""
        self.ensure_one()
        content = self.scan_attachment_id.raw
        return bool(content) and sha256_of(content) == self.scan_digest

    def _void(self):
        """End papers that are under way, as their signer no longer acts on that version."""
        open_papers = self.filtered(lambda paper: paper.state in OPEN_PAPER_STATES)
        for paper in open_papers:
            was_submitted = paper.state == "submitted"
            paper._write_protected({"state": "void"})
            if was_submitted:
                paper.contract_id._log_event("paper_void", participant=paper.participant_id)
        open_papers.contract_id._finish_paper_activities()

    def _prepare_details(self):
        """Prepare what the trail keeps about a paper.

        :rtype: dict
        """
        self.ensure_one()
        details = {
            "scan_sha256": self.scan_digest,
            "pages": len(self.page_ids),
            "page_check": self.check_state,
            "name": self.signed_by or "",
            "date": fields.Date.to_string(self.signed_date) or "",
            "files": [sha256_of(file.attachment_id.raw or b"") for file in self.file_ids],
        }
        if self.received_by:
            details["received_by"] = self.received_by
            details["received_through"] = self.received_through
            details["received_on"] = fields.Date.to_string(self.received_on) or ""
        if self.check_state == "problem":
            details["problems"] = self._find_problems()
        return details

    def _describe_receipt(self):
        """Tell in words how a paper came that its signer did not send on the page.

        :rtype: str
        """
        self.ensure_one()
        if not self.received_by:
            return ""
        labels = dict(self._fields["received_through"]._description_selection(self.env))
        return _(
            "Taken in by %(person)s, arrived on %(date)s (%(way)s)",
            person=self.received_by,
            date=format_date(self.env, self.received_on),
            way=labels[self.received_through].lower(),
        )
