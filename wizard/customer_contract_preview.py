from odoo import api, fields, models

from ..utils import check_one


class CustomerContractPreview(models.TransientModel):
    """Asks as whom the contract's portal page is to be seen."""

    _name = "customer.contract.preview"
    _inherit = "customer.contract.dialog.mixin"
    _description = "Preview a Contract as Somebody Else"

    contract_id = fields.Many2one("customer.contract", required=True, readonly=True)
    person_ids = fields.Many2many("res.partner", compute="_compute_person_ids")
    partner_id = fields.Many2one(
        "res.partner",
        "Preview as",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        domain="[('id', 'in', person_ids)]",
    )
    part = fields.Char(compute="_compute_part")

    @api.depends("contract_id")
    def _compute_person_ids(self):
        for dialog in self:
            dialog.person_ids = dialog.contract_id._get_preview_people()

    @api.depends("contract_id")
    def _compute_partner_id(self):
        for dialog in self:
            contract = dialog.contract_id
            dialog.partner_id = contract.requester_id or contract._get_preview_people()[:1]

    @api.depends("partner_id")
    def _compute_part(self):
        for dialog in self:
            dialog.part = dialog.contract_id._describe_part(dialog.partner_id)

    def action_confirm(self):
        """Open the page as the chosen person sees it.

        :return: an action that opens the page
        :rtype: dict
        """
        check_one(self)
        return self.contract_id.action_preview_as(self.partner_id.id)
