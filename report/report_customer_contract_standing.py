from odoo import api, models


class ReportCustomerContract(models.AbstractModel):
    """What the certificate says about addresses that were changed after freezing."""

    _inherit = "report.customer_contract.report_customer_contract"

    @api.model
    def _prepare_signature(self, contract, content, signature, consents):
        values = super()._prepare_signature(contract, content, signature, consents)
        changes = self._prepare_address_changes(contract, signature)
        if changes:
            values["email"] = changes[-1]["new"]
        return {**values, "address_changes": changes}

    @api.model
    def _prepare_address_changes(self, contract, signature):
        """Prepare the acts by which a signer's request went to another address.

        :param recordset contract: the contract
        :param recordset signature: the signature
        :return: ``old``, ``new``, ``who``, ``reason``, ``text`` and ``moment`` of each, oldest
            first
        :rtype: list[dict]
        """
        changes = []
        number = signature.version_id.number
        for event in contract.event_ids.sorted("sequence"):
            if event.event_type != "address_corrected":
                continue
            payload = event._get_payload()
            details = payload.get("details") or {}
            is_theirs = (payload.get("participant") or {}).get("id") == signature.participant_id.id
            is_before = event.occurred_on <= signature.signed_on
            if is_theirs and is_before and (payload.get("version") or {}).get("number") == number:
                change = {
                    "old": details.get("old", ""),
                    "new": details.get("new", ""),
                    "reason": details.get("reason", ""),
                    "who": event.actor,
                }
                text = self.env._(
                    "Changed after the contract was frozen, from %(old)s to %(new)s, by "
                    "%(who)s: “%(reason)s”",
                    **change,
                )
                moment = self._prepare_moment(contract, event.occurred_on)
                changes.append({**change, "text": text, "moment": moment})
        return changes
