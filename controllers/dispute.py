from odoo.exceptions import UserError
from odoo.http import request, route

from ..const import ASKING_STATES
from .access import may_read_replica
from .link import CustomerContractLink
from .portal_list import CustomerContractPortalList
from .signing import ACT, ContractAct, CustomerContractSigning, whoever_can_get_one

# A few files of ten MB, and some room for the rest.
MAX_DISPUTE_REQUEST = 52 * 1024 * 1024
REPLY_DIALOGS = ("dispute_reply", "dispute_end")


class ContractDisputeStatusMixin:
    """For controllers that show how contracts stand."""

    def _get_state_colors(self):
        return {**super()._get_state_colors(), "disputed": "danger"}


class CustomerContractDisputeList(ContractDisputeStatusMixin, CustomerContractPortalList):
    """Disputed contracts in the list of contracts."""


class CustomerContractDispute(
    ContractDisputeStatusMixin, CustomerContractSigning, CustomerContractLink
):
    """Signers who dispute: with what, what both sides say about it, and how it ends."""

    @route(
        "/my/contracts/<int:contract_id>/dispute",
        **ACT,
        max_content_length=MAX_DISPUTE_REQUEST,
    )
    def dispute_contract(self, contract_id, reason="", category_id="", clause="", **kwargs):
        """Dispute something in a contract, as the signer in turn.

        :param int contract_id: the contract's id
        :param str reason: with what
        :param str category_id: the id of the category chosen, if any
        :param str clause: the number of the section meant, if any
        """
        sent = {"reason": reason, "category_id": category_id, "clause": clause}
        return self._act(contract_id, "dispute", sent)

    @route(
        "/my/contracts/<int:contract_id>/dispute/reply",
        **ACT,
        max_content_length=MAX_DISPUTE_REQUEST,
    )
    def reply_to_dispute(self, contract_id, answer="", **kwargs):
        """Write in the thread of an open dispute, as the signer or as a manager.

        :param int contract_id: the contract's id
        :param str answer: what was written
        """
        access = self._get_access(contract_id)
        if access and self._can_answer_dispute(access):
            return self._answer_as_manager(access, answer)
        return self._act(contract_id, "dispute_reply", {"answer": answer})

    @route("/my/contracts/<int:contract_id>/dispute/end", **ACT)
    def end_dispute(self, contract_id, is_settled="", **kwargs):
        """Go on with the request, as the signer who disputed.

        :param int contract_id: the contract's id
        :param str is_settled: not empty if an answer settled the point
        """
        return self._act(contract_id, "dispute_end", {"is_settled": is_settled})

    @route(
        "/my/contracts/<int:contract_id>/dispute/<int:dispute_id>/file/<int:file_id>",
        type="http",
        auth="public",
        website=True,
        readonly=may_read_replica,
    )
    def get_dispute_file(self, contract_id, dispute_id, file_id, **kwargs):
        """Serve a file of a thread to those who read it, always as a download."""
        access = self._get_access(contract_id)
        if not access:
            return self._refuse_page(contract_id)
        dispute_sudo = self._get_shown_dispute(access)
        attachment_sudo = (
            dispute_sudo._get_thread().attachment_ids.filtered(lambda file: file.id == file_id)
            if dispute_sudo.id == dispute_id
            else None
        )
        if not attachment_sudo:
            raise request.not_found()
        stream = request.env["ir.binary"].sudo()._get_stream_from(attachment_sudo)
        response = self._make_private(stream.get_response(as_attachment=True))
        response.headers["Content-Security-Policy"] = "sandbox; frame-ancestors 'none'"
        return response

    # === ACTS === #

    def _get_acts(self):
        return {
            **super()._get_acts(),
            "dispute": ContractAct(self._run_dispute, asks_for_code=whoever_can_get_one),
            "dispute_reply": ContractAct(self._run_dispute_reply),
            "dispute_end": ContractAct(self._run_dispute_end, message="resumed"),
        }

    def _get_messages(self):
        return (*super()._get_messages(), "resumed")

    def _run_dispute(self, access, reason, category_id, clause):
        access.contract_sudo._dispute(
            access.actor,
            self._clean_text(reason),
            category=self._get_dispute_categories().filtered(
                lambda category: str(category.id) == str(category_id)
            ),
            clause=clause,
            files=self._get_posted_files(),
        )

    def _run_dispute_reply(self, access, answer):
        access.contract_sudo._reply_to_dispute(
            access.actor, self._clean_text(answer), self._get_posted_files()
        )

    def _run_dispute_end(self, access, is_settled):
        access.contract_sudo._withdraw_dispute(access.actor, is_settled=bool(is_settled))

    def _answer_as_manager(self, access, answer):
        """Answer a dispute on the page, with the manager's own rights.

        :param ContractAccess access: who is here and as whom
        :param str answer: what was written
        :rtype: odoo.http.Response
        """
        contract = access.contract_sudo.with_user(request.env.user).sudo(False)
        try:
            with request.env.cr.savepoint():
                contract.action_answer_dispute(self._clean_text(answer))
        except UserError as error:
            access.contract_sudo.invalidate_recordset()
            return self._render_contract_page(
                access,
                status=422,
                dialog="dispute_reply",
                error=str(error),
                typed={"answer": answer},
            )
        return self._make_private(
            request.redirect(f"{access.contract_sudo.access_url}#dispute", code=303)
        )

    def _is_act_possible(self, access, dialog):
        if dialog in REPLY_DIALOGS or (dialog == "decline" and self._can_decline(access)):
            return self._is_own_dispute(access)
        return super()._is_act_possible(access, dialog)

    def _get_posted_files(self):
        """Return the files that came with the form.

        :return: pairs of a name and the content
        :rtype: list[tuple[str, bytes]]
        """
        return [
            (file.filename, file.read())
            for file in request.httprequest.files.getlist("files")
            if file.filename
        ]

    # === ON THE PAGE === #

    def _prepare_contract_values(self, access):
        return {
            **super()._prepare_contract_values(access),
            "can_dispute": self._can_dispute(access),
            "dispute": self._prepare_dispute(access, self._get_zone(access)),
            "dispute_categories": self._get_dispute_categories(),
        }

    def _get_state_notices(self):
        return {
            **super()._get_state_notices(),
            "disputed": {
                "color": "warning",
                "title": self.env._("This contract is disputed"),
                "text": self.env._("It can be signed once that is settled."),
            },
        }

    def _is_waited_for(self, participant_sudo):
        is_under_way = participant_sudo.contract_id.state in ASKING_STATES
        return super()._is_waited_for(participant_sudo) or (
            not is_under_way and participant_sudo.state == "disputed"
        )

    def _can_dispute(self, access):
        """Tell whether the visitor can dispute now."""
        return (
            self._can_object(access)
            and access.participant_sudo.role == "signer"
            and access.contract_sudo.allow_dispute
        )

    def _can_decline(self, access):
        # Whoever waits for an answer can still decline.
        return super()._can_decline(access) or (
            access.participant_sudo.role == "signer" and self._is_own_dispute(access)
        )

    def _is_own_dispute(self, access):
        """Tell whether the contract waits because the visitor disputes it."""
        contract_sudo, participant_sudo = access.contract_sudo, access.participant_sudo
        return (
            bool(participant_sudo)
            and contract_sudo.state == "disputed"
            and contract_sudo._get_open_dispute()._is_for(participant_sudo)
        )

    def _is_dispute_manager(self, access):
        """Tell whether the visitor is an employee who reads the thread, and may answer."""
        contract = access.contract_sudo.with_user(request.env.user).sudo(False)
        return request.env.user._is_internal() and contract.has_access("write")

    def _can_answer_dispute(self, access):
        """Tell whether the visitor is an employee who may answer now."""
        return access.contract_sudo.state == "disputed" and self._is_dispute_manager(access)

    def _get_dispute_categories(self):
        """Return what signers may choose from."""
        # Signers have no rights on configuration.
        return request.env["customer.contract.dispute.category"].sudo().search_fetch([], ["name"])

    def _get_shown_dispute(self, access):
        """Return the dispute whose thread the visitor reads: the open one, else the last.

        Only the signer who disputes and the contract's managers read it.

        :param ContractAccess access: who is here and as whom
        :rtype: recordset of `customer.contract.dispute`, elevated
        """
        disputes_sudo = access.contract_sudo.dispute_ids
        if not self._is_dispute_manager(access):
            disputes_sudo = disputes_sudo.filtered(
                lambda dispute: dispute._is_for(access.participant_sudo)
            )
        return disputes_sudo.sorted("id")[-1:]

    def _prepare_dispute(self, access, zone):
        """Prepare a dispute with its thread, if there is one for the visitor to read.

        :param ContractAccess access: who is here and as whom
        :param str zone: the reader's time zone
        :rtype: dict | None
        """
        dispute_sudo = self._get_shown_dispute(access)
        if not dispute_sudo:
            return None
        outcomes = dict(dispute_sudo._fields["outcome"]._description_selection(request.env))
        is_own = self._is_own_dispute(access)
        return {
            "record": dispute_sudo,
            "is_open": not dispute_sudo.closed_on,
            "is_answered": bool(dispute_sudo.answered_on),
            "can_go_on": is_own,
            "can_reply": is_own or self._can_answer_dispute(access),
            "can_attach": is_own,
            "is_own": dispute_sudo._is_for(access.participant_sudo),
            "outcome": outcomes.get(dispute_sudo.outcome, ""),
            "messages": [
                {
                    "author": message.author_id.name or message.email_from or "",
                    "is_own": message.author_id == dispute_sudo.partner_id,
                    "body": message.body,
                    "time": self._format_time(message.date, zone),
                    "datetime": f"{message.date.isoformat()}Z",
                    "files": [
                        {
                            "name": file.name,
                            "url": f"{access.contract_sudo.access_url}/dispute/"
                            f"{dispute_sudo.id}/file/{file.id}",
                        }
                        for file in message.attachment_ids
                    ],
                }
                for message in dispute_sudo._get_thread()
            ],
        }
