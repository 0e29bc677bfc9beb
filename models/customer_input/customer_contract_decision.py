import json

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_list

from ...utils import strip_unseen


class CustomerContract(models.Model):
    """Changed details that the contract's manager accepts or refuses."""

    _inherit = "customer.contract"

    proposed_changes = fields.Char(
        compute="_compute_proposed_changes",
        groups="base.group_user",
        help="What the customer wants to change, which waits to be accepted.",
    )

    to_do = fields.Selection(selection_add=[("values", "Decide on Changed Details")])

    @api.depends_context("lang")
    def _compute_proposed_changes(self):
        for contract in self:
            proposal_sudo = contract._get_pending_proposal()
            if not proposal_sudo:
                contract.proposed_changes = False
                continue
            changes = contract._describe_value_changes(proposal_sudo._get_values())
            contract.proposed_changes = _(
                "%(person)s wants to change %(changes)s.",
                person=proposal_sudo.participant_id.partner_id.name,
                changes=self._format_value_changes(changes),
            )

    # === ACTION METHODS === #

    def action_accept_values(self):
        """Accept the change of details that waits; it makes a new version.

        :return: True
        :rtype: bool
        :raise UserError: if nothing waits any more
        """
        self.check_access("write")
        for contract in self:
            # Versions and states are the system's, whoever accepts.
            contract.sudo()._accept_values()
        return True

    def action_refuse_values(self, reason):
        """Refuse the change of details that waits; the customer is told why.

        :param str reason: why
        :return: True
        :rtype: bool
        :raise UserError: if nothing waits any more, or no reason is given
        """
        self.check_access("write")
        reason = strip_unseen(reason)
        if not reason:
            raise UserError(_("Please give a reason."))
        for contract in self:
            contract.sudo()._refuse_values(reason)
        return True

    # === BUSINESS METHODS === #

    @api.model
    def _get_to_do_domains(self):
        return super()._get_to_do_domains() | {
            "values": Domain("state", "=", "sent")
            & Domain("user_id", "=", self.env.uid)
            & Domain("value_proposal_ids", "any", [("state", "=", "pending")])
        }

    def _get_next_step(self, partner=None):
        if self.state == "sent" and self._get_pending_proposal():
            return _("Waiting for a decision on changed details")
        return super()._get_next_step(partner)

    def _format_value_changes(self, changes):
        """Return changes of values in one line.

        :param dict changes: old and new text by label
        :rtype: str
        """
        return format_list(
            self.env,
            [
                self.env._(
                    "%(field)s: %(old)s → %(new)s", field=label, old=old or "∅", new=new or "∅"
                )
                for label, (old, new) in changes.items()
            ],
            "unit-short",
        )

    def _propose_values(self, actor, changes):
        """Put changed values to the contract's manager.

        :param Actor actor: who changed them, elevated
        :param dict changes: new values by the fields' names
        """
        self.ensure_one()
        participant = actor.participant
        described = self._describe_value_changes(changes)
        self.env["customer.contract.value.proposal"].sudo()._as_system().create(
            {
                "contract_id": self.id,
                "participant_id": participant.id,
                "version_id": self.current_version_id.id,
                "values": json.dumps(changes),
                "proposed_on": fields.Datetime.now(),
                "identified_by": actor.identified_by,
            }
        )
        participant._get_value_draft().unlink()
        self._log_event(
            "values_proposed",
            details={"fields": described},
            actor=actor,
        )

        def tell(env):
            return env._(
                "%(person)s wants to change %(changes)s. Nobody can sign until you accept or "
                "refuse this.",
                person=participant.partner_id.name,
                changes=self.with_env(env)._format_value_changes(described),
            )

        self._tell_manager(tell, "customer_contract.mail_activity_type_values", note=tell)

    def _get_proposal_to_decide(self):
        """Return the change that waits to be decided.

        :rtype: recordset of `customer.contract.value.proposal`
        :raise UserError: if nothing waits
        """
        self.ensure_one()
        self._lock_for_act()
        proposal = self._get_pending_proposal()
        if not proposal or self.state != "sent":
            raise UserError(_("No change of details waits for you any more."))
        return proposal

    def _accept_values(self):
        """Have the change that waits count: it makes a new version.

        If the approval rules demand something else with the changed values, the contract
        goes back to draft with them, since whoever accepts is not whoever has to approve.
        """
        proposal = self._get_proposal_to_decide()
        changes, participant = proposal._get_values(), proposal.participant_id
        needs_new_approval = self._changes_approvals(changes)
        proposal._close("accepted")
        self._log_event("values_accepted", participant=participant)
        if needs_new_approval:
            self._supersede()
            self._log_values_changed(proposal._get_actor(), changes)
            self._write_values(changes)
            self._tell_manager(
                lambda env: env._(
                    "With the changed details, other approvals are needed. The contract is a "
                    "draft again: submit it."
                )
            )
            return
        self._apply_values(proposal._get_actor(), changes)
        self._send_template(
            "customer_contract.mail_template_values_accepted", participant.partner_id
        )

    def _refuse_values(self, reason):
        """Leave the details as they were, and tell the customer why.

        :param str reason: why
        """
        proposal = self._get_proposal_to_decide()
        participant = proposal.participant_id
        described = self._describe_value_changes(proposal._get_values())
        proposal._close("refused", reason)
        self._log_event(
            "values_refused",
            details={"fields": described, "reason": reason},
            participant=participant,
        )
        self.with_context(customer_contract_reason=reason)._send_template(
            "customer_contract.mail_template_values_refused", participant.partner_id
        )

    def _withdraw_values(self, actor):
        """Take a change back that waits, as the person who made it.

        What was typed is a draft again.

        :param Actor actor: the person
        :raise UserError: if nothing of the person's waits
        """
        contract_sudo, actor_sudo, _reason = self._begin(actor, "fill_in")
        participant_sudo = actor_sudo.participant
        proposal = contract_sudo._get_pending_proposal()
        if proposal.participant_id != participant_sudo:
            raise UserError(_("No change of yours waits any more."))
        values = proposal._get_values()
        rows = contract_sudo._get_value_fields().filtered(lambda row: row.name in values)
        proposal._close("withdrawn")
        contract_sudo._log_event("values_withdrawn", actor=actor_sudo)
        contract_sudo._save_value_draft(
            actor_sudo,
            {row.name: row._format_typed(values[row.name]) for row in rows if row.is_editable},
            digest=contract_sudo.current_version_id.content_digest,
            revision=participant_sudo._get_value_draft().revision,
        )

    # === WHAT ENDS A PROPOSAL === #

    def _supersede(self):
        for contract in self:
            contract._get_pending_proposal()._close("withdrawn")
        return super()._supersede()

    def _close(self, state, event_type, reason="", actor=None):
        for contract in self:
            contract._get_pending_proposal()._close("withdrawn")
        return super()._close(state, event_type, reason=reason, actor=actor)
