from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ...const import ASKED_STATES
from ...utils import Actor, TypedChar

MOVED_WITH_STEP = ("contract_id", "role", "sequence")


class CustomerContractParticipant(models.Model):
    """One person's part in a contract.

    Participants in a step, and those who are no longer part of the contract.
    """

    _name = "customer.contract.participant"
    _inherit = ["customer.contract.component.mixin", "customer.contract.protection.mixin"]
    _description = "Contract Participant"
    _order = "contract_id, sequence, id"
    _rec_name = "partner_id"

    contract_id = fields.Many2one(
        "customer.contract", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="contract_id.company_id")
    partner_id = fields.Many2one(
        "res.partner",
        "Person",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('is_company', '=', False)]",
    )
    email = fields.Char(compute="_compute_email", search="_search_email")
    role = fields.Selection(
        [("approver", "Approver"), ("signer", "Signer"), ("observer", "Observer")],
        required=True,
        default="signer",
        help="Approvers agree before others are asked, signers sign, observers only read.",
    )
    party = fields.Selection(
        [("company", "Us"), ("counterparty", "Counterparty"), ("other", "Other")],
        "For",
        required=True,
        compute="_compute_party",
        store=True,
        readonly=False,
        precompute=True,
        help="On whose behalf the person acts.",
    )
    capacity = TypedChar(
        compute="_compute_capacity",
        store=True,
        readonly=False,
        precompute=True,
        help="In which function the person acts, for example Managing Director.",
    )
    sequence = fields.Integer("Order", default=10, help="The same order means at the same time.")
    company_name = fields.Char(compute="_compute_company_name", groups="base.group_user")
    acted_on = fields.Datetime(
        compute="_compute_acted_on",
        groups="base.group_user",
        help="When the person did the last of what the state tells: was asked, read, acted.",
    )
    is_proposed = fields.Boolean(
        help="Proposed by the system: follows the contract's manager and counterparty."
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("requested", "Asked"),
            ("viewed", "Has Read"),
            ("done", "Done"),
            ("declined", "Declined"),
            ("disputed", "Disputed"),
            ("delegated", "Delegated"),
            ("expired", "Expired"),
            ("skipped", "Skipped"),
        ],
        required=True,
        default="waiting",
        readonly=True,
        copy=False,
    )
    requested_on = fields.Datetime("Asked On", readonly=True, copy=False)
    viewed_on = fields.Datetime("Read On", readonly=True, copy=False)
    done_on = fields.Datetime(readonly=True, copy=False)
    reminded_on = fields.Datetime(readonly=True, copy=False)
    signature_ids = fields.One2many(
        "customer.contract.signature", "participant_id", "Signatures", readonly=True
    )
    signature_image = fields.Binary("Signature", compute="_compute_current_signature")
    signed_by = fields.Char(compute="_compute_current_signature")
    _waiting_for = models.Index("(partner_id) WHERE state IN ('requested', 'viewed')")
    step_id = fields.Many2one(
        "customer.contract.routing.step",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        domain="[('contract_id', '=', contract_id)]",
        help="Where all, any one or a number of people have to act. Outside of a step, "
        "everybody has to.",
    )
    _person_unique = models.UniqueIndex(
        "(contract_id, partner_id, role) WHERE is_retired IS NOT TRUE",
        "A person has each role only once in a contract.",
    )

    @api.depends("partner_id", "contract_id.partner_id")
    def _compute_party(self):
        for participant in self:
            if participant.party and participant._origin.partner_id == participant.partner_id:
                continue
            partner = participant.partner_id
            counterparty = participant.contract_id.partner_id
            if partner.commercial_partner_id == counterparty.commercial_partner_id:
                participant.party = "counterparty"
            elif participant._is_of_company(partner):
                participant.party = "company"
            else:
                participant.party = "other"

    @api.depends("partner_id.commercial_company_name", "partner_id.is_company")
    def _compute_company_name(self):
        for participant in self:
            person = participant.partner_id
            participant.company_name = not person.is_company and person.commercial_company_name

    @api.depends("requested_on", "viewed_on", "done_on")
    def _compute_acted_on(self):
        for participant in self:
            participant.acted_on = (
                participant.done_on or participant.viewed_on or participant.requested_on
            )

    @api.depends("partner_id.email")
    def _compute_email(self):
        for participant in self:
            participant.email = participant._get_email()

    def _search_email(self, operator, value):
        return [("partner_id.email", operator, value)]

    @api.depends("partner_id")
    def _compute_capacity(self):
        for participant in self:
            participant.capacity = participant.partner_id.function

    @api.depends("signature_ids", "contract_id.current_version_id")
    def _compute_current_signature(self):
        for participant in self:
            # The image is shown to whoever may read the participant.
            signature_sudo = participant.sudo()._get_current_signature()
            participant.signature_image = signature_sudo.image
            participant.signed_by = signature_sudo.signed_by

    @api.constrains("partner_id", "role")
    def _check_person(self):
        for participant in self:
            if participant.role != "observer" and participant.partner_id.is_company:
                raise ValidationError(
                    _(
                        "%(partner)s is a company: choose the person who acts for it.",
                        partner=participant.partner_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        values_list = []
        for values in vals_list:
            self._check_protected_fields(values)
            values = {**values, **self._prepare_protected_values()}
            step = self.env["customer.contract.routing.step"].browse(values.get("step_id"))
            if step:
                self._check_step_is_open(step)
                values |= {
                    "contract_id": step.contract_id.id,
                    "role": step.role,
                    "sequence": step.sequence,
                }
            values_list.append(values)
        participants = super().create(values_list)
        participants._check_is_open()
        for participant in participants:
            participant._log_added()
        return participants

    def write(self, vals):
        self._check_protected_fields(vals)
        if self._is_system_write():
            return super().write(vals)
        self._check_can_be_changed(vals)
        step = self.env["customer.contract.routing.step"].browse(vals.get("step_id"))
        if step:
            self._check_step_is_open(step)
            vals = {"role": step.role, "sequence": step.sequence, **vals}
        self = self._replace_evidence(vals)
        self._check_is_open(vals)
        before = {participant: participant._prepare_facts() for participant in self}
        result = super().write(vals)
        for participant in self:
            participant._log_changes(before[participant])
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self._check_is_open()
        self._log_removed()

    @api.model
    def _get_guarded_columns(self):
        return ["role", "party"]

    @api.model
    def _get_guarded_rows(self):
        # Stand-ins and successors come later; observers come and go.
        rows = [{"role": role} for role in ("signer", "approver")]
        return {**super()._get_guarded_rows(), "rows": rows, "may_come": True}

    def _check_is_open(self, values=None):
        """Refuse to change who takes part in a frozen contract.

        :param dict values: the values to write; that participants come or go is meant
            if left out
        :raise UserError: if one of the contracts is frozen
        """
        self.contract_id._check_content_is_open()

    def _prepare_facts(self):
        """Prepare what the trail keeps of a part in the contract.

        :return: values in words, by the names of fields
        :rtype: dict[str, str]
        """
        self.ensure_one()
        roles = dict(self._fields["role"]._description_selection(self.env))
        parties = dict(self._fields["party"]._description_selection(self.env))
        return {
            "partner_id": self.partner_id.name or "",
            "role": roles.get(self.role, ""),
            "party": parties.get(self.party, ""),
            "capacity": self.capacity or "",
            "sequence": str(self.sequence),
            "step_id": self.step_id.name or "",
        }

    def _log_added(self):
        """Record in the trail that somebody was added, unless an act of its own tells it."""
        self.ensure_one()
        # Without a trail, the contract is just being created with its participants.
        if not self._is_system_write() and self.contract_id.sudo().trail_length:
            self.contract_id._log_event(
                "participant_added",
                details={"role": self._prepare_facts()["role"]},
                participant=self,
            )

    def _log_changes(self, before):
        """Record in the trail what is another now about somebody's part.

        :param dict before: what :meth:`_prepare_facts` gave then
        """
        self.ensure_one()
        changed = {
            self.env["ir.model.fields"]._get(self._name, name).field_description: [
                before[name],
                value,
            ]
            for name, value in self._prepare_facts().items()
            if before[name] != value
        }
        if changed and self.contract_id.sudo().trail_length:
            self.contract_id._log_event(
                "participant_changed", details={"fields": changed}, participant=self
            )

    def _log_removed(self):
        """Record in the trail that people no longer take part."""
        for participant in self:
            participant.contract_id._log_event("participant_removed", participant=participant)

    def _get_protected_fields(self):
        return super()._get_protected_fields() | {
            "state",
            "requested_on",
            "viewed_on",
            "done_on",
            "reminded_on",
            "is_retired",
            "delegated_from_id",
            "delegated_to_ids",
            "delegation_reason",
        }

    def _prepare_copy_values(self):
        """Prepare the values of the same participant in another contract."""
        self.ensure_one()
        return {
            "partner_id": self.partner_id.id,
            "role": self.role,
            "party": self.party,
            "capacity": self.capacity,
            "sequence": self.sequence,
            "is_proposed": self.is_proposed,
        }

    def _prepare_content(self):
        """Prepare how the participant is named in the canonical content.

        :rtype: dict
        """
        self.ensure_one()
        content = {
            "id": self.id,
            "role": self.role,
            "party": self.party,
            "order": self.sequence,
            "name": self.partner_id.name or "",
            "email": self._get_email(),
            "capacity": self.capacity or "",
            "company": self._get_represented_company(),
        }
        if self.step_id:
            content["step"] = {
                "name": self.step_id.name,
                "needed": self.step_id._get_needed_count(),
                "of": len(self.step_id._get_candidates()),
            }
        return content

    def _get_represented_company(self):
        """Return the name of the company the person acts for, or an empty text."""
        self.ensure_one()
        if self.party == "company":
            return self.contract_id.company_id.name
        company = self.partner_id.commercial_partner_id
        return company.name if company.is_company else ""

    def _get_current_signature(self):
        """Return the person's signature under the current version, if any."""
        self.ensure_one()
        return self.signature_ids.filtered(
            lambda signature: signature.version_id == self.contract_id.current_version_id
        )[:1]

    def _is_in_turn(self):
        """Tell whether it is this person's turn to act."""
        self.ensure_one()
        return self.state in ASKED_STATES and self in self.contract_id._get_next_participants()

    def _request(self):
        """Mark that the persons are asked to act, and plan it for employees."""
        self._write_protected({"state": "requested", "requested_on": fields.Datetime.now()})
        for participant in self:
            participant.contract_id._log_event("requested", participant=participant)
            user = participant._get_internal_user()
            if user:
                contract = participant.contract_id._speaking_to(user)
                contract.activity_schedule(
                    "customer_contract.mail_activity_type_sign",
                    date_deadline=contract.sign_deadline
                    or contract.company_id._get_contract_today(),
                    user_id=user.id,
                )

    def _notify_request(self, template_xmlid=None):
        """Send the usual request to act to whoever is not an employee.

        Each mail carries the personal link of its recipient.

        :param str template_xmlid: another `mail.template` to send
        :return: those who are told, by mail or in their inbox
        :rtype: recordset of `customer.contract.participant`
        """
        reached = self.browse()
        for contract in self.contract_id:
            people = self.filtered(
                lambda participant, contract=contract: (
                    participant.contract_id == contract and participant._is_outside()
                )
            )
            if people:
                message_sudo = contract._send_template(
                    template_xmlid or "customer_contract.mail_template_request",
                    people.partner_id,
                )
                told_sudo = message_sudo.notification_ids.res_partner_id
                reached |= people.filtered(
                    lambda person, told_sudo=told_sudo: person.partner_id in told_sudo
                )
        return reached

    def _mark_viewed(self, identified_by):
        """Record that the person has opened the contract.

        :param str identified_by: how the person was identified
        """
        for participant in self:
            participant.contract_id._log_event("viewed", actor=Actor(participant, identified_by))
            if participant.state == "requested":
                participant._write_protected(
                    {"state": "viewed", "viewed_on": fields.Datetime.now()}
                )

    def _finish(self, state="done"):
        """Mark that the person has acted.

        :param str state: how the person acted
        """
        self._write_protected({"state": state, "done_on": fields.Datetime.now()})
        if state == "done":
            self.step_id._skip_if_satisfied()
        for participant in self:
            user = participant._get_internal_user()
            if user:
                # What the person did stands in the chatter by name.
                participant.contract_id.activity_unlink(
                    ["customer_contract.mail_activity_type_sign"], user_id=user.id
                )

    def _get_call_to_action(self):
        """Return the words of the button in mails to the participant.

        :rtype: str
        """
        self.ensure_one()
        state = self.contract_id.state
        if state == "signed":
            return _("View Signed Contract")
        if self._is_in_turn():
            return _("Review & Approve") if self.role == "approver" else _("Review & Sign")
        return _("View Contract")

    # === STEPS === #

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

    def _check_step_is_open(self, step):
        """Refuse to add people to a step that an approval rule demands.

        :param recordset step: the `customer.contract.routing.step`
        :raise UserError: if a rule demands it
        """
        if not self._is_system_write():
            step._check_can_be_changed()
