from odoo import _, api, fields, models
from odoo.tools import formatLang


class CustomerContractAmountRangeMixin(models.AbstractModel):
    """For what amounts something holds, in words: no limit is not an amount of zero."""

    _name = "customer.contract.amount.range.mixin"
    _description = "Range of Amounts"

    amount_range = fields.Char(
        "For Amounts", compute="_compute_amount_range", help="In which range the amount has to be."
    )

    @api.depends(
        lambda self: [
            name for name in ("amount_min", "amount_max", "currency_id") if name in self._fields
        ]
    )
    @api.depends_context("lang")
    def _compute_amount_range(self):
        for record in self:
            currency = record.currency_id
            least = record.amount_min if "amount_min" in record._fields else 0
            low, high = (
                amount and formatLang(self.env, amount, currency_obj=currency)
                for amount in (least, record.amount_max)
            )
            if low and high:
                record.amount_range = _("%(low)s to %(high)s", low=low, high=high)
            elif low:
                record.amount_range = _("From %(low)s", low=low)
            elif high:
                record.amount_range = _("Up to %(high)s", high=high)
            else:
                record.amount_range = _("No limit")
