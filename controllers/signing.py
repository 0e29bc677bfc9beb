from collections.abc import Callable
from typing import NamedTuple

from odoo.exceptions import UserError
from odoo.http import request, route
from odoo.tools import consteq

from ..exceptions import VersionChangedError
from ..utils import strip_unseen
from .portal import CustomerContractPortal

# A signature's picture of 2 MB in base64, and some room for the rest.
MAX_SIGNING_REQUEST = 4 * 1024 * 1024
MAX_TEXT = 5000
ACT = {"type": "http", "auth": "public", "website": True, "methods": ["POST"]}


def anybody(participant_sudo):
    """Ask every participant for a one-time code."""
    return True


def whoever_can_get_one(participant_sudo):
    """Ask those for a one-time code who can be sent one now."""
    return participant_sudo._can_get_code()


class ContractAct(NamedTuple):
    """Something that participants do on a contract's page."""

    # does it, given the access and what was sent; raises UserError if it cannot be done
    run: Callable
    # tells, where the contract asks for one-time codes, which participants do this only
    # after one; without it, whoever holds the link does it
    asks_for_code: Callable | None = None
    # looks at what was sent before a code is asked for; returns a refusal, or none
    check: Callable | None = None
    # what those are told who have no part in the contract
    outsiders: str | None = None
    # what the page says afterwards
    message: str | None = None
    # whether it is a step of signing, for those who are here for nothing else
    is_signing: bool = False


class ActRefusal(NamedTuple):
    """Why something is not done."""

    reason: str  # a short name, for programs
    error: str  # for people

    @property
    def answer(self):
        """What a program is told."""
        return {"error": self.error, "reason": self.reason}


class CustomerContractSigning(CustomerContractPortal):
    """What participants do on the contract's page: sign, approve, object, ask.

    Every act is checked by the model; a refused one leaves nothing behind but an event.
    """

    def _get_acts(self):
        """Return what people can do on a contract's page; features add theirs.

        :return: acts by their names, which are those of the dialogs as well
        :rtype: dict[str, ContractAct]
        """
        return {
            "sign": ContractAct(
                self._run_sign,
                asks_for_code=anybody,
                check=self._check_sign,
                outsiders=self.env._("Only the people named as signers can sign this contract."),
                message="signed",
                is_signing=True,
            ),
            "approve": ContractAct(
                self._run_approve, asks_for_code=whoever_can_get_one, message="approved"
            ),
            "send_back": ContractAct(self._run_send_back, asks_for_code=whoever_can_get_one),
            "decline": ContractAct(self._run_decline, asks_for_code=whoever_can_get_one),
            # Questions are open to whoever holds the link.
            "ask": ContractAct(self._run_ask, message="asked"),
        }

    def _get_messages(self):
        return (*super()._get_messages(), "signed", "approved", "asked")

    def _prepare_contract_values(self, access):
        coded = [name for name, act in self._get_acts().items() if act.asks_for_code]
        return {**super()._prepare_contract_values(access), "coded_acts": coded}

    # === SIGN === #

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
        act = self._get_acts()["sign"]
        sent = {"name": name, "signature": signature, "digest": digest, "consent": consent}
        access, refusal = self._authenticate(contract_id, act, sent, code)
        if refusal:
            return refusal.answer
        try:
            self._perform(access, act, sent)
        except UserError as error:
            return self._answer_refused_signature(access, error, digest)
        return {
            "redirect_url": f"{access.contract_sudo.access_url}?message={act.message}",
            "force_refresh": True,
        }

    def _check_sign(self, access, consent, **sent):
        """Return why somebody cannot sign whatever else is right, or none.

        :param ContractAccess access: who is here and as whom
        :param bool | str consent: that the consent was given; its SHA-256 if known
        :rtype: ActRefusal | None
        """
        if obstacle := self._find_company_obstacle(access):
            return ActRefusal("not_allowed", obstacle)
        if problem := self._find_consent_problem(access, consent):
            return ActRefusal("consent", problem)
        return None

    def _run_sign(self, access, name, signature, digest, **sent):
        contract_sudo = access.contract_sudo
        contract_sudo._sign(
            access.actor,
            signature=signature,
            signed_by=name,
            digest=digest,
            consent=self._get_consent(contract_sudo),
        )

    def _find_consent_problem(self, access, consent):
        """Return what is wrong with the consent that was given, or none.

        :param ContractAccess access: who is here and as whom
        :param bool | str consent: what was sent
        :rtype: str | None
        """
        # Anything else than a yes, or the text's digest, is no consent.
        if consent is not True and not (consent and isinstance(consent, str)):
            return self.env._("Please tick the box to agree to sign electronically.")
        current = self._get_consent(access.contract_sudo).digest or ""
        if isinstance(consent, str) and not consteq(consent.encode(), current.encode()):
            return self.env._(
                "The text you agree to has changed. Please reload the page and read it again."
            )
        return None

    def _answer_refused_signature(self, access, error, digest):
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

    # === OTHER ACTS === #

    @route("/my/contracts/<int:contract_id>/approve", **ACT)
    def approve_contract(self, contract_id, digest="", decision="approve", reason="", **kwargs):
        """Approve a contract or send it back with a reason, as the approver in turn."""
        if decision == "send_back":
            return self._act(contract_id, "send_back", {"reason": reason})
        return self._act(contract_id, "approve", {"digest": digest})

    def _run_approve(self, access, digest):
        version_sudo = access.contract_sudo.current_version_id
        if not consteq(str(digest).encode(), (version_sudo.content_digest or "").encode()):
            raise UserError(
                self.env._("The contract has changed since you opened it. Please read it again.")
            )
        access.contract_sudo._approve(access.actor)

    def _run_send_back(self, access, reason):
        access.contract_sudo._send_back(access.actor, self._clean_text(reason))

    @route("/my/contracts/<int:contract_id>/decline", **ACT)
    def decline_contract(self, contract_id, reason="", reason_id="", **kwargs):
        """Decline a contract for good, with a reason."""
        return self._act(contract_id, "decline", {"reason": reason, "reason_id": reason_id})

    def _run_decline(self, access, reason, reason_id):
        access.contract_sudo._decline(access.actor, self._compose_reason(reason, reason_id))

    @route("/my/contracts/<int:contract_id>/message", **ACT)
    def ask_about_contract(self, contract_id, question="", **kwargs):
        """Post a question, as the participant who holds the link or is logged in."""
        return self._act(contract_id, "ask", {"question": question})

    def _run_ask(self, access, question):
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

    # === WHAT ALL ACTS SHARE === #

    def _authenticate(self, contract_id, act, sent, code=None):
        """Find out who wants to do something, and whether that person may try.

        Whoever has to show a one-time code first and does is identified by it from then on.

        :param int contract_id: the contract's id
        :param ContractAct act: what is to be done
        :param dict sent: what was sent along
        :param str code: the one-time code as typed, if any
        :return: the access, none for whoever may not even know the contract, and why it
            cannot be done, none if it can be tried
        :rtype: tuple[ContractAccess | None, ActRefusal | None]
        """
        access = self._get_access(contract_id)
        if not access:
            return None, ActRefusal("no_access", self._explain_no_access())
        refusal = self._find_other_reader(access) or self._find_refusal(access, act)
        if not refusal and act.check:
            refusal = act.check(access, **sent)
        if refusal:
            return access, refusal
        if self._lacks_code(access, act):
            # A wrong code is a try that counts, so nothing is rolled back.
            if problem := self._enter_code(access, code):
                return access, ActRefusal("code", problem)
            access = access._replace(identified_by="link_code")
        return access, None

    def _find_other_reader(self, access):
        """Refuse what comes from a page that was made for somebody else.

        Two people's links may be opened in one browser: what one of them fills in must not
        become the act of the other.

        :param ContractAccess access: who is here and as whom
        :rtype: ActRefusal | None
        """
        reader = request.params.get("reader")
        if not reader or str(reader) == str(access.participant_sudo.id):
            return None
        return ActRefusal(
            "other_reader",
            self.env._(
                "The contract was opened for somebody else in this browser meanwhile. "
                "Open your own link again."
            ),
        )

    def _find_refusal(self, access, act):
        """Return why a visitor cannot do something, whatever was sent along, or none.

        :param ContractAccess access: who is here and as whom
        :param ContractAct act: what is to be done
        :rtype: ActRefusal | None
        """
        if access.can_act:
            return None
        return ActRefusal(
            "not_a_signer",
            act.outsiders or self.env._("Only the people named in this contract can do this."),
        )

    def _lacks_code(self, access, act):
        """Tell whether a participant has to enter a one-time code before an act.

        :param ContractAccess access: who is here and as whom
        :param ContractAct act: what is to be done
        """
        participant_sudo, identified_by = access.actor
        return (
            bool(act.asks_for_code)
            and act.asks_for_code(participant_sudo)
            and participant_sudo._needs_code(identified_by)
        )

    def _perform(self, access, act, sent):
        """Do what a participant asked for; if it cannot be done, nothing has happened.

        :param ContractAccess access: who is here and as whom
        :param ContractAct act: what is to be done
        :param dict sent: what was sent along
        :return: whatever the act returns
        :raise UserError: if it cannot be done
        """
        with request.env.cr.savepoint():
            return act.run(access, **sent)

    def _act(self, contract_id, dialog, sent):
        """Do what a participant asked for, or show the page again and tell why not.

        :param int contract_id: the contract's id
        :param str dialog: the dialog the request came from, which is the act's name
        :param dict sent: what was sent along; it is shown again if the act is refused
        :rtype: odoo.http.Response
        """
        act = self._get_acts()[dialog]
        access, refusal = self._authenticate(
            contract_id, act, sent, request.httprequest.form.get("code")
        )
        if not access:
            return self._refuse_page(contract_id)
        if not refusal:
            try:
                self._perform(access, act, sent)
            except UserError as error:
                refusal = ActRefusal("not_possible", str(error))
        if refusal:
            return self._answer_refused_act(access, dialog, refusal, sent)
        query = f"?message={act.message}" if act.message else ""
        return self._make_private(
            request.redirect(f"{access.contract_sudo.access_url}{query}", code=303)
        )

    def _answer_refused_act(self, access, dialog, refusal, sent):
        """Show the page again and tell why an act was refused.

        :param ContractAccess access: who is here and as whom
        :param str dialog: the dialog the request came from
        :param ActRefusal refusal: why
        :param dict sent: what was sent along
        :rtype: odoo.http.Response
        """
        # A wrong code is recorded where it is compared.
        if refusal.reason != "code":
            access.contract_sudo.invalidate_recordset()
            if access.participant_sudo and not self._is_act_possible(access, dialog):
                self._record_refusal(access, f"{dialog}_not_possible")
        return self._render_contract_page(
            access, status=422, dialog=dialog, error=refusal.error, typed=sent
        )

    def _is_act_possible(self, access, dialog):
        """Tell whether a refused act can be mended by whoever tried, or was out of turn.

        :param ContractAccess access: who is here and as whom
        :param str dialog: the dialog the request came from
        """
        return dialog == "ask" or self._can_object(access)

    def _record_refusal(self, access, reason):
        """Record that an attempt to act was refused.

        :param ContractAccess access: who is here and as whom
        :param str reason: a short name for why
        """
        participant_sudo = access.participant_sudo
        who = f"participant {participant_sudo.id}" if participant_sudo else request.env.uid
        access.contract_sudo._log_refusal(who, {"reason": reason}, access.actor)

    def _explain_no_access(self):
        """Return what a visitor without access is told, the same for every contract."""
        if request.env.user._is_public():
            return self.env._("Please log in, or open the link in your e-mail again.")
        return self.env._("This contract is not available to you.")

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
        return strip_unseen(str(text or ""))[:MAX_TEXT]
