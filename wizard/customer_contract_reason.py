from collections.abc import Callable
from typing import NamedTuple

from odoo import Command, _, api, fields, models
from odoo.exceptions import UserError

from ..utils import TypedText, check_one, strip_unseen


class Purpose(NamedTuple):
    """What the dialog can be opened for.

    :param str label: the act's name
    :param str title: the dialog's title, and its button
    :param Callable act: what confirming does; it takes the reason
    :param bool needs_reason: whether there have to be words
    """

    label: str
    title: str
    act: Callable
    needs_reason: bool = True


class CustomerContractReason(models.TransientModel):
    """Asks for the words that go with an act: why, or what is answered."""

    _name = "customer.contract.reason"
    _inherit = "customer.contract.dialog.mixin"
    _description = "Reason for an Act on a Contract"

    contract_ids = fields.Many2many("customer.contract", required=True)
    purpose = fields.Selection("_select_purpose", required=True, default="cancel")
    act = fields.Char(compute="_compute_act")
    needs_reason = fields.Boolean(compute="_compute_act")
    reason = TypedText()
    date = fields.Date(default=fields.Date.context_today)

    @api.depends("purpose", "contract_ids")
    def _compute_act(self):
        for dialog in self:
            purpose = dialog._get_purposes().get(dialog.purpose)
            dialog.act = purpose.title if purpose else False
            dialog.needs_reason = bool(purpose) and purpose.needs_reason

    def action_confirm(self):
        """Do what the dialog was opened for, with each of the contracts that allow it.

        :return: an action that closes the dialog, and tells what was done of several
        :rtype: dict
        :raise UserError: if no contract's state allows it, or words are missing
        """
        check_one(self)
        purpose = self._get_purposes()[self.purpose]
        if purpose.needs_reason and not strip_unseen(self.reason):
            raise UserError(_("Please give a reason."))
        close = {"type": "ir.actions.act_window_close"}
        if len(self.contract_ids) <= 1:
            purpose.act(self.reason)
            return close
        outcome = self.contract_ids._act_on_each(self._confirm_for)
        outcome["params"]["next"] = close
        return outcome

    def _confirm_for(self, contract):
        """Do what the dialog was opened for with one of its contracts.

        :param recordset contract: the contract
        """
        values = {"purpose": self.purpose, "reason": self.reason, "date": self.date}
        alone = self.new({**values, "contract_ids": [Command.set(contract.ids)]})
        alone._get_purposes()[self.purpose].act(self.reason)

    def _get_purposes(self):
        """Return everything that the dialog can be opened for.

        A feature adds a purpose of its own by extending this method.

        :return: the purposes by their names
        :rtype: dict[str, Purpose]
        """
        contracts = self.contract_ids._origin
        return {
            "cancel": Purpose(
                self.env._("Cancel"),
                self.env._("Cancel Contracts")
                if len(contracts) > 1
                else self.env._("Cancel Contract"),
                contracts.action_cancel,
            ),
            "approve": Purpose(
                self.env._("Approve"),
                self.env._("Approve Contracts")
                if len(contracts) > 1
                else self.env._("Approve Contract"),
                contracts.action_approve,
                needs_reason=False,
            ),
            "terminate": Purpose(
                self.env._("Terminate"),
                self.env._("Terminate Contract"),
                lambda reason: contracts.action_terminate(reason, date=self.date),
            ),
            "send_back": Purpose(
                self.env._("Send Back"), self.env._("Send Back"), contracts.action_send_back
            ),
            "answer_dispute": Purpose(
                self.env._("Answer"),
                self.env._("Answer the Dispute"),
                contracts.action_answer_dispute,
            ),
            "resolve_dispute": Purpose(
                self.env._("Answer the Dispute"),
                self.env._("Explain and Resume"),
                contracts.action_resolve_dispute,
            ),
            "refuse_values": Purpose(
                self.env._("Refuse the Change"),
                self.env._("Refuse the Change of Details"),
                contracts.action_refuse_values,
            ),
        }

    @api.model
    def _select_purpose(self):
        return [(name, purpose.label) for name, purpose in self._get_purposes().items()]
