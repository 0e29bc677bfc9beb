from odoo import _, api, models

from .customer_contract_field_rule import RULED_MODELS


class CustomerContractEvent(models.Model):
    """Events tell old and new values, also of fields that rules hide."""

    _inherit = "customer.contract.event"

    @api.depends_context("uid")
    def _compute_from_payload(self):
        super()._compute_from_payload()

    @api.model
    def _get_field_restrictions(self):
        """Return what is closed to the current user, as for contracts.

        :return: the payload, for those from whom any field of contracts is hidden
        :rtype: dict
        """
        if not any(
            hidden
            for name in RULED_MODELS
            for hidden, _closed in self.env[name]._get_field_restrictions().values()
        ):
            return {}
        states = self.env["customer.contract.field.rule"]._get_all_states()
        return {"payload": (states, states)}

    @api.model
    def _has_field_access(self, field, operation):
        return super()._has_field_access(field, operation) and (
            operation != "read" or field.name not in self._get_field_restrictions()
        )

    def _get_payload(self):
        # The payload as such is closed to those from whom fields are hidden.
        payload = super(CustomerContractEvent, self.sudo())._get_payload()
        details = payload.get("details")
        if not details or not self._get_field_restrictions():
            return payload
        if "fields" in details:
            closed = _("not shown")
            values = {name: [closed, closed] for name in details["fields"]}
            payload["details"] = {**details, "fields": values}
        elif self.event_type.startswith("milestone"):
            payload["details"] = {"values": _("not shown")}
        return payload
