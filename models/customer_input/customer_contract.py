import json

from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...utils import Act

# After so many versions, changes are for the manager to accept: nobody fills the
# evidence with versions without end.
MAX_FREE_VERSIONS = 30


class CustomerContract(models.Model):
    """Details that customers confirm or change before they sign.

    What is typed is a draft of its own until it is confirmed. Confirmed values that
    differ from the frozen ones make a new version, and that version is signed.
    """

    _inherit = "customer.contract"

    value_proposal_ids = fields.One2many(
        "customer.contract.value.proposal",
        "contract_id",
        readonly=True,
        copy=False,
        groups="base.group_system",
    )

    def _get_pending_proposal(self):
        """Return the change that waits for the manager to accept it, if there is one.

        :rtype: recordset of `customer.contract.value.proposal`, elevated
        """
        self.ensure_one()
        # Whoever acts on the contract is told what it waits for.
        return self.sudo().value_proposal_ids.filtered(lambda one: one.state == "pending")

    def _get_value_problems(self, participant):
        """Find what keeps a person from signing, or from taking the contract to paper.

        :param recordset participant: the `customer.contract.participant`
        :return: one sentence a problem
        :rtype: list[str]
        """
        self.ensure_one()
        participant_sudo = participant.sudo()
        proposal_sudo = self._get_pending_proposal()
        if proposal_sudo:
            return [
                _(
                    "The change of details by %(person)s has to be accepted first.",
                    person=proposal_sudo.participant_id.partner_id.name,
                )
            ]
        if participant_sudo._has_values_to_confirm():
            return [_("Please confirm your details first.")]
        if participant_sudo._fills_in_values() and self._differs(participant_sudo):
            return [_("Please confirm the details that you have changed, or undo the change.")]
        return []

    def _differs(self, participant):
        """Tell whether a person has typed something that is not in the contract.

        :param recordset participant: the participant, elevated
        """
        typed = participant._get_value_draft()._get_typed()
        rows = self._get_value_fields().filtered(lambda row: row.is_editable and row.name in typed)
        values, errors = self._parse_typed_values(typed, rows)
        current = self._get_property_values()
        return bool(errors) or any(
            not row._is_same(values[row.name], current.get(row.name), self.sudo()) for row in rows
        )

    def _sign(self, actor, *, digest, **values):
        self.ensure_one()
        # The signer has no rights on contracts: the system decides.
        contract_sudo = self.sudo()
        contract_sudo._lock_for_act()
        # Whoever was shown something else is told so first.
        is_shown = digest == contract_sudo.current_version_id.content_digest
        if is_shown and contract_sudo._can_be_signed(actor.participant.sudo()):
            if problems := contract_sudo._get_value_problems(actor.participant):
                raise UserError("\n".join(problems))
        return super()._sign(actor, digest=digest, **values)

    def _record_signature(self, actor, values, details=None):
        # Papers come another way than signatures on the page.
        if self._get_pending_proposal():
            raise UserError("\n".join(self._get_value_problems(actor.participant)))
        return super()._record_signature(actor, values, details=details)

    # === MAY THEY? === #

    @api.model
    def _get_acts(self):
        return super()._get_acts() | {"fill_in": Act(("signer",), ("sent",))}

    def _find_obstacle(self, participant, name):
        if name != "fill_in":
            return super()._find_obstacle(participant, name)
        if participant._can_fill_in_values():
            return None
        if participant._fills_in_values():
            return self._explain_why_not(participant)
        return _("There is nothing for you to fill in here.")

    # === DRAFTS === #

    def _save_value_draft(self, actor, typed, *, digest, revision):
        """Keep what a person has typed, as it was typed.

        :param Actor actor: the participant
        :param dict typed: texts by the fields' names
        :param str digest: of the version that was shown
        :param int revision: of the draft that was typed into
        :return: ``revision`` and ``errors`` by name; or ``stale`` and the ``typed`` texts
            that were saved elsewhere in the meantime
        :rtype: dict
        :raise UserError: if the person may not, or a field is not one of theirs
        """
        contract_sudo, actor_sudo, _reason = self._begin(actor, "fill_in")
        participant_sudo = actor_sudo.participant
        rows = contract_sudo._check_typed(typed)
        draft_sudo = participant_sudo._get_value_draft()
        stored = draft_sudo._get_typed()
        if draft_sudo and draft_sudo.revision != revision:
            differing = [name for name in typed if stored.get(name, typed[name]) != typed[name]]
            if differing:
                return {"stale": True, "revision": draft_sudo.revision, "typed": stored}
        merged = {**stored, **typed}
        if not draft_sudo:
            draft_sudo = draft_sudo.create({"participant_id": participant_sudo.id})
        if merged != stored or not draft_sudo.content_digest:
            draft_sudo.write(
                {
                    "typed": json.dumps(merged),
                    "revision": draft_sudo.revision + 1,
                    "content_digest": digest or draft_sudo.content_digest,
                }
            )
        return {
            "revision": draft_sudo.revision,
            "errors": contract_sudo._parse_typed_values(typed, rows)[1],
        }

    def _check_typed(self, typed):
        """Refuse whatever is not text for the fields that customers fill in.

        :param dict typed: what was sent
        :return: the fields
        :rtype: recordset of `customer.contract.type.field`, elevated
        :raise UserError: if there is something else in it
        """
        self.ensure_one()
        rows_sudo = self._get_value_fields().filtered("is_editable")
        names = set(rows_sudo.mapped("name"))
        if not isinstance(typed, dict) or set(typed) - names:
            raise UserError(_("The contract has no such field. Please reload the page."))
        for text in typed.values():
            if not isinstance(text, str):
                raise UserError(_("This cannot be read. Please reload the page."))
            if len(text) > 10000:
                raise UserError(_("This text is too long."))
        return rows_sudo.filtered(lambda row: row.name in typed)

    def _parse_typed_values(self, typed, rows):
        """Read what was typed by the fields' own rules.

        :param dict typed: texts by the fields' names
        :param recordset rows: the fields
        :return: values by name, and what is wrong by name
        :rtype: tuple[dict, dict]
        """
        values, errors = {}, {}
        for row in rows:
            try:
                values[row.name] = row._parse_typed(typed[row.name], self)
            except ValidationError as error:
                errors[row.name] = str(error)
        return values, errors

    # === CONFIRMING === #

    def _confirm_values(self, actor, typed, *, digest):
        """Confirm details, as they are or with changes.

        Nothing is recorded but the draft if something is wrong or was changed by
        somebody else in the meantime.

        :param Actor actor: the participant in turn
        :param dict typed: texts by the fields' names; the others remain as they are
        :param str digest: of the version that was shown
        :return: ``outcome``: ``confirmed``, ``changed``, ``proposed``, ``invalid`` with
            ``errors`` by name, or ``conflict`` with ``conflicts``
        :rtype: dict
        :raise UserError: if the person may not
        """
        contract_sudo, actor_sudo, _reason = self._begin(actor, "fill_in")
        return contract_sudo._take_in_values(actor_sudo, typed, digest)

    def _take_in_values(self, actor, typed, digest):
        """Read what was typed, and have it count as far as it can.

        :param Actor actor: the participant, elevated
        :param dict typed: texts by the fields' names
        :param str digest: of the version that was shown
        :return: the outcome, as of `_confirm_values`
        :rtype: dict
        """
        rows = self._check_typed(typed)
        others = self._get_pending_proposal().filtered(
            lambda one: one.participant_id != actor.participant
        )
        if others:
            raise UserError("\n".join(self._get_value_problems(actor.participant)))
        if digest != self.current_version_id.content_digest:
            return {"outcome": "conflict", "conflicts": self._find_conflicts(digest, typed)}
        current = self._get_property_values()
        complete = self._get_value_fields().filtered("is_editable")
        untouched = {row.name: row._format_typed(current.get(row.name)) for row in complete - rows}
        values, errors = self._parse_typed_values({**untouched, **typed}, complete)
        if errors:
            return {"outcome": "invalid", "errors": errors}
        changes = {
            row.name: values[row.name]
            for row in complete
            if not row._is_same(values[row.name], current.get(row.name), self)
        }
        self._get_pending_proposal()._close("withdrawn")
        if not changes:
            self._mark_confirmed(actor.participant)
            self._log_event("values_confirmed", actor=actor)
            return {"outcome": "confirmed"}
        if self._must_be_accepted(changes):
            self._propose_values(actor, changes)
            return {"outcome": "proposed"}
        self._apply_values(actor, changes)
        return {"outcome": "changed"}

    def _mark_confirmed(self, participant):
        """Mark that a person has confirmed the details of the current version."""
        participant._write_protected({"confirmed_version_id": self.current_version_id.id})
        participant._get_value_draft().unlink()

    def _describe_value_changes(self, changes):
        """Return changes of values as people read them.

        :param dict changes: new values by the fields' names
        :return: old and new text by the fields' labels
        :rtype: dict[str, list[str]]
        """
        language = self._get_content_language()
        current = self._get_property_values()
        return {
            row.label: [
                row._format_text(current.get(row.name), self, language),
                row._format_text(changes[row.name], self, language),
            ]
            for row in self._get_value_fields()
            if row.name in changes
        }

    def _must_be_accepted(self, changes):
        """Tell whether changed values count only once the manager accepts them.

        :param dict changes: new values by the fields' names
        """
        changed = self._get_value_fields().filtered(lambda row: row.name in changes)
        return (
            any(changed.mapped("needs_approval"))
            or self._changes_approvals(changes)
            or len(self.version_ids) >= MAX_FREE_VERSIONS
        )

    def _changes_approvals(self, changes):
        """Tell whether the approval rules demand something else with changed values.

        :param dict changes: new values by the fields' names
        """
        Rule = self.env["customer.contract.approval.rule"].sudo()
        if not Rule.search_count([("domain", "like", "properties.")], limit=1):
            return False
        before = self._list_planned(self._plan_steps())
        savepoint = self.env.cr.savepoint()
        try:
            self._write_values(changes)
            return self._list_planned(self._plan_steps()) != before
        finally:
            savepoint.close(rollback=True)
            self.invalidate_recordset()

    # === SEVERAL PEOPLE === #

    def _find_conflicts(self, digest, typed):
        """Find what others changed since somebody read the contract.

        :param str digest: of the version that was read
        :param dict typed: what the person has typed
        :return: one dictionary a field that differs: ``name``, ``label``, ``seen``,
            ``theirs``, ``theirs_typed``, ``yours``, ``by`` and ``on``
        :rtype: list[dict]
        """
        self.ensure_one()
        seen_sudo = self.sudo().version_ids.filtered(lambda one: one.content_digest == digest)[:1]
        if not seen_sudo:
            return []
        seen = {one["name"]: one for one in seen_sudo._get_content().get("values", [])}
        current = self._get_property_values()
        texts = self._get_value_texts()
        conflicts = []
        for row in self._get_value_fields().filtered("is_editable"):
            known = seen.get(row.name) or {}
            machine = row._format_machine(current.get(row.name), self.sudo())
            if known.get("value", "") == machine:
                continue
            theirs = row._format_typed(current.get(row.name))
            event_sudo = self._find_change(row.label)
            conflicts.append(
                {
                    "name": row.name,
                    "label": row.label,
                    "seen": known.get("text", ""),
                    "theirs": texts[row.name],
                    "theirs_typed": theirs,
                    "yours": typed.get(row.name, theirs),
                    "by": event_sudo.actor if event_sudo else "",
                    "on": event_sudo.occurred_on if event_sudo else False,
                }
            )
        return conflicts

    def _find_change(self, label):
        """Find the last change of a field.

        :param str label: the field's label
        :rtype: recordset of `customer.contract.event`, elevated
        """
        changes_sudo = self.sudo().event_ids.filtered(
            lambda event: (
                event.event_type == "values_changed"
                and label in (event._get_payload().get("details", {}).get("fields") or {})
            )
        )
        return changes_sudo.sorted("sequence")[-1:]
