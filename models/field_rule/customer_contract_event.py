from odoo import _, api, models


class CustomerContractEvent(models.Model):
    """Events tell old and new values, also of fields that rules hide."""

    _inherit = "customer.contract.event"

    @api.depends_context("uid")
    def _compute_from_payload(self):
        super()._compute_from_payload()

    def _get_payload(self):
        # The payload as such is closed to those from whom fields are hidden.
        payload = super(CustomerContractEvent, self.sudo())._get_payload()
        details = payload.get("details")
        if not details or self.env["customer.contract.field.rule"]._sees_everything():
            return payload
        if "fields" in details:
            closed = _("not shown")
            values = {name: [closed, closed] for name in details["fields"]}
            payload["details"] = {**details, "fields": values}
        elif self.event_type.startswith("milestone"):
            payload["details"] = {"values": _("not shown")}
        return payload
