from odoo import api, fields, models

from ...utils import check_one


class ResPartner(models.Model):
    _inherit = "res.partner"

    contract_ids = fields.One2many(
        "customer.contract", "partner_id", "Contracts", groups="base.group_user"
    )
    contract_count = fields.Integer(
        compute="_compute_contract_count",
        groups="customer_contract.group_contract_user",
    )

    @api.depends_context("uid")
    def _compute_contract_count(self):
        counts = self.env["customer.contract"]._read_group(
            [("partner_id", "child_of", self.ids)], ["partner_id"], ["__count"]
        )
        self.contract_count = 0
        for counterparty, count in counts:
            while counterparty:
                if counterparty in self:
                    counterparty.contract_count += count
                counterparty = counterparty.parent_id

    def action_view_contracts(self):
        """Open the contracts with a partner and its contacts.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_contract.customer_contract_action"
        )
        action["domain"] = [("partner_id", "child_of", self.id)]
        action["context"] = {"default_partner_id": self.id}
        return action
