from datetime import timedelta

from odoo import _, api, fields, models
from odoo.tools import SQL

# How late a scheduled action may be before nobody seems to run them
LATEST = timedelta(hours=3)


class CustomerContractHealth(models.AbstractModel):
    """Whether scheduled actions run, and the database can search for parts of words."""

    _inherit = "customer.contract.health"

    def _get_health_checks(self):
        jobs = self.env["ir.model.data"].search(
            [("module", "=", "customer_contract"), ("model", "=", "ir.cron")], order="id"
        )
        crons = self.env["ir.cron"].with_context(active_test=False).browse(jobs.mapped("res_id"))
        return [
            *super()._get_health_checks(),
            ("search", _("Search for parts of words"), self._find_search_health),
            *(
                (
                    job.name,
                    _("Scheduled action: %(name)s", name=cron.name),
                    lambda cron=cron: self._find_job_health(cron),
                )
                for job, cron in zip(jobs, crons, strict=True)
            ),
        ]

    @api.model
    def _find_search_health(self):
        """Return whether the database has what searches for parts of words need."""
        self.env.cr.execute(SQL("SELECT extversion FROM pg_extension WHERE extname = 'pg_trgm'"))
        if found := self.env.cr.fetchone():
            return "ok", _("pg_trgm %(version)s", version=found[0]), "", ""
        advice = _(
            "Have the database's owner run CREATE EXTENSION pg_trgm, and update the addon: until "
            "then searches in many contracts are slow."
        )
        return "look", _("The database lacks pg_trgm"), advice, ""

    @api.model
    def _find_job_health(self, cron):
        """Return whether a scheduled action runs.

        :param recordset cron: the `ir.cron`
        """
        action = "base.ir_cron_act"
        if not cron.exists():
            advice = _("Update the addon, which makes it anew.")
            return "broken", _("It was deleted"), advice, action
        if not cron.active:
            return "broken", _("It is switched off"), _("Switch it on again."), action
        last = fields.Datetime.to_string(cron.lastcall) if cron.lastcall else _("never yet")
        if cron.failure_count:
            detail = _(
                "It failed %(count)s times; run last: %(last)s UTC",
                count=cron.failure_count,
                last=last,
            )
            return "broken", detail, _("Look into the server's log."), action
        if cron.nextcall < fields.Datetime.now() - LATEST:
            advice = _("See that Odoo runs scheduled actions (max_cron_threads).")
            return "broken", _("It is overdue; run last: %(last)s UTC", last=last), advice, action
        return "ok", _("Run last: %(last)s UTC", last=last), "", action
