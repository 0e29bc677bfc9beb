from odoo import api, models


class ReportCustomerContract(models.AbstractModel):
    """Custom fields in the report, and on the certificate who changed them."""

    _inherit = "report.customer_contract.report_customer_contract"

    @api.model
    def _prepare_print(self, contract, printed=None):
        values = super()._prepare_print(contract, printed)
        values["values"] = contract._get_listed_values(values["content"])
        return values

    @api.model
    def _prepare_completion(self, contract, printed):
        values = super()._prepare_completion(contract, printed)
        values["value_changes"] = self._prepare_value_changes(contract)
        return values

    @api.model
    def _prepare_value_changes(self, contract):
        """Prepare who confirmed and changed details, from the audit trail.

        :param recordset contract: the contract, elevated
        :return: one dictionary an act: ``who``, ``moment``, ``identity``, ``version``,
            ``accepted_by`` and ``fields``, triples of label, old and new text
        :rtype: list[dict]
        """
        acts, accepted_by = [], ""
        for event in contract.event_ids.sorted("sequence"):
            if event.event_type == "values_accepted":
                accepted_by = event.actor
            if event.event_type not in ("values_confirmed", "values_changed"):
                continue
            payload = event._get_payload()
            changed = (payload.get("details") or {}).get("fields") or {}
            acts.append(
                {
                    "who": (payload.get("participant") or {}).get("name") or event.actor,
                    "moment": self._prepare_moment(contract, event.occurred_on),
                    "identity": self._describe_identity(event.identified_by),
                    "version": (payload.get("version") or {}).get("number", ""),
                    "accepted_by": accepted_by,
                    "fields": [(label, old, new) for label, (old, new) in changed.items()],
                }
            )
            accepted_by = ""
        return acts
