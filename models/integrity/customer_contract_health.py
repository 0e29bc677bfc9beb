from datetime import timedelta

from odoo import _, api, fields, models

LATEST = timedelta(days=2)
MOST_COUNTED = 1000


class CustomerContractHealth(models.AbstractModel):
    """Whether the evidence is checked and recorded, and what was found."""

    _inherit = "customer.contract.health"

    def _get_health_checks(self):
        return [
            *super()._get_health_checks(),
            ("damaged", _("Damaged evidence"), self._find_damage_health),
            ("nightly_check", _("Nightly check of all evidence"), self._find_check_health),
            ("daily_record", _("Daily record of audit trails"), self._find_record_health),
        ]

    @api.model
    def _find_damage_health(self):
        """Return how many contracts' evidence was found damaged."""
        action = "customer_contract.customer_contract_action"
        damaged = self._get_all_contracts().search(
            [("integrity_state", "=", "damaged")], limit=MOST_COUNTED
        )
        if not damaged:
            return "ok", _("None was found"), "", action
        named = ", ".join(damaged[:5].mapped("name"))
        detail = _("%(count)s contracts: %(names)s …", count=len(damaged), names=named)
        advice = _("Download their evidence, leave the server as it is, compare it with a backup.")
        return "broken", detail, advice, action

    @api.model
    def _find_check_health(self):
        """Return since when the contract that was checked longest ago was not checked."""
        action = "base.ir_cron_act"
        Contract = self._get_all_contracts()
        checked = [("last_integrity_check", "!=", False)]
        first = Contract.search(checked, order="last_integrity_check", limit=1)
        last = Contract.search(checked, order="last_integrity_check desc", limit=1)
        before = fields.Datetime.now() - LATEST
        never = Contract.search_count(
            [("last_integrity_check", "=", False), ("create_date", "<", before)], limit=MOST_COUNTED
        )
        oldest = first.last_integrity_check
        advice = _("See that the scheduled action runs, and gets to its end.")
        if never or (oldest and oldest < before):
            detail = _(
                "Not checked since %(moment)s UTC, or never: %(count)s contracts",
                moment=fields.Datetime.to_string(oldest) if oldest else "–",
                count=never
                + Contract.search_count(
                    [("last_integrity_check", "<", before)], limit=MOST_COUNTED
                ),
            )
            return "look", detail, advice, action
        moment = last.last_integrity_check
        detail = (
            _("The last one on %(moment)s UTC", moment=fields.Datetime.to_string(moment))
            if moment
            else _("No contract had to be checked yet")
        )
        return "ok", detail, "", action

    @api.model
    def _find_record_health(self):
        """Return when audit trails were recorded last, and whether some are not."""
        action = "customer_contract.customer_contract_daily_record_action"
        Record = self.env["customer.contract.daily.record"]
        last = Record.search([], order="recorded_on desc", limit=1)
        if not last:
            return "ok", _("None yet"), "", action
        moment = fields.Datetime.to_string(last.recorded_on)
        late = [
            company
            for company in self.env.companies
            if last.recorded_on < fields.Datetime.now() - LATEST
            and Record._find_grown_trails(company)
        ]
        detail = _("The last one on %(moment)s UTC", moment=moment)
        advice = _("See that the scheduled action runs: trails have grown since.")
        return ("look" if late else "ok"), detail, advice, action

    @api.model
    def _get_all_contracts(self):
        """Return the model of contracts, archived ones too."""
        return self.env["customer.contract"].with_context(active_test=False)
