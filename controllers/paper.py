from datetime import date

from odoo.exceptions import UserError
from odoo.http import content_disposition, request, route
from odoo.tools import format_date

from ..const import MOST_PAPER_BYTES, MOST_PAPER_PAGES
from .access import may_read_replica
from .customer_input import CustomerContractCustomerInput
from .signing import ACT, ContractAct, anybody

# Room for the parts of a form around its files.
MOST_REQUEST = MOST_PAPER_BYTES + 1024 * 1024
MOST_FILES = 60
UPLOADS_PER_HOUR = 150


class CustomerContractPaper(CustomerContractCustomerInput):
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
        act = self._get_acts()["paper_download"]
        access, refusal = self._authenticate(contract_id, act, {})
        if not access:
            return self._refuse_page(contract_id)
        if refusal:
            return self._answer_paper_refusal(access, refusal.error)
        try:
            copy_sudo = self._perform(access, act, {})
        except UserError as error:
            return self._answer_paper_refusal(access, str(error))
        return self._serve_paper_file(copy_sudo.attachment_id)

    @route("/my/contracts/<int:contract_id>/paper", max_content_length=MOST_REQUEST, **ACT)
    def upload_paper(self, contract_id, **kwargs):
        """Take in files with signed pages; what is wrong with one leaves the others alone."""
        return self._change_paper(contract_id, "paper_upload", {})

    @route("/my/contracts/<int:contract_id>/paper/pages", **ACT)
    def arrange_paper(self, contract_id, do="", page_id="", order="", **kwargs):
        """Remove, turn or reorder pages that were taken in and not sent yet."""
        sent = {"do": do, "page_id": page_id, "order": order}
        return self._change_paper(contract_id, "paper_arrange", sent)

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
        sent = {
            "name": name,
            "capacity": capacity,
            "signed_date": signed_date,
            "confirm": confirm,
        }
        return self._change_paper(contract_id, "paper_send", sent, code, is_final=True)

    @route(
        "/my/contracts/<int:contract_id>/paper/page/<int:page_id>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        readonly=may_read_replica,
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
        readonly=may_read_replica,
    )
    def show_paper_scan(self, contract_id, **kwargs):
        """Serve the scan that a person has sent, to that person."""
        access = self._get_access(contract_id)
        if not access:
            return self._refuse_page(contract_id)
        paper_sudo = access.participant_sudo.paper_ids.filtered("scan_attachment_id")[:1]
        if not paper_sudo:
            raise request.not_found()
        return self._serve_paper_file(paper_sudo.scan_attachment_id)

    @route("/my/contracts/<int:contract_id>/channel", **ACT)
    def choose_channel(self, contract_id, channel="", **kwargs):
        """Choose between signing electronically and on paper."""
        return self._act(contract_id, "channel", {"channel": channel})

    # === ACTS === #

    def _get_acts(self):
        shared = {
            "outsiders": self.env._("Only the people named as signers can sign this contract."),
            "is_signing": True,
        }
        return {
            **super()._get_acts(),
            "channel": ContractAct(self._run_channel),
            "paper_download": ContractAct(self._run_paper_download, **shared),
            "paper_upload": ContractAct(self._run_paper_upload, **shared),
            "paper_arrange": ContractAct(self._run_paper_arrange, **shared),
            "paper_send": ContractAct(self._run_paper_send, asks_for_code=anybody, **shared),
        }

    def _run_channel(self, access, channel):
        if channel not in ("esign", "paper"):
            raise UserError(self.env._("Please choose how you want to sign."))
        access.participant_sudo._choose_channel(channel, access.identified_by)

    def _run_paper_download(self, access):
        return access.contract_sudo._get_paper_copy(access.actor)

    def _run_paper_upload(self, access):
        files = request.httprequest.files.getlist("files")[:MOST_FILES]
        files = [file for file in files if file.filename]
        if not files:
            raise UserError(self.env._("Please choose the files with the signed pages."))
        contract_sudo = access.contract_sudo
        paper_sudo = contract_sudo._collect_paper(access.actor)
        refusals = []
        for file in files:
            self._check_upload_rate(access)
            try:
                with request.env.cr.savepoint():
                    paper_sudo._add_file(file.filename, file.read(MOST_PAPER_BYTES + 1))
            except UserError as error:
                refusals.append(f"{file.filename}: {error}")
        return refusals

    def _run_paper_arrange(self, access, do, page_id, order):
        paper_sudo = access.contract_sudo._collect_paper(access.actor)
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

    def _run_paper_send(self, access, name, capacity, signed_date, confirm):
        access.contract_sudo._submit_paper(
            access.actor,
            {
                "signed_by": access.contract_sudo._clean_name(name),
                "capacity": self._clean_text(capacity)[:120],
                "signed_date": self._parse_date(signed_date),
            },
            is_confirmed=bool(confirm),
        )
        return []

    # === HELPERS === #

    def _change_paper(self, contract_id, name, sent, code=None, is_final=False):
        """Do something with the pages of a visitor, and answer with how they stand then.

        :param int contract_id: the contract's id
        :param str name: the name of the act, which returns what it refused in part
        :param dict sent: what was sent along
        :param str code: the one-time code as typed, if any
        :param bool is_final: whether the page is to be shown anew afterwards
        :rtype: odoo.http.Response
        """
        act = self._get_acts()[name]
        access, refusal = self._authenticate(contract_id, act, sent, code)
        if not access:
            if self._wants_json():
                return self._answer_json({"error": refusal.error}, 403)
            return self._refuse_page(contract_id)
        if refusal:
            return self._answer_paper_refusal(access, refusal.error)
        try:
            refusals = self._perform(access, act, sent)
        except UserError as error:
            return self._answer_paper_refusal(access, str(error))
        if refusals and not self._wants_json():
            return self._answer_paper_refusal(access, "\n".join(refusals))
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

    def _serve_paper_file(self, attachment_sudo):
        """Serve a PDF to keep.

        :param recordset attachment_sudo: the file, elevated
        :rtype: odoo.http.Response
        """
        return self._make_private(
            request.make_response(
                attachment_sudo.raw,
                headers=[
                    ("Content-Type", "application/pdf"),
                    ("Content-Disposition", content_disposition(attachment_sudo.name)),
                ],
            )
        )

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
        :param str error: why it was refused
        :rtype: odoo.http.Response
        """
        access.contract_sudo.invalidate_recordset()
        participant_sudo = access.participant_sudo
        if participant_sudo and not access.is_preview and not participant_sudo._can_choose_paper():
            self._record_refusal(access, "paper_not_possible")
        if self._wants_json():
            state = self._prepare_paper_state(access) if participant_sudo else None
            return self._answer_json({"error": error, "state": state}, 422)
        return self._render_contract_page(access, status=422, error=error)

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

    # === ON THE PAGE === #

    def _prepare_contract_values(self, access):
        return {
            **super()._prepare_contract_values(access),
            **self._prepare_paper_values(access),
        }

    def _is_input_closed(self, access):
        return super()._is_input_closed(access) or (
            access.participant_sudo._get_paper().state == "submitted"
        )

    def _prepare_other_way_notice(self, access):
        contract_sudo, participant_sudo = access.contract_sudo, access.participant_sudo
        is_sent = (
            contract_sudo.state == "sent" and participant_sudo._get_paper().state == "submitted"
        )
        is_chosen = participant_sudo._can_choose_paper() and (
            participant_sudo.channel == "paper" or not participant_sudo._may_esign()
        )
        if is_sent or is_chosen:
            return self._prepare_paper_notice(access)
        return super()._prepare_other_way_notice(access)

    def _prepare_paper_values(self, access):
        """Prepare the page's part for signing by hand.

        :param ContractAccess access: who is here and as whom
        :rtype: dict
        """
        participant_sudo = access.participant_sudo
        if not access.shows_forms or not participant_sudo or participant_sudo.role != "signer":
            return {"paper": None, "paper_props": None, "can_esign_after_all": False}
        paper_sudo = participant_sudo._get_paper()
        is_open = (
            self._can_use_paper(access)
            and paper_sudo.state != "submitted"
            and (participant_sudo.channel == "paper" or not participant_sudo._may_esign())
        )
        return {
            "paper": paper_sudo,
            "paper_props": self._prepare_paper_props(access) if is_open else None,
            "can_use_paper": self._can_use_paper(access),
            "can_esign_after_all": is_open
            and participant_sudo.channel == "paper"
            and participant_sudo._may_esign()
            and not access.contract_sudo._get_value_problems(participant_sudo),
            "paper_scan": participant_sudo.paper_ids.filtered(
                lambda paper: paper.state in ("submitted", "accepted", "returned")
            )[:1],
        }

    def _can_use_paper(self, access):
        """Tell whether the visitor can sign by hand now, on this page.

        :param ContractAccess access: who is here and as whom
        """
        participant_sudo = access.participant_sudo
        return (
            bool(participant_sudo)
            and access.shows_forms
            and not access.signs_only
            and participant_sudo._can_choose_paper()
            and self._can_be_identified(access)
        )

    def _prepare_paper_props(self, access):
        """Prepare the properties of the form that collects signed pages.

        :param ContractAccess access: who is here and as whom
        :rtype: dict
        """
        contract_sudo, participant_sudo = access.contract_sudo, access.participant_sudo
        partner_sudo = participant_sudo.partner_id
        paper_sudo = participant_sudo._get_paper()
        return {
            "url": f"{contract_sudo.access_url}/paper",
            "state": self._prepare_paper_state(access),
            "name": paper_sudo.signed_by or partner_sudo.name or "",
            "capacity": paper_sudo.capacity or participant_sudo.capacity or "",
            "date": str(paper_sudo.signed_date or ""),
            "mostBytes": MOST_PAPER_BYTES,
            "mostPages": MOST_PAPER_PAGES,
            "valueProblems": contract_sudo._get_value_problems(participant_sudo),
            **self._prepare_code_props(access),
        }

    def _prepare_paper_state(self, access):
        """Prepare what was collected so far, and what is wrong with it.

        :param ContractAccess access: who is here and as whom
        :rtype: dict
        """
        paper_sudo = access.participant_sudo._get_paper()
        if paper_sudo.state == "returned":
            # the next one starts with the same pages, once something is added
            pages_sudo = paper_sudo.page_ids
        else:
            pages_sudo = paper_sudo.filtered(lambda paper: paper.state == "draft").page_ids
        url = f"{access.contract_sudo.access_url}/paper/page"
        return {
            "pages": [
                {
                    "id": page.id,
                    "url": f"{url}/{page.id}" if page.preview else "",
                    "turn": page.turn,
                    "number": page.number,
                    "total": page.total,
                    "result": page.result,
                    "problem": page._describe_problem(position),
                }
                for position, page in enumerate(pages_sudo.sorted("sequence"), 1)
            ],
            "checkState": paper_sudo.check_state if pages_sudo else "",
            "problems": paper_sudo._find_problems() if pages_sudo else [],
        }

    def _prepare_paper_notice(self, access):
        """Prepare what a person is told who signs, or has signed, by hand.

        :param ContractAccess access: who is here and as whom
        :rtype: dict
        """
        participant_sudo = access.participant_sudo
        paper_sudo = participant_sudo._get_paper()
        back = "esign" if participant_sudo._may_esign() else None
        if paper_sudo.state == "submitted":
            return {
                "color": "success",
                "title": self.env._("Your signed contract has arrived"),
                "text": self.env._(
                    "You sent it on %(date)s. We check it and write to you.",
                    date=format_date(self.env, paper_sudo.submitted_on),
                ),
                "channel": back,
            }
        if paper_sudo.state == "returned":
            return {
                "color": "warning",
                "title": self.env._("Please send the signed contract again"),
                "text": paper_sudo.decision_reason,
                "channel": back,
            }
        # Signing electronically instead is a button of the page until the paper is sent.
        contract_sudo = access.contract_sudo
        manager_sudo = contract_sudo.user_id.partner_id or contract_sudo.company_id.partner_id
        return {
            "color": "info",
            "title": self.env._("You asked to sign on paper")
            if back
            else self.env._("Please sign on paper"),
            "text": self.env._(
                "Download the contract, print and sign it, and send it below or to %(name)s "
                "(%(email)s).",
                name=manager_sudo.name,
                email=manager_sudo.email or contract_sudo.company_id.email or "",
            ),
        }
