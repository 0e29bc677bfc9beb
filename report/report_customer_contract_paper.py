from odoo import api, models
from odoo.tools import format_date

from .report_customer_contract import read_style_sheets

STYLE_SHEET = "customer_contract/static/src/paper/report/contract_paper.css"


class ReportCustomerContract(models.AbstractModel):
    """The contract as it is printed to be signed by hand, and as it was."""

    _inherit = "report.customer_contract.report_customer_contract"

    @api.model
    def _get_report_values(self, docids, data=None):
        values = super()._get_report_values(docids, data)
        values["style_sheet"] += read_style_sheets(STYLE_SHEET)
        return values

    @api.model
    def _prepare_print(self, contract, printed=None):
        values = super()._prepare_print(contract, printed)
        if printed and printed.is_paper:
            values.update(is_paper=True, watermark="")
        return values

    @api.model
    def _prepare_signer_rows(self, contract, places, language):
        rows = super()._prepare_signer_rows(contract, places, language)
        for row in rows:
            for block in row:
                block["signed_date"] = format_date(
                    self.env, block["signature"].signed_date, lang_code=language
                )
        return rows

    @api.model
    def _prepare_signature(self, contract, content, signature, consents):
        values = super()._prepare_signature(contract, content, signature, consents)
        values["paper"] = self._prepare_paper(signature.paper_id) if signature.paper_id else None
        return values

    @api.model
    def _prepare_paper(self, paper):
        """Prepare what the certificate says about a signature by hand.

        :param recordset paper: the accepted `customer.contract.paper`
        :rtype: dict
        """
        paper = paper.with_context(lang=self.env.lang)
        labels = dict(paper._fields["check_state"]._description_selection(self.env))
        return {
            "dated": format_date(self.env, paper.signed_date),
            "pages": len(paper.page_ids),
            "receipt": paper._describe_receipt(),
            "check": labels[paper.check_state],
            "decided_by": paper.decided_by,
            "reason": paper.decision_reason,
        }
