import json

from odoo import fields, models

from ...utils import check_one
from .customer_contract_rows import find_read_rows


class CustomerContractVersion(models.Model):
    """What was frozen: the canonical content and the PDF made from it."""

    _name = "customer.contract.version"
    _inherit = "customer.contract.evidence.mixin"
    _description = "Contract Version"
    _order = "contract_id, number desc"
    _rec_name = "number"
    _log_access = False

    contract_id = fields.Many2one(
        "customer.contract", required=True, index=True, ondelete="cascade"
    )
    number = fields.Integer(required=True)
    content = fields.Text(required=True, help="Canonical JSON.")
    content_digest = fields.Char("SHA-256", required=True, index=True)
    pdf_attachment_id = fields.Many2one("ir.attachment", "PDF", required=True, ondelete="restrict")
    pdf_digest = fields.Char("PDF's SHA-256", required=True, index=True)
    frozen_on = fields.Datetime(required=True)
    frozen_by = fields.Char()
    _number_unique = models.UniqueIndex(
        "(contract_id, number)", "A contract's versions have distinct numbers."
    )

    def action_download(self):
        """Download the PDF that was frozen.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.pdf_attachment_id.id}?download=true",
            "target": "download",
        }

    def _get_content(self):
        """Return the frozen content.

        :rtype: dict
        """
        self.ensure_one()
        rows = find_read_rows(self.env)
        if rows:  # it is checked: several checks look at it
            return rows.remember((self._name, self.id), lambda: json.loads(self.content))
        return json.loads(self.content)

    def _get_short_digest(self):
        """Return the digest's first digits, in groups of four, as it is printed."""
        self.ensure_one()
        return " ".join(self.content_digest[start : start + 4] for start in range(0, 16, 4))
