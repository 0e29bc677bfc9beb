from odoo import _, fields, models

from ..const import INTEGRITY_RESULTS


class CustomerContractIntegrityReport(models.TransientModel):
    """What a check of contracts' evidence found, for the person who asked for it."""

    _name = "customer.contract.integrity.report"
    _inherit = "customer.contract.dialog.mixin"
    _description = "Result of a Check of Contracts' Evidence"

    line_ids = fields.One2many("customer.contract.integrity.report.line", "report_id", "Checks")
    contract_count = fields.Integer(compute="_compute_counts")
    damage_count = fields.Integer(compute="_compute_counts")
    pending_count = fields.Integer(compute="_compute_counts")

    def _compute_counts(self):
        for report in self:
            report.contract_count = len(report.line_ids.contract_id)
            damaged = report.line_ids.filtered(lambda line: line.result == "damaged")
            report.damage_count = len(damaged.contract_id)
            pending = report.line_ids.filtered(lambda line: line.result == "pending")
            report.pending_count = len(pending.contract_id - damaged.contract_id)

    def _add(self, contract, result):
        """Add the result for one contract.

        :param recordset contract: the `customer.contract`
        :param dict result: what its ``verify_integrity`` returned
        """
        self.ensure_one()
        self.env["customer.contract.integrity.report.line"].create(
            [
                {
                    "report_id": self.id,
                    "contract_id": contract.id,
                    "name": self._get_label(check["name"]),
                    "result": INTEGRITY_RESULTS[check["state"]],
                    "detail": check["detail"],
                }
                for check in result["checks"]
            ]
        )

    def _get_label(self, name):
        """Return what was checked, in words.

        :param str name: the check's name
        :rtype: str
        """
        kind, _separator, rest = name.partition(" ")
        labels = {
            "trail": _("Audit trail: complete, in order, unchanged"),
            "versions": _("No version is missing"),
            "version": _("Version %(number)s: content and PDF", number=rest),
            "signature": _("Signature of %(person)s", person=rest),
            "annex": _("Annex %(name)s", name=rest),
            "signed": _("Signed contract as stored"),
            "attached": _("Evidence inside the signed contract"),
            "seal": _("Seal of the signed contract"),
            "daily": _("Audit trail as recorded day by day"),
            "signatures": _("Acts of signing"),
            "manifest": _("Every file is there, and no other"),
            "annexes": _("Files that are part of the contract"),
            "papers": _("Files in which signed papers came"),
            "consents": _("What signers agreed to"),
        }
        return labels.get(kind, name)

    def _open(self):
        """Show the report.

        :return: an action
        :rtype: dict
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Check of Evidence"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
