from odoo.exceptions import UserError
from odoo.http import request, route

from .access import CODES_KEY
from .signing import ActRefusal, ContractAct, CustomerContractSigning

MAX_VALUES_REQUEST = 256 * 1024


class CustomerContractCustomerInput(CustomerContractSigning):
    """Details that participants fill in on the contract's page before they sign."""

    @route(
        "/my/contracts/<int:contract_id>/values",
        type="jsonrpc",
        auth="public",
        website=True,
        methods=["POST"],
        max_content_length=MAX_VALUES_REQUEST,
    )
    def fill_in_values(
        self, contract_id, act="save", values=None, digest="", revision=0, code=None, **kwargs
    ):
        """Save, confirm or take back details, as the participant in turn.

        :param int contract_id: the contract's id
        :param str act: ``save`` what was typed, ``confirm`` it, or ``withdraw`` a change
            that waits to be accepted
        :param dict values: texts by the fields' names
        :param str digest: SHA-256 of the content that was shown
        :param int revision: which state of the saved texts was typed into
        :param str code: the one-time code, when the contract asks for one
        :return: ``redirect_url`` or what was saved, or ``error`` with a ``reason``
        :rtype: dict
        """
        known = act if act in ("save", "confirm", "withdraw") else "unknown"
        name = f"values_{known}"
        asked = self._get_acts()[name]
        sent = {
            "typed": values or {},
            "digest": digest if isinstance(digest, str) else "",
            "revision": revision,
        }
        access, refusal = self._authenticate(contract_id, asked, sent, code)
        if refusal:
            return refusal.answer
        try:
            return self._perform(access, asked, sent)
        except UserError as error:
            access.contract_sudo.invalidate_recordset()
            if known != "save":
                self._record_refusal(access, name)
            return {"error": str(error), "reason": "not_possible"}

    # === ACTS === #

    def _get_acts(self):
        shared = {
            "asks_for_code": self._asks_for_code_to_fill_in,
            "outsiders": self.env._("Only the people named as signers can fill this in."),
            "is_signing": True,
        }
        return {
            **super()._get_acts(),
            "values_save": ContractAct(self._run_values_save, check=self._check_save, **shared),
            "values_confirm": ContractAct(self._run_values_confirm, **shared),
            "values_withdraw": ContractAct(self._run_values_withdraw, **shared),
            "values_unknown": ContractAct(self._run_values_unknown, **shared),
        }

    def _get_messages(self):
        return (
            *super()._get_messages(),
            "values_changed",
            "values_confirmed",
            "values_withdrawn",
        )

    def _asks_for_code_to_fill_in(self, participant_sudo):
        """Ask those for a one-time code who have something to fill in."""
        return participant_sudo._fills_in_values()

    def _check_save(self, access, **sent):
        """Return why nothing is saved yet, or none: saving does not spend a code.

        :param ContractAccess access: who is here and as whom
        :rtype: ActRefusal | None
        """
        if not self._lacks_code(access, self._get_acts()["values_save"]):
            return None
        return ActRefusal(
            "code", self.env._("What you type is kept once you have entered the code.")
        )

    def _run_values_unknown(self, access, **sent):
        raise UserError(self.env._("This cannot be read. Please reload the page."))

    def _run_values_withdraw(self, access, **sent):
        access.contract_sudo._withdraw_values(access.actor)
        return self._answer_with_page(access, "values_withdrawn")

    def _run_values_save(self, access, typed, digest, revision):
        """Keep what was typed.

        :param ContractAccess access: who is here and as whom
        :param dict typed: texts by the fields' names
        :param str digest: SHA-256 of the content that was shown
        :param int revision: which state of the saved texts was typed into
        :rtype: dict
        """
        saved = access.contract_sudo._save_value_draft(
            access.actor, typed, digest=digest, revision=revision
        )
        if saved.get("stale"):
            return {
                "error": self.env._("You have typed something else in another window."),
                "reason": "stale",
                "revision": saved["revision"],
                "values": saved["typed"],
            }
        return saved

    def _run_values_confirm(self, access, typed, digest, revision):
        """Confirm what was typed; whatever is wrong with it, it is kept.

        :param ContractAccess access: who is here and as whom
        :param dict typed: texts by the fields' names
        :param str digest: SHA-256 of the content that was shown
        :param int revision: which state of the saved texts was typed into
        :rtype: dict
        """
        saved = self._run_values_save(access, typed, digest, revision)
        if "error" in saved:
            return saved
        result = access.contract_sudo._confirm_values(access.actor, typed, digest=digest)
        if result["outcome"] == "invalid":
            return {
                "error": self.env._("Please check the fields that are marked."),
                "reason": "invalid",
                "errors": result["errors"],
                "revision": saved["revision"],
            }
        if result["outcome"] == "conflict":
            return {
                "error": self.env._(
                    "The contract has changed since you opened it. What you typed is kept."
                ),
                "reason": "conflict",
                "conflicts": self._prepare_conflicts(access, result["conflicts"]),
                "revision": saved["revision"],
            }
        if access.identified_by == "link_code":
            # The code was entered for the version before; it is the same sitting.
            self._carry_code_over(access.participant_sudo)
        return self._answer_with_page(access, f"values_{result['outcome']}")

    def _answer_with_page(self, access, message):
        """Answer with the address of the contract's page as it is now.

        :param ContractAccess access: who is here and as whom
        :param str message: what the page says
        :rtype: dict
        """
        return {
            "redirect_url": f"{access.contract_sudo.access_url}?message={message}",
            "force_refresh": True,
        }

    def _carry_code_over(self, participant_sudo):
        """Have the one-time code of this sitting count for the new version as well.

        :param recordset participant_sudo: the participant, elevated
        """
        codes = request.session.get(CODES_KEY) or {}
        entered = codes.get(str(participant_sudo.id))
        if entered:
            version_id = participant_sudo.contract_id.current_version_id.id
            # a new dictionary, so that the session notices the change
            request.session[CODES_KEY] = {
                **codes,
                str(participant_sudo.id): {**entered, "version": version_id},
            }

    # === ON THE PAGE === #

    def _prepare_contract_values(self, access):
        values = super()._prepare_contract_values(access)
        return {
            **values,
            "listed_values": access.contract_sudo._get_listed_values(values["content"]),
            "value_form": self._prepare_value_form(access),
        }

    def _can_sign(self, access):
        return super()._can_sign(access) and not access.contract_sudo._get_value_problems(
            access.participant_sudo
        )

    def _prepare_obstacle_notice(self, access):
        return super()._prepare_obstacle_notice(access) or self._prepare_value_notice(access)

    def _prepare_value_notice(self, access):
        """Prepare what a person in turn is told who waits for somebody else's change.

        :param ContractAccess access: who is here and as whom
        :return: ``color``, ``title`` and ``text``
        :rtype: dict | None
        """
        contract_sudo, participant_sudo = access.contract_sudo, access.participant_sudo
        proposal_sudo = contract_sudo._get_pending_proposal()
        if (
            not proposal_sudo
            or proposal_sudo.participant_id == participant_sudo
            or not participant_sudo._is_in_turn()
        ):
            return None
        return {
            "color": "info",
            "title": self.env._("A change of details waits to be accepted"),
            "text": " ".join(contract_sudo._get_value_problems(participant_sudo)),
        }

    def _prepare_value_form(self, access):
        """Prepare the form for the details, for those who may fill it in now.

        :param ContractAccess access: who is here and as whom
        :rtype: dict | None
        """
        contract_sudo, participant_sudo = access.contract_sudo, access.participant_sudo
        if (
            not access.shows_forms
            or not participant_sudo
            or not participant_sudo._can_fill_in_values()
            or self._is_input_closed(access)
            or not self._can_be_identified(access)
        ):
            return None
        proposal_sudo = contract_sudo._get_pending_proposal()
        if proposal_sudo:
            if proposal_sudo.participant_id != participant_sudo:
                return None
            changes = contract_sudo._describe_value_changes(proposal_sudo._get_values())
            return {
                "is_pending": True,
                "changes": changes,
                "url": self._get_values_url(access),
                **self._prepare_code_props(access),
            }
        draft_sudo = participant_sudo._get_value_draft()
        # Before the code is entered, a link's holder is not shown what was typed; and what
        # was not sent yet is nobody else's business.
        if access.is_preview or participant_sudo._needs_code(access.identified_by):
            draft_sudo = draft_sudo.browse()
        typed = draft_sudo._get_typed()
        conflicts = {}
        if draft_sudo and draft_sudo.content_digest != self._get_digest(access):
            found = contract_sudo._find_conflicts(draft_sudo.content_digest, typed)
            conflicts = {
                one["name"]: one
                for one in self._prepare_conflicts(access, found)
                if typed.get(one["name"], one["theirs_typed"]) != one["theirs_typed"]
            }
        refused_sudo = contract_sudo.value_proposal_ids.filtered(
            lambda one: one.participant_id == participant_sudo
        )[:1]
        signed_before = contract_sudo._get_signed_before(participant_sudo)
        return {
            "is_pending": False,
            "url": self._get_values_url(access),
            "digest": self._get_digest(access),
            "revision": draft_sudo.revision,
            "is_confirmed": not participant_sudo._has_values_to_confirm(),
            "is_typed": bool(typed),
            "refused": refused_sudo if refused_sudo.state == "refused" else None,
            "signed_before": ", ".join(signed_before.mapped("partner_id.name")),
            "fields": self._prepare_value_fields(contract_sudo, typed, conflicts),
            **self._prepare_code_props(access),
        }

    def _is_input_closed(self, access):
        """Tell whether the visitor has gone on to sign in a way that leaves no changes.

        :param ContractAccess access: who is here and as whom
        """
        return False

    def _get_values_url(self, access):
        """Return where details are sent to."""
        return f"{access.contract_sudo.access_url}/values"

    def _get_digest(self, access):
        """Return the digest of the version that is shown."""
        return access.contract_sudo.current_version_id.content_digest

    def _prepare_value_fields(self, contract_sudo, typed, conflicts):
        """Prepare the fields of the form.

        :param recordset contract_sudo: the contract, elevated
        :param dict typed: what was typed so far, by the fields' names
        :param dict conflicts: what others have changed, by the fields' names
        :rtype: list[dict]
        """
        current = contract_sudo._get_property_values()
        labels = {"true": self.env._("Yes"), "false": self.env._("No")}
        rows = []
        for row in contract_sudo._get_value_fields().filtered("is_editable"):
            frozen = row._format_typed(current.get(row.name))
            options = row._get_options() if row.value_type == "selection" else []
            if row.value_type == "boolean":
                options = list(labels.items())
            error = ""
            if row.name in typed:
                error = contract_sudo._parse_typed_values(typed, row)[1].get(row.name, "")
            rows.append(
                {
                    "row": row,
                    "id": f"contract_value_{row.name}",
                    "name": row.name,
                    "label": row.label,
                    "type": row.value_type,
                    "help": row.help,
                    "frozen": frozen,
                    "typed": typed.get(row.name, frozen),
                    "options": options,
                    "error": error,
                    "conflict": conflicts.get(row.name),
                    "unit": contract_sudo.currency_id.symbol
                    if row.value_type == "monetary"
                    else "",
                }
            )
        return rows

    def _prepare_conflicts(self, access, conflicts):
        """Prepare what others have changed, in words.

        :param ContractAccess access: who is here and as whom
        :param list[dict] conflicts: the fields that differ
        :rtype: list[dict]
        """
        zone = self._get_zone(access)
        return [
            {
                "name": one["name"],
                "theirs": one["theirs"],
                "theirs_typed": one["theirs_typed"],
                "text": self._describe_conflict(one, zone),
            }
            for one in conflicts
        ]

    def _describe_conflict(self, conflict, zone):
        """Tell in words what somebody else has changed a field to.

        :param dict conflict: the field that differs
        :param str zone: the name of the reader's time zone
        :rtype: str
        """
        values = {"label": conflict["label"], "theirs": conflict["theirs"] or "∅"}
        if not conflict["by"]:
            return self.env._("%(label)s was changed to %(theirs)s.", **values)
        return self.env._(
            "%(person)s changed %(label)s to %(theirs)s on %(time)s.",
            person=conflict["by"],
            time=self._format_time(conflict["on"], zone),
            **values,
        )
