from odoo.exceptions import UserError
from odoo.http import Controller, request, route
from odoo.tools import consteq

from ..exceptions import VersionChangedError
from .contract_page import ContractPageMixin

# A signature's picture of 2 MB in base64, and some room for the rest.
MAX_SIGNING_REQUEST = 4 * 1024 * 1024
MAX_TEXT = 5000
# What somebody without a login does only after a one-time code, where the contract asks
# for one; questions are open to whoever holds the link.
CODED_ACTS = ("approve", "send_back", "decline", "dispute", "delegate")
ACT = {"type": "http", "auth": "public", "website": True, "methods": ["POST"]}


class CustomerContractSigning(ContractPageMixin, Controller):
    """What participants do on the contract's page: sign, approve, object, ask.

    Every act is checked by the model; a refused one leaves nothing behind but an event.
    """

    @route(
        "/my/contracts/<int:contract_id>/sign",
        type="jsonrpc",
        auth="public",
        website=True,
        methods=["POST"],
        max_content_length=MAX_SIGNING_REQUEST,
    )
    def sign_contract(
        self,
        contract_id,
        name=None,
        signature=None,
        digest=None,
        consent=None,
        code=None,
        **kwargs,
    ):
        """Sign a contract, as the participant who is logged in or holds the link.

        :param int contract_id: the contract's id
        :param str name: the name as typed
        :param str signature: the picture, a PNG in base64
        :param str digest: SHA-256 of the content that was shown
        :param bool | str consent: that the consent was given; its SHA-256 if known
        :param str code: the one-time code, when the contract asks for one
        :return: ``redirect_url`` and ``force_refresh``, or ``error`` with a ``reason``
        :rtype: dict
        """
        access = self._get_access(contract_id)
        if not access:
            return {"error": self._explain_no_access(), "reason": "no_access"}
        if access.is_preview or not access.participant_sudo:
            return {
                "error": self.env._("Only the people named as signers can sign this contract."),
                "reason": "not_a_signer",
            }
        if obstacle := self._find_company_obstacle(access):
            return {"error": obstacle, "reason": "not_allowed"}
        if problem := self._find_consent_problem(access, consent):
            return {"error": problem, "reason": "consent"}
        contract_sudo = access.contract_sudo
        if access.participant_sudo._needs_code(access.identified_by):
            # A wrong code is a try that counts, so nothing is rolled back.
            if problem := self._enter_code(access, code):
                return {"error": problem, "reason": "code"}
            access = access._replace(identified_by="link_code")
        try:
            with request.env.cr.savepoint():
                contract_sudo._sign(
                    access.participant_sudo,
                    signature=signature,
                    signed_by=name,
                    digest=digest,
                    identified_by=access.identified_by,
                    consent=self._get_consent(contract_sudo),
                )
        except UserError as error:
            return self._answer_refusal(access, error, digest)
        return {
            "redirect_url": f"{contract_sudo.access_url}?message=signed",
            "force_refresh": True,
        }

    def _find_consent_problem(self, access, consent):
        """Return what is wrong with the consent that was given, or none.

        :param ContractAccess access: who is here and as whom
        :param bool | str consent: what was sent
        :rtype: str | None
        """
        if not consent:
            return self.env._("Please tick the box to agree to sign electronically.")
        current = self._get_consent(access.contract_sudo).digest or ""
        if isinstance(consent, str) and not consteq(consent.encode(), current.encode()):
            return self.env._(
                "The text you agree to has changed. Please reload the page and read it again."
            )
        return None

    def _explain_no_access(self):
        """Return what a visitor without access is told, the same for every contract."""
        if request.env.user._is_public():
            return self.env._("Please log in, or open the link in your e-mail again.")
        return self.env._("This contract is not available to you.")

    def _answer_refusal(self, access, error, digest):
        """Answer an attempt to sign that was refused and rolled back.

        Attempts out of turn and on outdated content are recorded; what the person can
        simply correct, such as an empty signature, is not.

        :param ContractAccess access: who is here and as whom
        :param UserError error: why it was refused
        :param str digest: SHA-256 of the content that was shown
        :rtype: dict
        """
        contract_sudo = access.contract_sudo
        contract_sudo.invalidate_recordset()
        answer = {"error": str(error)}
        if isinstance(error, VersionChangedError):
            answer["reason"] = "version_changed"
            answer["changes"] = contract_sudo._get_changes_since(digest)
        elif not contract_sudo._can_be_signed(access.participant_sudo):
            answer["reason"] = "not_possible"
        if "reason" in answer:
            self._record_refusal(access, answer["reason"])
        return answer

    def _record_refusal(self, access, reason):
        """Record that an attempt to act was refused.

        :param ContractAccess access: who is here and as whom
        :param str reason: a short name for why
        """
        access.contract_sudo._log_event(
            "refused",
            details={"reason": reason},
            participant=access.participant_sudo,
            identified_by=access.identified_by,
        )

    # === OTHER ACTS === #

    @route("/my/contracts/<int:contract_id>/approve", **ACT)
    def approve_contract(self, contract_id, digest="", decision="approve", reason="", **kwargs):
        """Approve a contract or send it back with a reason, as the approver in turn."""

        def approve(access):
            version_sudo = access.contract_sudo.current_version_id
            if not consteq(str(digest).encode(), (version_sudo.content_digest or "").encode()):
                raise UserError(
                    self.env._(
                        "The contract has changed since you opened it. Please read it again."
                    )
                )
            access.contract_sudo._approve(access.participant_sudo, access.identified_by)

        def send_back(access):
            if access.participant_sudo.role != "approver":
                raise UserError(self.env._("It is not your turn to act on this contract."))
            access.contract_sudo._send_back(
                access.participant_sudo, self._clean_text(reason), access.identified_by
            )

        if decision == "send_back":
            return self._act(contract_id, "send_back", send_back, {"reason": reason})
        return self._act(contract_id, "approve", approve, message="approved")

    @route("/my/contracts/<int:contract_id>/decline", **ACT)
    def decline_contract(self, contract_id, reason="", reason_id="", **kwargs):
        """Decline a contract for good, with a reason."""

        def decline(access):
            access.contract_sudo._decline(
                access.participant_sudo,
                self._compose_reason(reason, reason_id),
                access.identified_by,
            )

        typed = {"reason": reason, "reason_id": reason_id}
        return self._act(contract_id, "decline", decline, typed)

    @route("/my/contracts/<int:contract_id>/message", **ACT)
    def ask_about_contract(self, contract_id, question="", **kwargs):
        """Post a question, as the participant who holds the link or is logged in."""

        def ask(access):
            text = self._clean_text(question)
            if not text:
                raise UserError(self.env._("Please type your question."))
            author = access.participant_sudo.partner_id
            access.contract_sudo.with_context(mail_post_autofollow=False).message_post(
                body=text,
                author_id=author.id,
                email_from=author.email_formatted,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=access.contract_sudo.user_id.partner_id.ids,
            )

        return self._act(contract_id, "ask", ask, {"question": question}, message="asked")

    def _act(self, contract_id, dialog, act, typed=None, message=None):
        """Do what a participant asked for, or show the page again and tell why not.

        :param int contract_id: the contract's id
        :param str dialog: the dialog the request came from
        :param callable act: does it; raises UserError if it cannot be done
        :param dict typed: what the person typed, to be shown again
        :param str message: what the page says afterwards
        :rtype: odoo.http.Response
        """
        access = self._get_access(contract_id)
        if not access:
            return self._refuse_page(contract_id)
        contract_sudo = access.contract_sudo
        if self._lacks_code(access, dialog):
            # A wrong code is a try that counts, so nothing is rolled back.
            if problem := self._enter_code(access, request.httprequest.form.get("code")):
                return self._render_contract_page(
                    access, status=422, dialog=dialog, error=problem, typed=typed or {}
                )
            access = access._replace(identified_by="link_code")
        try:
            if access.is_preview or not access.participant_sudo:
                raise UserError(self.env._("Only the people named in this contract can do this."))
            if access.is_in_person:
                raise UserError(self.env._("This device was handed over to sign only."))
            with request.env.cr.savepoint():
                act(access)
        except UserError as error:
            contract_sudo.invalidate_recordset()
            if access.participant_sudo and not self._is_act_possible(access, dialog):
                self._record_refusal(access, f"{dialog}_not_possible")
            return self._render_contract_page(
                access, status=422, dialog=dialog, error=str(error), typed=typed or {}
            )
        query = f"?message={message}" if message else ""
        return self._make_private(request.redirect(f"{contract_sudo.access_url}{query}", code=303))

    def _is_act_possible(self, access, dialog):
        """Tell whether a refused act can be mended by whoever tried, or was out of turn.

        :param ContractAccess access: who is here and as whom
        :param str dialog: the dialog the request came from
        """
        return dialog == "ask" or self._can_object(access)

    def _lacks_code(self, access, dialog):
        """Tell whether the visitor has to enter a one-time code before an act.

        :param ContractAccess access: who is here and as whom
        :param str dialog: the dialog the request came from
        """
        return (
            dialog in CODED_ACTS
            and (not access.is_preview or access.preview)
            and bool(access.participant_sudo)
            and access.participant_sudo._can_get_code()
            and access.participant_sudo._needs_code(access.identified_by)
        )

    def _compose_reason(self, text, reason_id):
        """Return why a contract is declined: the reason chosen and what was typed.

        :param str text: what was typed
        :param str reason_id: the id of the reason chosen, if any
        :rtype: str
        """
        chosen_sudo = self._get_refusal_reasons().filtered(
            lambda reason: str(reason.id) == str(reason_id)
        )
        return ": ".join(filter(None, (chosen_sudo.name, self._clean_text(text))))

    def _clean_text(self, text):
        """Return what was typed without spaces around it, and not without end."""
        return str(text or "").strip()[:MAX_TEXT]
