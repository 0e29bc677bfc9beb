from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ...const import OPEN_STATES, SIGNABLE_STATES
from ...utils import Actor, check_one


class CustomerContract(models.Model):
    """Customers who sign at the desk, on a device that an employee hands over.

    An employee vouches for who is there, which is worth as much as a one-time code: not
    enough where the contract asks for a login. The signer gets a mail at once, so that
    nobody signs in somebody's name unnoticed.
    """

    _inherit = "customer.contract"

    can_sign_in_person = fields.Boolean(compute="_compute_can_sign_in_person")

    @api.depends("state", "allow_in_person", "identity_policy", "participant_ids.state")
    @api.depends_context("uid")
    def _compute_can_sign_in_person(self):
        for contract in self:
            contract.can_sign_in_person = bool(contract._get_in_person_signers())

    def write(self, vals):
        if "allow_in_person" in vals and not self._is_system_write():
            self._check_allowed_actions_open()
        return super().write(vals)

    def _get_trailed_fields(self):
        return super()._get_trailed_fields() | {"allow_in_person"}

    # === ACTION METHODS === #

    def action_open_in_person(self):
        """Open the dialog with which a device is handed over to a signer.

        :return: an action
        :rtype: dict
        :raise UserError: if nobody can sign in person now
        """
        check_one(self)
        self.check_access("write")
        signers = self._get_in_person_signers()
        if not signers:
            raise UserError(_("Nobody can sign this contract in person now."))
        return self._open_dialog(
            "customer.contract.hand.over",
            _("Sign in Person"),
            {
                "default_contract_id": self.id,
                "default_participant_id": signers[:1].id,
            },
        )

    # === BUSINESS METHODS === #

    def _get_in_person_signers(self):
        """Return who could sign on a device that the user hands over.

        :rtype: recordset of `customer.contract.participant`
        """
        self.ensure_one()
        if self.state not in SIGNABLE_STATES or not self.has_access("write"):
            return self.participant_ids.browse()
        return self._get_next_participants().filtered(
            lambda participant: not self._find_in_person_problem(participant)
        )

    def _find_in_person_problem(self, participant):
        """Return why a participant cannot sign on a device handed over, or none.

        :param recordset participant: the participant
        :rtype: str | None
        """
        self.ensure_one()
        person = participant.partner_id.name
        if not self.allow_in_person or self.state not in OPEN_STATES:
            return _("This contract cannot be signed in person.")
        if (
            participant.role != "signer"
            or not participant._is_outside()
            or participant.partner_id == self.env.user.partner_id
        ):
            return _("Only signers outside your company sign in person.")
        if participant._find_incapacity():
            return _("%(person)s cannot act on this contract for now.", person=person)
        if not self._is_identified(Actor(participant, "in_person")):
            return _("This contract asks %(person)s to log in to sign.", person=person)
        if participant.channel != "esign" or not participant._may_esign():
            return _("%(person)s signs this contract on paper.", person=person)
        return None

    def _hand_over(self, participant):
        """Prepare to hand a device over to a signer; the contract counts as sent.

        :param recordset participant: the signer
        :return: the address to open on the device
        :rtype: str
        :raise UserError: telling why the person cannot sign in person
        """
        self.ensure_one()
        self.check_access("write")
        if not self.env.user._is_internal():
            raise UserError(_("Only employees hand devices over."))
        if problem := self._find_in_person_problem(participant):
            raise UserError(problem)
        if self.state == "draft":
            self._send(notify=False)
        # Whoever hands over may not read all that signing depends on.
        contract_sudo, participant_sudo = self.sudo(), participant.sudo()
        if not contract_sudo._can_be_signed(participant_sudo):
            raise UserError(contract_sudo._explain_why_not(participant_sudo))
        self._log_event(
            "in_person_started",
            details={"witnessed_by": self.env.user.name},
            participant=participant,
        )
        return self.env["customer.contract.in.person"]._issue(participant_sudo, self.env.user)

    def _record_signature(self, actor, values, details=None):
        """Record the witness of whoever signs in person, and tell the signer by mail."""
        if actor.identified_by != "in_person":
            return super()._record_signature(actor, values, details)
        participant = actor.participant
        # Nobody has rights on handovers.
        handover_sudo = (
            self.env["customer.contract.in.person"]
            .sudo()
            ._get_of(participant)
            .filtered(lambda handover: handover._is_usable())
        )
        if not handover_sudo:
            raise UserError(_("The time to sign is over. Please hand the device back."))
        witness_sudo = handover_sudo.witness_id
        row = super()._record_signature(
            actor,
            {
                **values,
                "account": participant._get_email(),
                "witnessed_by": witness_sudo.name,
                "witness_account": witness_sudo.login,
            },
            {**(details or {}), "witnessed_by": witness_sudo.name},
        )
        handover_sudo._close()
        self._send_template("customer_contract.mail_template_in_person", participant.partner_id)
        return row

    @api.model
    def _describe_identity(self, identified_by):
        if identified_by == "in_person":
            return _("In person, in front of an employee of the company")
        return super()._describe_identity(identified_by)
