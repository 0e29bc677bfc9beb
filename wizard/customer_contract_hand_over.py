import base64
import io

import qrcode
from markupsafe import Markup

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..utils import check_one

ADDRESS_KEY = "customer_contract_in_person_address"


class CustomerContractHandOver(models.TransientModel):
    """The dialog with which an employee hands a device over to a signer."""

    _name = "customer.contract.hand.over"
    _inherit = "customer.contract.dialog.mixin"
    _description = "Hand Over to Sign in Person"

    contract_id = fields.Many2one("customer.contract", required=True, readonly=True)
    candidate_ids = fields.Many2many(
        "customer.contract.participant", compute="_compute_candidate_ids"
    )
    participant_id = fields.Many2one(
        "customer.contract.participant",
        "Signer",
        required=True,
        domain="[('id', 'in', candidate_ids)]",
    )
    # The address holds a token: it is shown, and stored nowhere.
    address = fields.Char(compute="_compute_address")
    qr_code = fields.Html("QR Code", compute="_compute_address", sanitize=False)

    @api.depends("contract_id")
    def _compute_candidate_ids(self):
        for dialog in self:
            dialog.candidate_ids = dialog.contract_id._get_in_person_signers()

    @api.depends_context(ADDRESS_KEY)
    def _compute_address(self):
        address = self.env.context.get(ADDRESS_KEY) or False
        picture = False
        if address:
            output = io.BytesIO()
            qrcode.make(address, box_size=5, border=2).save(output, format="PNG")
            picture = Markup('<img src="%s" alt="%s" class="d-block mx-auto"/>') % (
                f"data:image/png;base64,{base64.b64encode(output.getvalue()).decode()}",
                _("QR code that opens the contract on another device"),
            )
        self.address = address
        self.qr_code = picture

    def action_prepare(self):
        """Prepare the handover and show how to open it.

        :return: an action
        :rtype: dict
        :raise UserError: if the person cannot sign in person
        """
        check_one(self)
        if self.participant_id not in self.contract_id.participant_ids:
            raise UserError(_("You cannot hand this over."))
        address = self.contract_id._hand_over(self.participant_id)
        return {
            "type": "ir.actions.act_window",
            "name": _("Sign in Person"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {ADDRESS_KEY: address},
        }

    def action_open_here(self):
        """Open it on this device, which logs the user out.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        return {"type": "ir.actions.act_url", "url": self.address, "target": "self"}
