"""The details that participants fill in on the contract's page."""


class ContractValuesMixin:
    """For controllers that show what a person can fill in before signing."""

    def _prepare_value_values(self, access, content):
        """Prepare the values of the page that are about custom fields.

        :param ContractAccess access: who is here and as whom
        :param dict content: the canonical content that is shown
        :rtype: dict
        """
        return {
            "listed_values": access.contract_sudo._get_listed_values(content),
            "value_form": self._prepare_value_form(access),
        }

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
            (access.is_preview and not access.preview)
            or not participant_sudo
            or not participant_sudo._can_fill_in_values()
            or participant_sudo._get_paper().state == "submitted"
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
        if access.preview or participant_sudo._needs_code(access.identified_by):
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
