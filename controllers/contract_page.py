"""What the contract's page shows, always of the version that was frozen."""

from odoo.http import request

from .contract_access import ContractAccessMixin
from .contract_details import ContractDetailsMixin
from .contract_dispute import ContractDisputeMixin
from .contract_notice import ContractNoticeMixin
from .contract_paper import ContractPaperMixin
from .contract_values import ContractValuesMixin

HISTORY_KEY = "my_contracts_history"


class ContractPageMixin(
    ContractAccessMixin,
    ContractDetailsMixin,
    ContractNoticeMixin,
    ContractDisputeMixin,
    ContractValuesMixin,
    ContractPaperMixin,
):
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
        values = {**self._prepare_contract_values(access), **extra}
        return self._make_private(
            request.render("customer_contract.portal_contract_page", values, status=status)
        )

    def _is_open_to(self, access):
        """Tell whether the holder of a link may see the contract in its present state.

        :param ContractAccess access: who is here and as whom
        """
        state = access.contract_sudo.state
        if access.participant_sudo._may_read_early():
            return True
        if state == "approval":
            return bool(access.participant_sudo.requested_on)
        return state != "draft"

    def _prepare_contract_values(self, access):
        """Prepare the values of the contract's page.

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
            "sections": self._prepare_sections(content),
            "frozen_milestones": self._prepare_frozen_milestones(content),
            "content_lang": (content.get("language") or "").replace("_", "-") or None,
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
            "can_delegate": self._can_delegate(access),
            "sign_props": self._prepare_sign_props(access) if can_sign else None,
            "refusal_reasons": self._get_refusal_reasons(),
            "milestones": self._prepare_milestones(contract_sudo),
            "document_groups": self._prepare_document_groups(contract_sudo),
            "events": self._prepare_timeline(contract_sudo, zone),
            "stored_pdf": contract_sudo._get_stored_pdf(),
            "is_pending": contract_sudo.state == "signed" and not contract_sudo.signed_document_id,
            "verification_code": self._get_grouped_code(contract_sudo),
            "may_write_messages": not user.share or contract_sudo._is_named(user.partner_id),
            "has_chatter": not user._is_public() and not access.is_preview and not access.is_link,
            "comments": self._prepare_comments(contract_sudo, zone)
            if (access.is_link or access.is_preview)
            else [],
            "no_breadcrumbs": user._is_public(),
            "typed": {},
            **self._prepare_paper_values(access),
            **self._prepare_value_values(access, content),
            **self._prepare_dispute_values(access, zone),
            **self._prepare_neighbours(contract_sudo),
            **self._prepare_in_person_values(access),
        }

    # === WHAT THE VISITOR MAY DO === #

    def _can_sign(self, access):
        """Tell whether the visitor can sign now, on this page."""
        return (
            bool(access.participant_sudo)
            and access.contract_sudo.state == "sent"
            and access.contract_sudo._can_be_signed(access.participant_sudo)
            and self._can_be_identified(access)
            and not self._find_company_obstacle(access)
            and not access.contract_sudo._get_value_problems(access.participant_sudo)
        )

    def _can_be_identified(self, access):
        """Tell whether the visitor is identified, or will be by a one-time code."""
        participant_sudo = access.participant_sudo
        return access.contract_sudo._is_identified(
            participant_sudo, access.identified_by
        ) or participant_sudo._needs_code(access.identified_by)

    def _can_approve(self, access):
        """Tell whether the visitor can approve now."""
        participant_sudo = access.participant_sudo
        return (
            bool(participant_sudo)
            and participant_sudo.role == "approver"
            and access.contract_sudo.state in ("approval", "sent")
            and participant_sudo._is_in_turn()
        )

    def _can_object(self, access):
        """Tell whether the visitor can decline or dispute now."""
        return (
            bool(access.participant_sudo)
            and access.contract_sudo.state in ("approval", "sent")
            and access.participant_sudo._is_in_turn()
        )

    def _can_delegate(self, access):
        """Tell whether the visitor can pass the contract on to a colleague now."""
        participant_sudo = access.participant_sudo
        return (
            bool(participant_sudo)
            and not participant_sudo._get_internal_user()
            and participant_sudo.partner_id.commercial_partner_id.is_company
            and participant_sudo._can_be_delegated()
            and self._can_be_identified(access)
        )

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
            # Whoever signs in person types the name.
            "defaultName": (not access.is_in_person and access.participant_sudo.partner_id.name)
            or "",
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
        return request.env["customer.contract.refusal.reason"].sudo().search([])

    # === WHAT THE PAGE SAYS === #

    def _get_status(self, contract):
        """Return the status as words and as the colour of a badge.

        :param recordset contract: the contract
        :return: the words, and a Bootstrap colour
        :rtype: tuple[str, str]
        """
        labels = dict(contract._fields["state"]._description_selection(contract.env))
        labels["draft"] = self.env._("In preparation")
        colors = {
            "sent": "warning",
            "approval": "warning",
            "signed": "success",
            "disputed": "danger",
            "declined": "danger",
        }
        if contract.state == "signed" and contract.lifecycle:
            phases = dict(contract._fields["lifecycle"]._description_selection(contract.env))
            color = "secondary" if contract.lifecycle in ("ended", "terminated") else "success"
            return f"{labels['signed']} · {phases[contract.lifecycle]}", color
        return labels[contract.state], colors.get(contract.state, "secondary")

    def _get_next_step(self, contract, partner):
        """Tell a reader what happens next; who approves is no business of those who wait.

        :param recordset contract: the contract, elevated
        :param recordset partner: the reader
        :rtype: str
        """
        is_asked = partner in contract._get_acting_participants().partner_id
        if contract.state == "draft" or (contract.state == "approval" and not is_asked):
            return self.env._("Not sent for signature yet")
        return contract._get_next_step(partner)

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
