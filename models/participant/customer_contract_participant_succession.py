from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ...const import PENDING_STATES
from ...utils import TypedChar


class CustomerContractParticipant(models.Model):
    """Who acts in whose place, and who is no longer part of the contract.

    What was frozen names the original participant and stays as it is. A stand-in is a
    participant of its own, which says in whose place it acts; whoever shows the contract
    follows it back to the person whom the content names.
    """

    _inherit = "customer.contract.participant"

    is_retired = fields.Boolean(
        readonly=True,
        copy=False,
        help="No longer part of the contract; kept as the signer of an earlier version.",
    )
    delegated_from_id = fields.Many2one(
        "customer.contract.participant",
        "In Place Of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    delegated_to_ids = fields.One2many(
        "customer.contract.participant",
        "delegated_from_id",
        "Passed On To",
        readonly=True,
        domain=[("is_retired", "=", False)],
    )
    delegation_reason = TypedChar(readonly=True, copy=False)

    def unlink(self):
        # Their signatures under earlier versions are evidence and stay.
        kept = self.filtered(lambda person: person._is_evidence())
        if kept:
            kept._check_can_be_removed()
            kept._log_removed()
            kept._retire()
        return super(CustomerContractParticipant, self - kept).unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_demanded(self):
        self._check_can_be_removed()

    # === GUARDS === #

    def _check_can_be_removed(self):
        """Refuse to remove participants of frozen contracts, and those that are demanded.

        :raise UserError: if there is one among them
        """
        if not self._is_system_write():
            self._check_is_open()
            self._check_can_be_changed()

    def _is_demanded(self):
        """Tell whether something other than people's choice demands the participant.

        Nothing does by itself; features that demand participants extend this.
        """
        self.ensure_one()
        return False

    def _check_can_be_changed(self, values=None):
        """Refuse to change or remove participants who are demanded.

        Nobody is demanded by itself; features that demand participants extend this.

        :param dict values: the values to write; the removal is meant if left out
        :raise UserError: if one of the participants is demanded
        """

    @api.constrains("contract_id", "partner_id", "role", "party")
    def _check_reads_contract(self):
        """Refuse employees of another company as approvers and signers inside.

        They could not read what they are asked about.
        """
        for participant in self:
            users_sudo = participant.partner_id.sudo().user_ids.filtered(
                lambda user: user.active and not user.share
            )
            if (
                participant.role in ("approver", "signer")
                and participant._stands_for_company()
                and not participant.is_retired
                and users_sudo
                and not participant._get_employee()
            ):
                raise ValidationError(
                    _(
                        "%(person)s does not work for %(company)s and could not read this "
                        "contract.",
                        person=participant.partner_id.sudo().name,
                        company=participant.sudo().contract_id.company_id.name,
                    )
                )

    # === BUSINESS METHODS === #

    def _is_stand_in(self):
        """Tell whether the person acts in the place of somebody else."""
        self.ensure_one()
        return bool(self.delegated_from_id)

    def _get_origin(self):
        """Return the participant whom the frozen content names for this part.

        :rtype: recordset of `customer.contract.participant`
        """
        self.ensure_one()
        origin = self
        while origin.delegated_from_id:
            origin = origin.delegated_from_id
        return origin

    def _get_stand_ins(self):
        """Return the people to whom the part was passed on, one after the other.

        :rtype: recordset of `customer.contract.participant`
        """
        self.ensure_one()
        stand_ins = self.browse()
        following = self.delegated_to_ids
        while following:
            stand_ins |= following
            following = following.delegated_to_ids
        return stand_ins

    def _is_needless(self):
        """Tell whether others of the step have acted, so that nobody acts in this place."""
        self.ensure_one()
        last = self._get_stand_ins()[-1:] or self
        return last.state == "skipped" and last._is_replaced()

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
        self._write_protected({"is_retired": True, "state": "skipped", "step_id": False})
        contracts.invalidate_recordset(["participant_ids"])

    def _replace_evidence(self, values):
        """Put others in the place of those whose part is evidence, if persons change.

        :param dict values: the values to write
        :return: the participants whose person can simply be changed
        :rtype: recordset of `customer.contract.participant`
        """
        if "partner_id" not in values:
            return self
        kept = self.filtered(
            lambda person: person.partner_id.id != values["partner_id"] and person._is_evidence()
        )
        kept._succeed(values)
        return self - kept

    def _succeed(self, values):
        """Put others in the place of participants who signed an earlier version.

        :param dict values: the values to write, the other person among them
        """
        self.contract_id._check_content_is_open()
        for participant in self:
            inherited = participant._prepare_copy_values()
            inherited.pop("capacity")
            participant._log_removed()
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
        skipped = self.filtered(lambda person: person.state in PENDING_STATES)
        skipped._write_protected({"state": "skipped"})
        for participant in skipped:
            contract = participant.contract_id
            contract._log_event("skipped", participant=participant)
            if user := participant._get_internal_user():
                contract.activity_unlink(
                    ["customer_contract.mail_activity_type_sign"], user_id=user.id
                )
