from odoo.exceptions import UserError
from odoo.http import request, route

from .signing import ACT, CustomerContractSigning

# A few files of ten MB, and some room for the rest.
MAX_DISPUTE_REQUEST = 52 * 1024 * 1024
REPLY_DIALOGS = ("dispute_reply", "dispute_end")


class CustomerContractDispute(CustomerContractSigning):
    """Signers who object: with what, what both sides say about it, and how it ends."""

    @route(
        "/my/contracts/<int:contract_id>/dispute",
        **ACT,
        max_content_length=MAX_DISPUTE_REQUEST,
    )
    def dispute_contract(self, contract_id, reason="", category_id="", clause="", **kwargs):
        """Object to something in a contract, as the signer in turn.

        :param int contract_id: the contract's id
        :param str reason: with what
        :param str category_id: the id of the category chosen, if any
        :param str clause: the number of the section meant, if any
        """

        def dispute(access):
            access.contract_sudo._dispute(
                access.participant_sudo,
                self._clean_text(reason),
                access.identified_by,
                category=self._get_dispute_categories().filtered(
                    lambda category: str(category.id) == str(category_id)
                ),
                clause=clause,
                files=self._get_posted_files(),
            )

        typed = {"reason": reason, "category_id": category_id, "clause": clause}
        return self._act(contract_id, "dispute", dispute, typed)

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

        def reply(access):
            access.contract_sudo._reply_to_dispute(
                access.participant_sudo, self._clean_text(answer), self._get_posted_files()
            )

        access = self._get_access(contract_id)
        if access and self._can_answer_dispute(access):
            return self._answer_as_manager(access, answer)
        return self._act(contract_id, "dispute_reply", reply, {"answer": answer})

    @route("/my/contracts/<int:contract_id>/dispute/end", **ACT)
    def end_dispute(self, contract_id, is_settled="", **kwargs):
        """Go on with the request, as the signer who objected.

        :param int contract_id: the contract's id
        :param str is_settled: not empty if an answer settled the point
        """

        def end(access):
            access.contract_sudo._withdraw_dispute(
                access.participant_sudo, access.identified_by, is_settled=bool(is_settled)
            )

        return self._act(contract_id, "dispute_end", end, message="resumed")

    @route(
        "/my/contracts/<int:contract_id>/dispute/<int:dispute_id>/file/<int:file_id>",
        type="http",
        auth="public",
        website=True,
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

    def _answer_as_manager(self, access, answer):
        """Answer an objection on the page, with the manager's own rights.

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
