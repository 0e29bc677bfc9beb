from odoo import _, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

ACCOUNT_POLICIES = ("portal", "portal_2fa")


class CustomerContractParticipant(models.Model):
    """Stand-ins: people who act in the place of a participant of a frozen contract.

    What was frozen names the original participant and stays as it is. The stand-in is
    a participant of its own, which says in whose place it acts; whoever shows the
    contract follows it back to the person whom the content names.
    """

    _inherit = "customer.contract.participant"

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
    delegation_reason = fields.Char(readonly=True, copy=False)

    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {
            "delegated_from_id",
            "delegated_to_ids",
            "delegation_reason",
        }

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

    def _can_be_delegated(self):
        """Tell whether the person may pass the part on now."""
        self.ensure_one()
        return (
            self.contract_id.allow_delegation
            and self.contract_id.state in ("approval", "sent")
            and self.role in ("approver", "signer")
            and self._is_in_turn()
        )

    def _check_stand_in(self, partner):
        """Refuse somebody who cannot act in the place of the participant.

        :param recordset partner: the other person
        :raise UserError: telling why
        """
        self.ensure_one()
        contract = self.contract_id
        if partner.is_company or partner == self.partner_id:
            raise UserError(_("Please choose a colleague."))
        if not email_normalize(partner.email or ""):
            raise UserError(_("%(person)s has no valid e-mail address.", person=partner.name))
        if contract.participant_ids.filtered(
            lambda person: person.partner_id == partner and person.role == self.role
        ):
            raise UserError(
                _("%(person)s already takes part in this contract.", person=partner.name)
            )
        if self._get_internal_user():
            self._check_internal_stand_in(partner)
        elif not (
            self.partner_id.commercial_partner_id.is_company
            and partner.commercial_partner_id == self.partner_id.commercial_partner_id
        ):
            raise UserError(
                _(
                    "This can be passed on to colleagues of %(company)s only.",
                    company=self.partner_id.commercial_partner_id.name,
                )
            )
        # Whether somebody has an account does not depend on who asks.
        elif contract.identity_policy in ACCOUNT_POLICIES and not partner.sudo().user_ids:
            raise UserError(
                _(
                    "%(person)s has no account to log in with, which the contract asks for.",
                    person=partner.name,
                )
            )

    def _check_internal_stand_in(self, partner):
        """Refuse somebody who cannot act in the place of an employee.

        :param recordset partner: the other person
        :raise UserError: telling why
        """
        # Who is an employee of the company is known to all employees.
        users_sudo = partner.sudo().user_ids.filtered(
            lambda user: not user.share and self.contract_id.company_id in user.company_ids
        )
        if not users_sudo:
            raise UserError(
                _("%(person)s is not an employee of your company.", person=partner.name)
            )
        if self.role == "signer" and not any(
            user.has_group("customer_contract.group_contract_esign") for user in users_sudo
        ):
            raise UserError(
                _("%(person)s may not sign contracts for the company.", person=partner.name)
            )

    def _pass_on(self, partner, reason):
        """Put a stand-in in the place of a participant, and end the latter's links.

        :param recordset partner: the person who acts instead
        :param str reason: why
        :return: the stand-in, who has not been asked yet
        :rtype: recordset of `customer.contract.participant`
        """
        self.ensure_one()
        created = self._with_pass().create(
            {
                "contract_id": self.contract_id.id,
                "partner_id": partner.id,
                "role": self.role,
                "party": self.party,
                "sequence": self.sequence,
                "step_id": self.step_id.id,
            }
        )
        stand_in = self.browse(created.id)
        stand_in._write_guarded({"delegated_from_id": self.id, "delegation_reason": reason})
        self._write_guarded({"state": "delegated", "done_on": fields.Datetime.now()})
        if user := self._get_internal_user():
            self.contract_id.activity_unlink(
                ["customer_contract.mail_activity_type_sign"], user_id=user.id
            )
        self.contract_id._revoke_links(self)
        return stand_in

    def _dismiss_stand_ins(self):
        """End stand-ins, as a new version asks the people whom the contract names.

        They are kept: their signatures, mails and links name them.
        """
        self.filtered(lambda person: person._is_stand_in())._retire()

    def _prepare_delegation_details(self):
        """Prepare what the trail keeps about a stand-in.

        :rtype: dict
        """
        self.ensure_one()
        return {
            "to": self.partner_id.name or "",
            "email": self.partner_id.email or "",
            "reason": self.delegation_reason or "",
        }

    def action_open_replace(self):
        """Open the dialog that puts somebody else in the person's place.

        :return: an action
        :rtype: dict
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Replace %(person)s", person=self.partner_id.name),
            "res_model": "customer.contract.replace",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_participant_id": self.id},
        }
