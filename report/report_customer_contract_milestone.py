from odoo import api, models


class ReportCustomerContract(models.AbstractModel):
    """The milestones, where they are part of the contract's text."""

    _inherit = "report.customer_contract.report_customer_contract"

    @api.model
    def _prepare_print(self, contract, printed=None):
        values = super()._prepare_print(contract, printed)
        language = values["language"]
        milestones = [
            {
                **milestone,
                "date": contract._format_content_date(milestone["date"], language),
                "amount": self._format_content_amount(milestone["amount"], language),
            }
            for milestone in values["content"].get("milestones", [])
        ]
        return {
            **values,
            "milestones": milestones,
            "has_milestone_amounts": any(milestone["amount"] for milestone in milestones),
        }
