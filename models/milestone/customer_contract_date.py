from odoo import api, fields, models
from odoo.tools import SQL


class CustomerContractDate(models.Model):
    """Milestones are in the calendar of contracts, unless they were given up."""

    _inherit = "customer.contract.date"

    kind = fields.Selection(selection_add=[("milestone", "Milestone")])

    @api.model
    def _get_date_queries(self):
        milestones = self.env["customer.contract.milestone"]
        milestones.flush_model(["contract_id", "name", "date", "progress"])
        query = SQL(
            """
            SELECT milestone.id::bigint * 10 + 4 AS id, milestone.contract_id,
                   'milestone' AS kind, milestone.date, milestone.name AS subject
              FROM customer_contract_milestone milestone
              JOIN customer_contract contract ON contract.id = milestone.contract_id
             WHERE milestone.progress != 'cancelled' AND contract.active
               AND contract.state NOT IN ('declined', 'cancelled', 'expired')
            """
        )
        sources = ("customer.contract.milestone:date", "customer.contract.milestone:name")
        return [*super()._get_date_queries(), (sources, query)]
