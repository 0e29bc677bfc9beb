from odoo import Command, api, fields, models
from odoo.fields import Domain


class ResUsers(models.Model):
    """Who may sign contracts electronically for the company."""

    _inherit = "res.users"

    contract_esign_right = fields.Boolean(
        "Allow E-Sign",
        compute="_compute_contract_esign_right",
        inverse="_inverse_contract_esign_right",
        search="_search_contract_esign_right",
        help="Has the right to sign contracts electronically for the company.",
    )

    @api.depends("group_ids")
    def _compute_contract_esign_right(self):
        for user in self:
            user.contract_esign_right = user.has_group("customer_contract.group_contract_esign")

    def _inverse_contract_esign_right(self):
        # Written with the user's own rights: only those who manage users may.
        group = self.env.ref("customer_contract.group_contract_esign")
        for user in self:
            command = Command.link if user.contract_esign_right else Command.unlink
            user.write({"group_ids": [command(group.id)]})

    def _search_contract_esign_right(self, operator, value):
        if operator != "in":
            return NotImplemented
        group = self.env.ref("customer_contract.group_contract_esign")
        return Domain("all_group_ids", "in", group.ids)

    def _may_esign_for_company(self, company=None):
        """Tell whether the user may sign contracts for a company now.

        :param recordset company: the `res.company`; any if left out
        """
        return (
            len(self) == 1
            and self.active
            and not self.share
            and (not company or company in self.company_ids)
            and self.has_group("customer_contract.group_contract_esign")
        )
