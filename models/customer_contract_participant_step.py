from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError

from .customer_contract_routing import OPEN_STATES

MOVED_WITH_STEP = ("contract_id", "role", "sequence")


class CustomerContractParticipant(models.Model):
    """Participants in a step, and those who are no longer part of the contract."""

    _inherit = "customer.contract.participant"

    step_id = fields.Many2one(
        "customer.contract.routing.step",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        domain="[('contract_id', '=', contract_id)]",
        help="Where all, any one or a number of people have to act. Outside of a step, "
        "everybody has to.",
    )
    approval_rule_id = fields.Many2one(related="step_id.approval_rule_id", string="Rule")
    is_retired = fields.Boolean(
        readonly=True,
        copy=False,
        help="No longer part of the contract; kept as the signer of an earlier version.",
    )

    _person_unique = models.UniqueIndex(
        "(contract_id, partner_id, role) WHERE is_retired IS NOT TRUE",
        "A person has each role only once in a contract.",
    )

    @api.constrains("step_id", *MOVED_WITH_STEP)
    def _check_step(self):
        for participant in self:
            step = participant.step_id
            if step and any(participant[name] != step[name] for name in MOVED_WITH_STEP):
                raise ValidationError(
                    _(
                        "%(person)s acts in the step “%(step)s”, together with its other "
                        "people. Change the step, or take the person out of it.",
                        person=participant.partner_id.name,
                        step=step.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        values_list = []
        for values in vals_list:
            step = self.env["customer.contract.routing.step"].browse(values.get("step_id"))
            if step:
                self._check_step_is_open(step)
                values = {
                    **values,
                    "contract_id": step.contract_id.id,
                    "role": step.role,
                    "sequence": step.sequence,
                }
            values_list.append(values)
        return super().create(values_list)

    def write(self, vals):
        if not self._has_pass():
            self._check_no_rule(vals)
            step = self.env["customer.contract.routing.step"].browse(vals.get("step_id"))
            if step:
                self._check_step_is_open(step)
                vals = {"role": step.role, "sequence": step.sequence, **vals}
            if "partner_id" in vals:
                kept = self.filtered(
                    lambda person: (
                        person.partner_id.id != vals["partner_id"] and person._is_evidence()
                    )
                )
                kept._succeed(vals)
                self = self - kept
        return super().write(vals)

    def unlink(self):
        # Their signatures under earlier versions are evidence and stay.
        kept = self.filtered(lambda person: person._is_evidence())
        if kept:
            kept._check_can_be_removed()
            kept._log_change(_("removed"))
            kept._retire()
        return super(CustomerContractParticipant, self - kept).unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_demanded(self):
        self._check_can_be_removed()

    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {"is_retired"}

    # === GUARDS === #

    def _check_can_be_removed(self):
        """Refuse to remove participants of frozen contracts, and those a rule demands.

        :raise UserError: if there is one among them
        """
        if not self._has_pass():
            self._check_is_open()
            self._check_no_rule()

    def _check_no_rule(self, values=None):
        """Refuse to change what an approval rule demands of participants.

        :param dict values: the values to write; the removal is meant if left out
        :raise UserError: if a rule demands one of the participants
        """
        kept = {"capacity"}
        if values is not None and set(values) <= kept:
            return
        for participant in self:
            # The rule's name tells why, whoever may read rules.
            if rule_sudo := participant.sudo().approval_rule_id:
                raise UserError(
                    _(
                        "%(person)s takes part because of the approval rule “%(rule)s” and "
                        "cannot be changed or removed.",
                        person=participant.partner_id.name,
                        rule=rule_sudo.name,
                    )
                )

    def _check_step_is_open(self, step):
        """Refuse to add people to a step that an approval rule demands.

        :param recordset step: the `customer.contract.routing.step`
        :raise UserError: if a rule demands it
        """
        if not self._has_pass():
            step._check_can_be_changed()

    # === BUSINESS METHODS === #

    def _is_evidence(self):
        """Tell whether an earlier version was signed by the person, or in its place."""
        self.ensure_one()
        return bool(self.signature_ids) or bool(
            self._origin and self.search_count([("delegated_from_id", "=", self.id)], limit=1)
        )

    def _is_replaced(self):
        """Tell whether somebody else acted or acts, so that this person need not."""
        self.ensure_one()
        if self.state == "skipped" and self.step_id:
            return self.step_id._is_satisfied()
        return self.state == "delegated"

    def _retire(self):
        """Take participants out of the contract, and keep them for their signatures."""
        contracts = self.contract_id
        self._write_guarded({"is_retired": True, "state": "skipped", "step_id": False})
        contracts.invalidate_recordset(["participant_ids"])

    def _succeed(self, values):
        """Put others in the place of participants who signed an earlier version.

        :param dict values: the values to write, the other person among them
        """
        self.contract_id._check_content_is_open()
        for participant in self:
            inherited = participant._prepare_copy_values()
            inherited.pop("capacity")
            participant._log_change(
                _("%(old)s is replaced", old=participant.partner_id.name),
            )
            step = participant.step_id
            participant._retire()
            self.create(
                {
                    **inherited,
                    "contract_id": participant.contract_id.id,
                    "step_id": step.id,
                    **values,
                }
            )

    def _skip(self):
        """Stop waiting for those of the participants who have not acted."""
        skipped = self.filtered(lambda person: person.state in ("waiting", *OPEN_STATES))
        skipped._write_guarded({"state": "skipped"})
        for participant in skipped:
            contract = participant.contract_id
            contract._log_event("skipped", participant=participant)
            if user := participant._get_internal_user():
                contract.activity_unlink(
                    ["customer_contract.mail_activity_type_sign"], user_id=user.id
                )

    def _finish(self, state="done"):
        super()._finish(state)
        if state == "done":
            self.step_id._skip_if_satisfied()

    def _prepare_content(self):
        content = super()._prepare_content()
        if self.step_id:
            content["step"] = {
                "name": self.step_id.name,
                "needed": self.step_id._get_needed_count(),
                "of": len(self.step_id._get_candidates()),
            }
        return content
