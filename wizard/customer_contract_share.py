from odoo import Command, _, api, fields, models
from odoo.tools import format_list

from ..utils import check_one


class CustomerContractShare(models.TransientModel):
    """Asks whom a contract is shown to in the portal."""

    _name = "customer.contract.share"
    _inherit = "customer.contract.dialog.mixin"
    _description = "Share a Contract"

    contract_id = fields.Many2one("customer.contract", required=True, readonly=True)
    state = fields.Selection(related="contract_id.state")
    is_editable = fields.Boolean(related="contract_id.is_editable")
    is_shared = fields.Boolean(related="contract_id.portal_published")
    commercial_partner_id = fields.Many2one(related="contract_id.commercial_partner_id")
    requester_id = fields.Many2one(
        "res.partner",
        compute="_compute_people",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('commercial_partner_id', '=', commercial_partner_id)]",
        help="The customer's contact who asked for the contract.",
    )
    observer_ids = fields.Many2many(
        "res.partner",
        string="Observers",
        compute="_compute_people",
        store=True,
        readonly=False,
        precompute=True,
        help="Colleagues of the same company who may read the contract, and nothing else.",
    )
    outsider_ids = fields.Many2many("res.partner", compute="_compute_outsiders")
    problem = fields.Text(compute="_compute_outsiders")
    hidden_document_count = fields.Integer(compute="_compute_hidden_document_count")
    share_documents = fields.Boolean(
        "All Attachments",
        help="Every document of the contract becomes visible. You can hide single ones again.",
    )
    uninvited_ids = fields.Many2many("res.partner", compute="_compute_uninvited")
    may_invite = fields.Boolean(compute="_compute_may_invite")
    invite = fields.Boolean(
        "Invite to the Portal",
        default=True,
        help="They get an account, and an e-mail to choose a password. Without one, observers "
        "read the contract by their personal link, and the requester not at all.",
    )

    @api.depends("contract_id")
    def _compute_people(self):
        for dialog in self:
            dialog.requester_id = dialog.contract_id.requester_id
            dialog.observer_ids = [Command.set(dialog.contract_id._get_observers().partner_id.ids)]

    @api.depends("contract_id", "observer_ids")
    def _compute_outsiders(self):
        for dialog in self:
            contract = dialog.contract_id
            outsiders = dialog.observer_ids.filtered(
                lambda partner, contract=contract: (
                    not contract._is_counterparty_person(partner._origin)
                )
            )
            dialog.outsider_ids = outsiders
            dialog.problem = "\n".join(
                contract._explain_outsider(partner) for partner in outsiders._origin
            )

    @api.depends("contract_id")
    def _compute_hidden_document_count(self):
        for dialog in self:
            dialog.hidden_document_count = len(
                dialog.contract_id.document_ids.filtered(
                    lambda document: not document.portal_visible
                )
            )

    @api.depends("requester_id", "observer_ids")
    def _compute_uninvited(self):
        for dialog in self:
            people = (dialog.requester_id | dialog.observer_ids)._origin
            # Whether somebody has an account does not depend on who asks.
            dialog.uninvited_ids = people.filtered(lambda partner: not partner.sudo().user_ids)

    def _compute_may_invite(self):
        self.may_invite = self.env["portal.wizard"].has_access("create")

    def action_confirm(self):
        """Share the contract with the people who were chosen.

        :return: an action that closes the dialog and tells who was told
        :rtype: dict
        :raise ValidationError: if an observer belongs to another company; the dialog
            leads to the contact
        """
        check_one(self)
        contract = self.contract_id
        before = contract._get_readers() if contract.portal_published else contract._get_nobody()
        contract.action_share_with_customer(
            requester_id=self.requester_id.id if contract._can_be_edited() else None,
            observer_ids=self.observer_ids.ids,
            share_documents=self.share_documents,
            invite=self.invite and self.may_invite,
        )
        told = contract._get_readers() - before
        if told:
            message = _(
                "The contract is visible in the portal now for %(people)s.",
                people=format_list(self.env, told.mapped("name")),
            )
        else:
            message = _("The contract is visible in the portal.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_stop(self):
        """Hide the contract from everybody who only reads it.

        :return: an action that closes the dialog
        :rtype: dict
        """
        check_one(self)
        self.contract_id.action_unshare()
        return {"type": "ir.actions.act_window_close"}

    def action_open_outsider(self):
        """Open the first contact who belongs to another company, to correct that.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        return self.outsider_ids[:1]._get_records_action(name=_("Contact"))
