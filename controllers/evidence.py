import csv
import io
import json

from werkzeug.exceptions import NotFound

from odoo.exceptions import AccessError, MissingError
from odoo.http import content_disposition, request, route

from .access import PRIVATE_HEADERS, may_read_replica
from .portal import CustomerContractPortal

# Spreadsheet programs take a cell that starts so for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class CustomerContractEvidence(CustomerContractPortal):
    """The evidence of a contract, for those who may read it in the back office."""

    @route(
        "/contract/<int:contract_id>/evidence",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=may_read_replica,
    )
    def download_evidence(self, contract_id, **kwargs):
        """Download the evidence bundle."""
        contract = self._get_audited_contract(contract_id)
        bundle = contract._export_evidence_bundle()
        return self._make_evidence_file(
            bundle, contract._get_evidence_bundle_name(), "application/zip"
        )

    @route(
        "/contract/<int:contract_id>/trail",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=may_read_replica,
    )
    def download_trail(self, contract_id, format="csv", **kwargs):
        """Download the audit trail, for people (CSV) or for programs (JSON)."""
        contract = self._get_audited_contract(contract_id)
        name = f"{contract._get_file_stem()} audit trail"
        if format == "json":
            content = json.dumps(contract.get_audit_trail(), indent=1, ensure_ascii=False)
            name, mimetype = f"{name}.json", "application/json"
        elif format == "csv":
            content = self._make_evidence_table(contract.get_readable_audit_trail())
            name, mimetype = f"{name}.csv", "text/csv;charset=utf-8"
        else:
            raise NotFound()
        contract._log_event("trail_exported", details={"format": format})
        return self._make_evidence_file(content.encode(), name, mimetype)

    def _get_audited_contract(self, contract_id):
        """Return a contract whose evidence the user may have.

        Contracts that do not exist and contracts of others get the same answer.

        :param int contract_id: the contract's id
        :rtype: recordset of `customer.contract`
        """
        contract = request.env["customer.contract"].browse(contract_id)
        try:
            contract._check_may_audit()
        except (AccessError, MissingError) as error:
            raise NotFound() from error
        return contract

    def _make_evidence_table(self, rows):
        """Return rows as CSV that spreadsheet programs read as text only.

        :param list[dict] rows: the rows
        :rtype: str
        """
        output = io.StringIO()
        output.write("\ufeff")  # tells spreadsheet programs that this is UTF-8
        writer = csv.DictWriter(output, fieldnames=list(rows[0]))
        writer.writeheader()
        for row in rows:
            writer.writerow(
                {
                    name: f"'{value}" if str(value).startswith(FORMULA_STARTS) else value
                    for name, value in row.items()
                }
            )
        return output.getvalue()

    def _make_evidence_file(self, content, name, mimetype):
        """Answer with a file that no cache keeps.

        :param bytes content: the file
        :param str name: its name
        :param str mimetype: its kind
        :rtype: odoo.http.Response
        """
        return request.make_response(
            content,
            headers=[
                ("Content-Type", mimetype),
                ("Content-Disposition", content_disposition(name)),
                ("Content-Length", len(content)),
                *PRIVATE_HEADERS.items(),
            ],
        )
