from odoo import _, api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ...const import ASKING_STATES


class ResPartner(models.Model):
    """Which contacts may sign contracts electronically."""

    _inherit = "res.partner"

    contract_esign_permission = fields.Selection(
        [("allowed", "Allowed"), ("paper", "On Paper Only")],
        "E-Sign Contracts",
        tracking=True,
        copy=False,
        help="Whether this person may sign contracts electronically. Left empty, the "
        "company's setting decides.",
    )
    contract_esign_allowed = fields.Boolean(
        "May E-Sign",
        compute="_compute_contract_esign_allowed",
        search="_search_contract_esign_allowed",
        help="Whether the person may sign the current company's contracts electronically.",
    )
    is_contract_signer = fields.Boolean(
        "Signs Contracts",
        compute="_compute_is_contract_signer",
        search="_search_is_contract_signer",
        help="Is named as signer of a contract, or has an account to sign with.",
    )
    is_contract_rights_manager = fields.Boolean(compute="_compute_is_contract_rights_manager")

    @api.depends("contract_esign_permission")
    @api.depends_context("company")
    def _compute_contract_esign_allowed(self):
        for partner in self:
            partner.contract_esign_allowed = partner._may_esign_contracts(self.env.company)

    def _search_contract_esign_allowed(self, operator, value):
        if operator != "in":
            return NotImplemented
        wanted = ["allowed"]
        if self.env.company.contract_esign_default:
            wanted.append(False)
        return [("contract_esign_permission", "in", wanted)]

    def _compute_is_contract_signer(self):
        signers = self.search([("id", "in", self.ids), ("is_contract_signer", "=", True)])
        for partner in self:
            partner.is_contract_signer = partner in signers

    def _search_is_contract_signer(self, operator, value):
        if operator != "in":
            return NotImplemented
        # Who signs contracts is known to whoever is in charge of that right.
        participants_sudo = self.env["customer.contract.participant"].sudo()
        signers = participants_sudo._search([("role", "=", "signer")])
        return Domain("user_ids", "!=", False) | Domain("id", "in", signers.subselect("partner_id"))

    @api.depends_context("uid")
    def _compute_is_contract_rights_manager(self):
        self.is_contract_rights_manager = self._may_grant_esign()

    @api.model_create_multi
    def create(self, vals_list):
        if self._may_grant_esign():
            return super().create(vals_list)
        prepared = []
        for values in vals_list:
            if values.get("contract_esign_permission"):
                self._check_may_grant_esign()
            # so that a default of the caller's context grants nothing
            prepared.append({**values, "contract_esign_permission": False})
        return super().create(prepared)

    def write(self, vals):
        if "contract_esign_permission" not in vals:
            return super().write(vals)
        changed = self.filtered(
            lambda partner: (
                partner.contract_esign_permission != (vals["contract_esign_permission"] or False)
            )
        )
        if changed:
            self._check_may_grant_esign()
        result = super().write(vals)
        # Whoever changes the permission need not see all contracts it concerns.
        participants_sudo = (
            self.env["customer.contract.participant"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", changed.ids),
                    ("contract_id.state", "in", (*ASKING_STATES, "disputed")),
                ]
            )
        )
        participants_sudo._align_channel()
        return result

    # === ACTION METHODS === #

    def action_allow_esign(self):
        """Allow contacts to sign contracts electronically.

        :return: True
        :rtype: bool
        :raise AccessError: if the user is not in charge of that
        """
        return self._set_esign_permission("allowed")

    def action_require_paper(self):
        """Have contacts sign contracts on paper only.

        :return: True
        :rtype: bool
        :raise AccessError: if the user is not in charge of that
        """
        return self._set_esign_permission("paper")

    def _set_esign_permission(self, permission):
        """Set the permission, also for contacts whose other data the user may not edit.

        :param str permission: ``allowed`` or ``paper``
        :return: True
        :rtype: bool
        :raise AccessError: if the user is not in charge of that
        """
        self._check_may_grant_esign()
        self.check_access("read")
        # Who is in charge of this right need not have rights on contacts.
        self.sudo().contract_esign_permission = permission
        return True

    @api.model
    def _may_grant_esign(self):
        """Tell whether the user is in charge of who may sign electronically."""
        user = self.env.user
        return (
            self.env.su
            or user.has_group("customer_contract.group_contract_manager")
            or user.has_group("base.group_erp_manager")
        )

    @api.model
    def _check_may_grant_esign(self):
        """Refuse whoever is not in charge of who may sign electronically.

        :raise AccessError: if the user is not
        """
        if not self._may_grant_esign():
            raise AccessError(
                _("Only contract administrators decide who may sign contracts electronically.")
            )

    def _may_esign_contracts(self, company):
        """Tell whether the person may sign a company's contracts electronically.

        :param recordset company: the `res.company`
        """
        self.ensure_one()
        if self.contract_esign_permission:
            return self.contract_esign_permission == "allowed"
        return company.contract_esign_default
