"""What the contract's page shows, always of the version that was frozen."""

from odoo.http import request

from ..const import ASKING_STATES
from .access import ContractAccessMixin
from .facts import ContractFactsMixin
from .notice import ContractNoticeMixin

HISTORY_KEY = "my_contracts_history"


class ContractPageMixin(ContractAccessMixin, ContractFactsMixin, ContractNoticeMixin):
    """For controllers that answer with the contract's page."""

    def _render_contract_page(self, access, *, status=200, **extra):
        """Render the page of one contract.

        :param ContractAccess access: who is here and as whom
        :param int status: the HTTP status
        :param extra: more values: ``message`` after an act, or ``dialog``, ``error``
            and ``typed`` when one was refused
        :rtype: odoo.http.Response
        """
        if access.is_link and not self._is_open_to(access):
            return self._refuse_page(access.contract_sudo.id)
        values = self._prepare_contract_values(access)
        values = {**self._restrict_contract_values(access, values), **extra}
        return self._make_private(
            request.render("customer_contract.portal_contract_page", values, status=status)
        )

    def _is_open_to(self, access):
        """Tell whether the holder of a link may see the contract in its present state.

        :param ContractAccess access: who is here and as whom
        """
        state = access.contract_sudo.state
        if state == "approval":
            return bool(access.participant_sudo.requested_on)
        return state != "draft"

    def _prepare_contract_values(self, access):
        """Prepare the values of the contract's page; features add theirs.

        :param ContractAccess access: who is here and as whom
        :rtype: dict
        """
        contract_sudo, participant_sudo = access.contract_sudo, access.participant_sudo
        content = contract_sudo._get_report_content()
        reader = participant_sudo.partner_id or request.env.user.partner_id
        user = request.env.user
        can_sign = self._can_sign(access)
        zone = self._get_zone(access)
        return {
            "page_name": "contract",
            "access": access,
            "contract": contract_sudo,
            "object": contract_sudo,
            "participant": participant_sudo,
            "content": content,
            "sections": contract_sudo._prepare_shown_sections(content),
            "content_lang": (content.get("language") or "").replace("_", "-") or None,
            "language_note": self._get_language_note(content),
            "facts": self._prepare_facts(contract_sudo, content),
            "amount": self._format_amount(content.get("amount")),
            "signatories": self._prepare_signatories(contract_sudo, content, zone),
            "next_step": self._get_next_step(contract_sudo, reader),
            "watermark": self._get_watermark(access),
            "notice": self._prepare_notice(access),
            "status": self._get_status(contract_sudo),
            "can_sign": can_sign,
            "can_approve": self._can_approve(access),
            "can_object": self._can_object(access),
            "can_decline": self._can_decline(access),
            "sign_props": self._prepare_sign_props(access) if can_sign else None,
            "refusal_reasons": self._get_refusal_reasons(),
            "comparison": self._prepare_comparison(contract_sudo, participant_sudo),
            "events": self._prepare_timeline(contract_sudo, zone),
            "stored_pdf": contract_sudo._get_stored_pdf(),
            "is_pending": contract_sudo._is_preparing(),
            "is_late": contract_sudo._is_preparing_long(),
            "may_write_messages": not user.share or contract_sudo._is_named(user.partner_id),
            "has_chatter": not user._is_public() and not access.is_preview and not access.is_link,
            "comments": self._prepare_comments(contract_sudo, zone)
            if (access.is_link or access.is_preview)
            else [],
            "no_breadcrumbs": user._is_public(),
            "typed": {},
            **self._prepare_neighbours(contract_sudo),
        }

    def _restrict_contract_values(self, access, values):
        """Take from the page what this visitor is not shown, of whatever feature.

        It has the last word: all features have added their values before.

        :param ContractAccess access: who is here and as whom
        :param dict values: the page's values
        :return: the values that are shown
        :rtype: dict
        """
        return values

    # === WHAT THE VISITOR MAY DO === #

    def _can_sign(self, access):
        """Tell whether the visitor can sign now, on this page."""
        return (
            bool(access.participant_sudo)
            and access.contract_sudo.state == "sent"
            and access.contract_sudo._can_be_signed(access.participant_sudo)
            and self._can_be_identified(access)
            and not self._find_company_obstacle(access)
        )

    def _can_be_identified(self, access):
        """Tell whether the visitor is identified, or will be by a one-time code."""
        participant_sudo = access.participant_sudo
        return access.contract_sudo._is_identified(access.actor) or participant_sudo._needs_code(
            access.identified_by
        )

    def _can_approve(self, access):
        """Tell whether the visitor can approve now."""
        participant_sudo = access.participant_sudo
        return (
            bool(participant_sudo)
            and participant_sudo.role == "approver"
            and access.contract_sudo.state in ASKING_STATES
            and participant_sudo._is_in_turn()
            and not participant_sudo._find_incapacity()
        )

    def _can_object(self, access):
        """Tell whether the visitor can say no now, in one way or another."""
        return (
            bool(access.participant_sudo)
            and access.contract_sudo.state in ASKING_STATES
            and access.participant_sudo._is_in_turn()
            and not access.participant_sudo._find_incapacity()
        )

    def _can_decline(self, access):
        """Tell whether the visitor can decline now."""
        return self._can_object(access) and access.participant_sudo.role == "signer"

    def _find_company_obstacle(self, access):
        """Return why an employee cannot sign for the company on this page, or none.

        :param ContractAccess access: who is here and as whom
        :rtype: str | None
        """
        if access.participant_sudo.party != "company" or not request.env.user._is_internal():
            return None
        if not request.env.user.has_group("customer_contract.group_contract_esign"):
            return self.env._("You do not have the right to sign contracts for the company.")
        contract_sudo = access.contract_sudo
        if (
            contract_sudo.company_id.contract_confirm_identity
            and not contract_sudo._is_identity_confirmed()
        ):
            return self.env._(
                "Your company asks you to confirm your identity first: sign in the form."
            )
        return None

    def _prepare_sign_props(self, access):
        """Prepare the properties of the signing form.

        :param ContractAccess access: who is here and as whom
        :rtype: dict
        """
        contract_sudo = access.contract_sudo
        consent_sudo = self._get_consent(contract_sudo)
        return {
            "callUrl": f"{contract_sudo.access_url}/sign",
            "digest": contract_sudo.current_version_id.content_digest,
            "consentDigest": consent_sudo.digest or "",
            "consentText": consent_sudo.text or "",
            "defaultName": access.participant_sudo.partner_id.name or "",
            "sendLabel": contract_sudo._get_signing_intent(),
            **self._prepare_code_props(access),
        }

    def _prepare_code_props(self, access):
        """Prepare the signing form's properties for one-time codes, if one is needed.

        :param ContractAccess access: who is here and as whom
        :rtype: dict
        """
        participant_sudo = access.participant_sudo
        if not participant_sudo._needs_code(access.identified_by):
            return {}
        return {
            "codeUrl": f"{access.contract_sudo.access_url}/code",
            "codeAddress": participant_sudo._get_masked_email(),
        }

    def _get_consent(self, contract_sudo):
        """Return the consent text in the visitor's language.

        :rtype: recordset of `customer.contract.consent`, elevated
        """
        return request.env["customer.contract.consent"]._get_current(
            contract_sudo.company_id, request.env.lang
        )

    def _get_refusal_reasons(self):
        """Return the reasons to decline that the company offers."""
        # Signers have no rights on configuration.
        return request.env["customer.contract.refusal.reason"].sudo().search_fetch([], ["name"])

    # === WHAT THE PAGE SAYS === #

    def _get_language_note(self, content):
        """Name the contract's language to readers who read the page in another one.

        :param dict content: the frozen content
        :rtype: str | None
        """
        code, reader = content.get("language") or "", request.env.lang or "en_US"
        if not code or code.split("_")[0] == reader.split("_")[0]:
            return None
        # Visitors read the names of languages whatever their rights.
        languages_sudo = request.env["res.lang"].sudo().with_context(active_test=False)
        name = languages_sudo.search([("code", "=", code)], limit=1).name or code
        return self.env._(
            "The text of this contract is in this language: %(language)s", language=name
        )

    def _get_watermark(self, access):
        """Return what is written across a contract that may still change, if it may.

        :param ContractAccess access: who is here and as whom
        :rtype: str | None
        """
        state = access.contract_sudo.state
        is_asked = access.participant_sudo.role in ("approver", "signer")
        is_open = state == "draft" or (state == "approval" and not is_asked)
        return self.env._("DRAFT") if is_open else None

    def _prepare_neighbours(self, contract):
        """Prepare the way to the previous and next contract of the list last seen.

        :rtype: dict
        """
        history = request.session.get(HISTORY_KEY) or []
        if contract.id not in history:
            return {}
        position = history.index(contract.id)
        before = history[position - 1 : position] if position else []
        after = history[position + 1 : position + 2]
        return {
            "prev_record": f"/my/contracts/{before[0]}" if before else None,
            "next_record": f"/my/contracts/{after[0]}" if after else None,
        }
