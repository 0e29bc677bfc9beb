from odoo import api, fields, models

from ...utils import check_one


class CustomerContract(models.Model):
    """Files become visible with their contract, if it says so."""

    _inherit = "customer.contract"

    shows_documents = fields.Boolean(
        "Files and Annexes",
        compute="_compute_shows_documents",
        readonly=False,
        groups="base.group_user",
        help="Files that go with the contract, or are annexes of it.",
    )

    @api.depends("document_ids")
    def _compute_shows_documents(self):
        """Show what the contract uses; the form shows it as well to whoever asks for it."""
        for contract in self:
            contract.shows_documents = bool(contract.document_ids)

    def write(self, vals):
        hidden = self.filtered(lambda contract: not contract.portal_published)
        result = super().write(vals)
        shared = hidden.filtered(lambda contract: contract.portal_published)
        # Whoever makes the contract visible need not be somebody who may change files.
        shared.sudo().filtered("documents_visible")._show_documents()
        return result

    def _show_documents(self):
        """Make all files of contracts visible in the portal.

        :return: those that were not
        :rtype: recordset of `customer.contract.document`
        """
        hidden = self.document_ids.filtered(lambda document: not document.portal_visible)
        hidden.action_show()
        return hidden

    def action_view_document_list(self):
        """Open the files of one contract.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_contract.customer_contract_document_action"
        )
        return {
            **action,
            "domain": [("contract_id", "=", self.id)],
            "context": {"search_default_group_by_folder": 1},
        }
