from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..utils import TypedChar, check_one


class CustomerContractPaperReceive(models.TransientModel):
    """Takes in a signed paper that arrived by post, mail or hand."""

    _name = "customer.contract.paper.receive"
    _inherit = "customer.contract.dialog.mixin"
    _description = "Take In a Signed Paper"

    contract_id = fields.Many2one("customer.contract", required=True)
    possible_participant_ids = fields.Many2many(
        "customer.contract.participant", compute="_compute_possible_participant_ids"
    )
    participant_id = fields.Many2one(
        "customer.contract.participant",
        "Signed By",
        required=True,
        compute="_compute_participant_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('id', 'in', possible_participant_ids)]",
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Scan")
    signed_by = TypedChar(
        "Name on Paper",
        required=True,
        compute="_compute_from_participant",
        store=True,
        readonly=False,
        precompute=True,
    )
    capacity = TypedChar(
        "Capacity on Paper",
        compute="_compute_from_participant",
        store=True,
        readonly=False,
        precompute=True,
    )
    signed_date = fields.Date("Date on Paper", required=True)
    received_through = fields.Selection(
        [("post", "Post"), ("email", "E-mail"), ("person", "In Person")],
        "Arrived By",
        required=True,
        default="post",
    )
    received_on = fields.Date("Arrived On", required=True, default=fields.Date.context_today)

    @api.depends("contract_id")
    def _compute_possible_participant_ids(self):
        for wizard in self:
            wizard.possible_participant_ids = wizard.contract_id.participant_ids.filtered(
                lambda person: person._can_choose_paper()
            )

    @api.depends("contract_id")
    def _compute_participant_id(self):
        for wizard in self:
            possible = wizard.possible_participant_ids._origin
            wizard.participant_id = possible if len(possible) == 1 else False

    @api.depends("participant_id")
    def _compute_from_participant(self):
        for wizard in self:
            wizard.signed_by = wizard.participant_id.partner_id.name
            wizard.capacity = wizard.participant_id.capacity

    def action_confirm(self):
        """Take in the paper and show it beside its version.

        :return: an action
        :rtype: dict
        :raise UserError: if there is no file, or one is refused
        """
        check_one(self)
        if not self.attachment_ids:
            raise UserError(_("Please add the scan of the signed paper."))
        if self.received_on > fields.Date.context_today(self):
            raise UserError(_("The paper cannot have arrived in the future."))
        # The files were uploaded into this dialog by the user.
        files = [(file.name, file.raw) for file in self.attachment_ids]
        paper = self.contract_id._receive_paper(
            self.participant_id,
            files,
            {
                "signed_by": self.contract_id._clean_name(self.signed_by),
                "capacity": self.capacity,
                "signed_date": self.signed_date,
                "received_through": self.received_through,
                "received_on": self.received_on,
            },
        )
        self.attachment_ids.unlink()
        return paper._get_form_action()
