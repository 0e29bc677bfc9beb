from odoo import fields, models

from ..utils import TypedText, check_one


class CustomerContractPaperDecide(models.TransientModel):
    """Asks why a signed paper is returned, or accepted although something was found."""

    _name = "customer.contract.paper.decide"
    _inherit = "customer.contract.dialog.mixin"
    _description = "Decision on a Signed Paper"

    paper_id = fields.Many2one("customer.contract.paper", required=True)
    purpose = fields.Selection([("accept", "Accept"), ("return", "Return")], required=True)
    check_summary = fields.Text(related="paper_id.check_summary")
    reason = TypedText(required=True)

    def action_confirm(self):
        """Accept or return the paper.

        :return: an action that closes the dialog
        :rtype: dict
        :raise UserError: if the paper is no longer to be checked
        """
        check_one(self)
        if self.purpose == "accept":
            self.paper_id.action_accept(self.reason)
        else:
            self.paper_id.action_return(self.reason)
        return {"type": "ir.actions.act_window_close"}
