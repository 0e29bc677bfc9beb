from odoo import fields, models


class CustomerContractMilestone(models.Model):
    """Milestones of a duplicate: none is late from the beginning."""

    _inherit = "customer.contract.milestone"

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        for milestone, values in zip(self, vals_list, strict=True):
            today = milestone.company_id._get_contract_today()
            # A day is required, and one that has passed would be late at once.
            if "date" not in (default or {}) and fields.Date.to_date(values["date"]) < today:
                values["date"] = today
        return vals_list
