from odoo import fields, models


class CustomerContractReason(models.TransientModel):
    """Asks for the words that go with an act: why, or what is answered."""

    _name = "customer.contract.reason"
    _description = "Reason for an Act on a Contract"

    contract_ids = fields.Many2many("customer.contract", required=True)
    purpose = fields.Selection(
        [
            ("cancel", "Cancel"),
            ("terminate", "Terminate"),
            ("resolve_dispute", "Answer the Objection"),
            ("send_back", "Send Back"),
        ],
        required=True,
        default="cancel",
    )
    reason = fields.Text(required=True)
    date = fields.Date(default=fields.Date.context_today)

    def action_confirm(self):
        """Do what the dialog was opened for.

        :return: an action that closes the dialog
        :rtype: dict
        :raise UserError: if a contract's state does not allow it
        """
        self.ensure_one()
        if self.purpose == "terminate":
            self.contract_ids.action_terminate(self.reason, date=self.date)
        else:
            getattr(self.contract_ids, f"action_{self.purpose}")(self.reason)
        return {"type": "ir.actions.act_window_close"}
