from datetime import date

from odoo.exceptions import UserError
from odoo.http import content_disposition, request, route

from ..const import MOST_PAPER_BYTES
from .signing import ACT, CustomerContractSigning

# Room for the parts of a form around its files.
MOST_REQUEST = MOST_PAPER_BYTES + 1024 * 1024
MOST_FILES = 60
UPLOADS_PER_HOUR = 150


class CustomerContractPaper(CustomerContractSigning):
    """Signing by hand: the PDF to print, and what comes back.

    Programs ask for JSON; forms without a program get the page again.
    """

    @route(
        "/my/contracts/<int:contract_id>/paper",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def download_paper(self, contract_id, **kwargs):
        """Serve the PDF to print and sign, to the signer in turn."""
        access = self._get_access(contract_id)
        if not access:
            return self._refuse_page(contract_id)
        try:
            self._check_may_use_paper(access)
            with request.env.cr.savepoint():
                copy_sudo = access.contract_sudo._get_paper_copy(
                    access.participant_sudo, access.identified_by
                )
        except UserError as error:
            return self._answer_paper_refusal(access, error)
        attachment_sudo = copy_sudo.attachment_id
        return self._make_private(
            request.make_response(
                attachment_sudo.raw,
                headers=[
                    ("Content-Type", "application/pdf"),
                    ("Content-Disposition", content_disposition(attachment_sudo.name)),
                ],
            )
        )

    @route("/my/contracts/<int:contract_id>/paper", max_content_length=MOST_REQUEST, **ACT)
    def upload_paper(self, contract_id, **kwargs):
        """Take in files with signed pages; what is wrong with one leaves the others alone."""

        def collect(access):
            files = request.httprequest.files.getlist("files")[:MOST_FILES]
            files = [file for file in files if file.filename]
            if not files:
                raise UserError(self.env._("Please choose the files with the signed pages."))
            contract_sudo = access.contract_sudo
            paper_sudo = contract_sudo._collect_paper(access.participant_sudo, access.identified_by)
            refusals = []
            for file in files:
                self._check_upload_rate(access)
                try:
                    with request.env.cr.savepoint():
                        paper_sudo._add_file(file.filename, file.read(MOST_PAPER_BYTES + 1))
                except UserError as error:
                    refusals.append(f"{file.filename}: {error}")
            return refusals

        return self._change_paper(contract_id, collect)

    @route("/my/contracts/<int:contract_id>/paper/pages", **ACT)
    def arrange_paper(self, contract_id, do="", page_id="", order="", **kwargs):
        """Remove, turn or reorder pages that were taken in and not sent yet."""

        def arrange(access):
            paper_sudo = access.contract_sudo._collect_paper(
                access.participant_sudo, access.identified_by
            )
            if do == "order":
                paper_sudo._arrange([int(part) for part in order.split(",") if part.isdigit()])
                return []
            page_sudo = paper_sudo.page_ids.filtered(lambda page: str(page.id) == str(page_id))
            if do == "remove" and page_sudo:
                paper_sudo._remove_page(page_sudo)
            elif do == "turn" and page_sudo:
                page_sudo._turn_by(90)
            elif do == "clear":
                for page in paper_sudo.page_ids:
                    paper_sudo._remove_page(page)
            return []

        return self._change_paper(contract_id, arrange)

    @route("/my/contracts/<int:contract_id>/paper/send", **ACT)
    def send_paper(
        self,
        contract_id,
        name="",
        capacity="",
        signed_date="",
        code=None,
        confirm="",
        **kwargs,
    ):
        """Send the collected pages as the signed contract."""

        def send(access):
            access.contract_sudo._submit_paper(
                access.participant_sudo,
                {
                    "signed_by": access.contract_sudo._clean_name(name),
                    "capacity": self._clean_text(capacity)[:120],
                    "signed_date": self._parse_date(signed_date),
                },
                access.identified_by,
                is_confirmed=bool(confirm),
            )
            return []

        access = self._get_access(contract_id)
        participant_sudo = access.participant_sudo if access else None
        if participant_sudo and participant_sudo._needs_code(access.identified_by):
            # A wrong code is a try that counts, so nothing is rolled back.
            if problem := self._enter_code(access, code):
                return self._answer_paper_refusal(access, UserError(problem))
        return self._change_paper(contract_id, send, is_final=True)

    @route(
        "/my/contracts/<int:contract_id>/paper/page/<int:page_id>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def show_paper_page(self, contract_id, page_id, **kwargs):
        """Serve the small picture of a page, to whoever sent it."""
        access = self._get_access(contract_id)
        if not access:
            return self._refuse_page(contract_id)
        page_sudo = access.participant_sudo.paper_ids.page_ids.filtered(
            lambda page: page.id == page_id
        )
        if not page_sudo.preview:
            raise request.not_found()
        stream = request.env["ir.binary"].sudo()._get_stream_from(page_sudo, "preview")
        return self._make_private(stream.get_response(as_attachment=False, mimetype="image/jpeg"))

    @route(
        "/my/contracts/<int:contract_id>/paper/scan",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def show_paper_scan(self, contract_id, **kwargs):
        """Serve the scan that a person has sent, to that person."""
        access = self._get_access(contract_id)
        if not access:
            return self._refuse_page(contract_id)
        paper_sudo = access.participant_sudo.paper_ids.filtered("scan_attachment_id")[:1]
        if not paper_sudo:
            raise request.not_found()
        attachment_sudo = paper_sudo.scan_attachment_id
        return self._make_private(
            request.make_response(
                attachment_sudo.raw,
                headers=[
                    ("Content-Type", "application/pdf"),
                    ("Content-Disposition", content_disposition(attachment_sudo.name)),
                ],
            )
        )

    # === HELPERS === #

    def _change_paper(self, contract_id, change, is_final=False):
        """Do something with the pages of a visitor, and answer with how they stand then.

        :param int contract_id: the contract's id
        :param callable change: does it; returns what was refused of it
        :param bool is_final: whether the page is to be shown anew afterwards
        :rtype: odoo.http.Response
        """
        access = self._get_access(contract_id)
        if not access:
            if self._wants_json():
                return self._answer_json({"error": self._explain_no_access()}, 403)
            return self._refuse_page(contract_id)
        try:
            self._check_may_use_paper(access)
            with request.env.cr.savepoint():
                refusals = change(access)
        except UserError as error:
            return self._answer_paper_refusal(access, error)
        if refusals and not self._wants_json():
            return self._answer_paper_refusal(access, UserError("\n".join(refusals)))
        if not self._wants_json():
            return self._make_private(
                request.redirect(f"{access.contract_sudo.access_url}#paper", code=303)
            )
        answer = {"refusals": refusals, "state": self._prepare_paper_state(access)}
        if is_final:
            is_done = access.participant_sudo.state == "done"
            answer["redirect_url"] = access.contract_sudo.access_url + (
                "?message=signed" if is_done else ""
            )
        return self._answer_json(answer)

    def _check_may_use_paper(self, access):
        """Refuse whoever only looks.

        :param ContractAccess access: who is here and as whom
        :raise UserError: for previews and people who are no participants
        """
        if access.is_preview or not access.participant_sudo:
            raise UserError(self.env._("Only the people named as signers can sign this contract."))

    def _check_upload_rate(self, access):
        """Refuse more files than anybody has to send.

        :param ContractAccess access: who is here and as whom
        :raise UserError: if there were too many within an hour
        """
        limits = request.env["customer.contract.rate.limit"]
        if not limits._allow(
            "paper", access.participant_sudo.id, limit=UPLOADS_PER_HOUR, seconds=3600
        ):
            raise UserError(self.env._("Too many files were sent. Please try again in an hour."))

    def _answer_paper_refusal(self, access, error):
        """Answer an attempt that was refused and rolled back.

        :param ContractAccess access: who is here and as whom
        :param UserError error: why it was refused
        :rtype: odoo.http.Response
        """
        access.contract_sudo.invalidate_recordset()
        participant_sudo = access.participant_sudo
        if participant_sudo and not access.is_preview and not participant_sudo._can_choose_paper():
            self._record_refusal(access, "paper_not_possible")
        if self._wants_json():
            state = self._prepare_paper_state(access) if participant_sudo else None
            return self._answer_json({"error": str(error), "state": state}, 422)
        return self._render_contract_page(access, status=422, error=str(error))

    def _parse_date(self, text):
        """Return a date as browsers send it, or none.

        :param str text: what was sent
        :rtype: datetime.date | None
        """
        try:
            return date.fromisoformat(str(text)[:10])
        except ValueError:
            return None

    def _wants_json(self):
        """Tell whether a program asks, rather than a form."""
        return request.httprequest.accept_mimetypes.best == "application/json"

    def _answer_json(self, content, status=200):
        """Answer a program.

        :param dict content: what to tell it
        :param int status: the HTTP status
        :rtype: odoo.http.Response
        """
        return self._make_private(request.make_json_response(content, status=status))
