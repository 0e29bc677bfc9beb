import logging

from psycopg2.errors import SerializationFailure

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from ...const import ASKED_STATES, ASKING_STATES

_logger = logging.getLogger(__name__)


class CustomerContractSubstitute(models.Model):
    """Who approves and signs contracts while somebody is away."""

    _name = "customer.contract.substitute"
    _description = "Contract Substitute"
    _order = "date_from desc, id desc"
    _rec_name = "user_id"

    user_id = fields.Many2one(
        "res.users",
        "Who Is Away",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        ondelete="cascade",
        domain="[('share', '=', False)]",
    )
    substitute_id = fields.Many2one(
        "res.users",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('share', '=', False), ('id', '!=', user_id)]",
        help="Gets the contracts that the other person would approve, and those to sign if "
        "the substitute may e-sign for the company.",
    )
    date_from = fields.Date("From", required=True, default=fields.Date.context_today)
    date_to = fields.Date("To", required=True)
    active = fields.Boolean(default=True)
    _dates_in_order = models.Constraint(
        "CHECK (date_from <= date_to)", "An absence cannot end before it starts."
    )
    _not_oneself = models.Constraint(
        "CHECK (user_id != substitute_id)", "Nobody can be one's own substitute."
    )

    @api.constrains("user_id", "substitute_id")
    def _check_people(self):
        for absence in self:
            # Whether somebody is an employee is known to all employees.
            if any(user.share for user in (absence.user_id | absence.substitute_id).sudo()):
                raise ValidationError(_("Only employees can substitute each other."))
            # What waits for somebody goes to people of the same company only.
            if not absence.user_id.sudo().company_ids & absence.substitute_id.sudo().company_ids:
                raise ValidationError(
                    _(
                        "%(person)s and %(substitute)s have no company in common.",
                        person=absence.user_id.sudo().name,
                        substitute=absence.substitute_id.sudo().name,
                    )
                )

    @api.constrains("user_id", "date_from", "date_to", "active")
    def _check_overlap(self):
        for absence in self.filtered("active"):
            others = self.search_count(
                Domain("user_id", "=", absence.user_id.id)
                & Domain("id", "!=", absence.id)
                & Domain("date_from", "<=", absence.date_to)
                & Domain("date_to", ">=", absence.date_from),
                limit=1,
            )
            if others:
                raise ValidationError(
                    _(
                        "%(person)s already has a substitute on some of these days.",
                        person=absence.user_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        absences = super().create(vals_list)
        absences._check_own()
        absences._pass_on_open_requests()
        return absences

    def write(self, vals):
        self._check_own()
        result = super().write(vals)
        self._check_own()
        self._pass_on_open_requests()
        return result

    def _check_own(self):
        """Let people name their own substitutes only; administrators those of their companies.

        :raise AccessError: if somebody else's is among them
        """
        others = self.user_id - self.env.user
        if self.env.su or not others:
            return
        if not self.env.user.has_group("customer_contract.group_contract_manager"):
            raise AccessError(_("You can only name a substitute for yourself."))
        own_sudo = self.env.user.sudo().company_ids
        if any(not user.sudo().company_ids <= own_sudo for user in others):
            raise AccessError(
                _("You can only name substitutes for people of the companies you work in.")
            )

    @api.model
    def _find_for(self, user, company):
        """Find who stands in for an employee today, who may be away as well.

        :param recordset user: the employee
        :param recordset company: the company for which somebody is needed
        :return: the substitute, none if the employee is there or nobody else is
        :rtype: recordset of `res.users`, elevated
        """
        # Nobody may read others' absences, but everybody's requests follow them.
        absences_sudo = self.sudo()
        today = fields.Date.context_today(self)
        passed, current = user, user.sudo()
        while absence_sudo := absences_sudo.search(
            Domain("user_id", "=", current.id)
            & Domain("date_from", "<=", today)
            & Domain("date_to", ">=", today),
            limit=1,
        ):
            current = absence_sudo.substitute_id
            if current in passed or not current.active or company not in current.company_ids:
                return current.browse()
            passed |= current
        return current if current != user else current.browse()

    def _pass_on_open_requests(self):
        """Pass on what already waits for people who are away today."""
        today = fields.Date.context_today(self)
        away = self.filtered(
            lambda absence: absence.active and absence.date_from <= today <= absence.date_to
        )
        # People may have requests on contracts that their substitutes cannot read yet.
        waiting_sudo = (
            self.env["customer.contract.participant"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", away.user_id.partner_id.ids),
                    ("role", "in", ("approver", "signer")),
                    ("state", "in", ASKED_STATES),
                    ("contract_id.state", "in", ASKING_STATES),
                ]
            )
        )
        for participant_sudo in waiting_sudo:
            stand_in_sudo = participant_sudo._substitute()
            if stand_in_sudo != participant_sudo:
                stand_in_sudo._request()

    @api.model
    def _cron_substitute(self):
        """Pass on what waits for people whose absence has begun."""
        # Odoo has scheduled code queue its mails; the queue runs once an hour.
        self = self.with_context(mail_notify_force_send=True)
        today = fields.Date.context_today(self)
        absences = self.search([("date_from", "<=", today), ("date_to", ">=", today)])
        self.env["ir.cron"]._commit_progress(remaining=len(absences))
        for absence in absences:
            try:
                with self.env.cr.savepoint():
                    absence._pass_on_open_requests()
            except SerializationFailure:
                # Somebody acts on one of the contracts just now: the next run passes on.
                _logger.info("What waits for %s is passed on later", absence.display_name)
                self.env.invalidate_all()
            if not self.env["ir.cron"]._commit_progress(1):
                break
