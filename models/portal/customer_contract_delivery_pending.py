from odoo import fields, models


class CustomerContractDeliveryPending(models.Model):
    """A delivery report that is not joined to the trail yet.

    Reports cannot be changed, so what waits stands in rows of its own: the job costs
    what waits, not what was ever reported.
    """

    _name = "customer.contract.delivery.pending"
    _description = "Delivery Report That Waits for Its Trail"
    _order = "id"
    _rec_name = "report_id"
    _log_access = False

    report_id = fields.Many2one(
        "customer.contract.delivery.report", required=True, index=True, ondelete="cascade"
    )
    # No Many2one, as in the reports.
    contract_id = fields.Integer(required=True, index=True)
