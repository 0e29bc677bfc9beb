from odoo import models


class MailTrackingValue(models.Model):
    _inherit = "mail.tracking.value"

    def _filter_free_field_access(self):
        Rule = self.env["customer.contract.field.rule"]
        return (
            super()
            ._filter_free_field_access()
            .filtered(
                lambda tracking: (
                    tracking.field_id.name
                    not in Rule._get_hidden_from_somebody(tracking.field_id.model)
                )
            )
        )
