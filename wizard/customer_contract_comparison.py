from odoo import api, fields, models


class CustomerContractComparison(models.TransientModel):
    """Two versions of a contract side by side."""

    _name = "customer.contract.comparison"
    _inherit = "customer.contract.dialog.mixin"
    _description = "Comparison of Contract Versions"

    contract_id = fields.Many2one("customer.contract", required=True, readonly=True)
    old_version_id = fields.Many2one(
        "customer.contract.version",
        "Version",
        required=True,
        domain="[('contract_id', '=', contract_id)]",
    )
    new_version_id = fields.Many2one(
        "customer.contract.version",
        "Compared With",
        domain="[('contract_id', '=', contract_id)]",
        help="Empty: the contract as it is being written.",
    )
    comparison = fields.Html(
        compute="_compute_comparison", sanitize=False, string="What Has Changed"
    )

    @api.depends("contract_id", "old_version_id", "new_version_id")
    def _compute_comparison(self):
        for dialog in self:
            contract, old, new = dialog.contract_id, dialog.old_version_id, dialog.new_version_id
            # Ids come from the browser.
            contract.check_access("read")
            versions = contract.version_ids
            if old not in versions or (new and new not in versions):
                dialog.comparison = False
                continue
            content = (
                new._get_content()
                if new
                else contract._prepare_content(max(versions.mapped("number")) + 1)
            )
            dialog.comparison = self.env["ir.qweb"]._render(
                "customer_contract.contract_comparison",
                {
                    "rows": contract._compare_side_by_side(old._get_content(), content),
                    "old_number": old.number,
                    "new_number": new.number or self.env._("in preparation"),
                },
            )
