from dateutil.relativedelta import relativedelta

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...utils import TypedText, format_day, strip_unseen

TERM = ("date_start", "date_end")


class CustomerContract(models.Model):
    """Where a signed contract stands between its dates, and how it ends before."""

    _inherit = "customer.contract"

    lifecycle = fields.Selection(
        [
            ("upcoming", "Upcoming"),
            ("running", "Running"),
            ("expiring", "Expiring"),
            ("ended", "Ended"),
            ("terminated", "Terminated"),
        ],
        "Life Cycle",
        compute="_compute_lifecycle",
        search="_search_lifecycle",
        help="Where a signed contract stands between its dates.",
    )
    termination_date = fields.Date(readonly=True, copy=False, tracking=True)
    termination_reason = TypedText(readonly=True, copy=False, groups="base.group_user")

    def _leave_out_past_dates(self, values, default):
        """Take off a duplicate's values the dates that have passed.

        :param dict values: the values, changed in place
        :param dict default: what the duplicate is made with instead
        """
        self.ensure_one()
        today = self.company_id._get_contract_today()
        for name in TERM:
            day = fields.Date.to_date(values.get(name))
            if name not in default and day and day < today:
                values[name] = False

    def copy(self, default=None):
        copies = super().copy(default=default)
        for contract, copied in zip(self, copies, strict=True):
            if left_out := contract._describe_past_dates(copied, default or {}):
                copied.message_post(body=left_out, subtype_xmlid="mail.mt_note")
        return copies

    def _describe_past_dates(self, copied, default):
        """Tell which dates a copy has not got, since they have passed.

        :param recordset copied: the copy
        :param dict default: what it was made with instead
        :return: a sentence, empty if it has all
        :rtype: str
        """
        self.ensure_one()
        names = [name for name in TERM if self[name] and not copied[name] and name not in default]
        if not names:
            return ""
        labels = self.fields_get(names, ["string"])
        return self.env._(
            "Not taken over from %(reference)s, as it has passed: %(dates)s",
            reference=self.name,
            dates=", ".join(
                f"{labels[name]['string']} {format_day(self.env, self[name])}" for name in names
            ),
        )

    @api.depends("state", "date_start", "date_end", "termination_date", "company_id")
    def _compute_lifecycle(self):
        for contract in self:
            today = fields.Date.context_today(contract)
            horizon = today + relativedelta(days=contract.company_id.contract_expiring_days)
            if contract.state != "signed":
                contract.lifecycle = False
            elif contract.termination_date and contract.termination_date <= today:
                contract.lifecycle = "terminated"
            elif contract.date_end and contract.date_end < today:
                contract.lifecycle = "ended"
            elif contract.date_start and contract.date_start > today:
                contract.lifecycle = "upcoming"
            elif contract.date_end and contract.date_end <= horizon:
                contract.lifecycle = "expiring"
            else:
                contract.lifecycle = "running"

    def _search_lifecycle(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        signed = Domain("state", "=", "signed")
        terminated = Domain("termination_date", "<=", today)
        ended = Domain("date_end", "<", today)
        upcoming = Domain("date_start", ">", today)
        # the announcement period is the company's own
        expiring = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain(
                "date_end",
                "<=",
                today + relativedelta(days=company.contract_expiring_days),
            )
            for company in self.env["res.company"].sudo().search([])
        )
        domains = {
            False: ~signed,
            "terminated": signed & terminated,
            "ended": signed & ~terminated & ended,
            "upcoming": signed & ~terminated & ~ended & upcoming,
            "expiring": signed & ~terminated & ~ended & ~upcoming & expiring,
            "running": signed & ~terminated & ~ended & ~upcoming & ~expiring,
        }
        return Domain.OR(domains[item] for item in value if item in domains)

    def action_terminate(self, reason, date=None):
        """Terminate signed contracts.

        :param str reason: why the contract ends
        :param str date: ISO date from which it no longer runs; today if left out
        :return: True
        :rtype: bool
        :raise UserError: if a contract is not signed, or no reason is given
        """
        self.check_access("write")
        self._check_state("signed")
        reason = strip_unseen(reason)
        if not reason:
            raise UserError(_("Please say why the contract is terminated."))
        day = fields.Date.to_date(date) or fields.Date.context_today(self)
        for contract in self:
            contract._write_protected({"termination_date": day, "termination_reason": reason})
            contract._log_event(
                "terminated",
                details={"reason": reason, "date": fields.Date.to_string(day)},
            )
        return True
