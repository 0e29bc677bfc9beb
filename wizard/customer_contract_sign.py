from odoo import _, api, fields, models

from odoo.addons.base.models.res_users import check_identity

from ..utils import TypedChar, check_one


class CustomerContractSign(models.TransientModel):
    """The dialog in which an employee signs for the company."""

    _name = "customer.contract.sign"
    _inherit = "customer.contract.dialog.mixin"
    _description = "Sign a Contract"

    contract_id = fields.Many2one("customer.contract", required=True, readonly=True)
    is_sent_next = fields.Boolean(readonly=True, help="Whether the mail to send it follows.")
    explanation = fields.Char(compute="_compute_act")
    act = fields.Char(compute="_compute_act")
    signed_by = TypedChar("Full Name", required=True, default=lambda self: self.env.user.name)
    signature = fields.Binary(
        attachment=False, default=lambda self: self._get_remembered_signature()
    )
    remember = fields.Boolean(
        "Remember my signature for the next time",
        default=lambda self: bool(self._get_remembered_signature()),
    )

    @api.depends("contract_id")
    def _compute_act(self):
        for dialog in self:
            contract = dialog.contract_id
            dialog.act = contract._get_signing_intent()
            dialog.explanation = _(
                "You sign “%(title)s” with %(counterparty)s for %(company)s, in your own name. "
                "What is signed is frozen: it changes only by a new version.",
                title=contract.title,
                counterparty=contract.partner_id.display_name,
                company=contract.company_id.name,
            )

    @api.model
    def _get_remembered_signature(self):
        """Return the user's own signature, if the user asked to remember it."""
        # The field is closed to everybody, so that nobody reads another's signature.
        return self.env.user.sudo().contract_signature

    def action_sign(self):
        """Sign, after the identity check if a company demands one.

        :return: an action that closes the dialog and tells what was signed of several, goes on
            with the mail, or asks for the password
        :rtype: dict
        :raise UserError: if the signature cannot be recorded
        """
        check_one(self)
        if any(self._get_contracts().company_id.mapped("contract_confirm_identity")):
            return self._sign_with_identity_check()
        return self._sign()

    def _get_contracts(self):
        """Return what the dialog was opened to sign.

        :rtype: recordset of `customer.contract`
        """
        return self.contract_id

    @check_identity
    def _sign_with_identity_check(self):
        """Sign once the user's identity is confirmed."""
        return self._sign()

    def _sign(self):
        """Record the signature, and remember or forget it as the user chose."""
        following = self._record(self.signature and self.signature.decode())
        # Only the user's own signature is written here.
        self.env.user.sudo().contract_signature = self.signature if self.remember else False
        return following

    def _record(self, picture):
        """Record the signature.

        :param str picture: the drawn signature, in base64
        :return: the action that follows
        :rtype: dict
        """
        self.contract_id.action_sign_as_manager(picture, signed_by=self.signed_by)
        return self._get_next_action()

    def _get_next_action(self):
        """Return what follows the signature: the mail to whoever is next, or nothing.

        :return: an action
        :rtype: dict
        """
        contract = self.contract_id
        if self.is_sent_next and contract.state == "draft" and contract.has_access("write"):
            return contract.action_open_send()
        return {"type": "ir.actions.act_window_close"}
