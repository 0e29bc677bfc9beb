from odoo import _, models


class CustomerContract(models.Model):
    """Whether those who signed for the counterparty could still bind it."""

    _inherit = "customer.contract"

    def _record_signature(self, participant, values, identified_by, details=None):
        signature = super()._record_signature(participant, values, identified_by, details=details)
        # Authorities expire and rates change while a contract is out. Customers are not
        # kept from signing by what the company has registered about them.
        if participant.party == "counterparty":
            self._doubt_signature(participant)
        return signature

    def _doubt_signature(self, participant):
        """Tell the manager when what is registered does not cover a signature.

        :param recordset participant: who signed for the counterparty, elevated
        """
        self.ensure_one()
        kind, doubt = self.env["customer.contract.authority"]._find_doubt(
            self, participant.partner_id
        )
        if kind in ("expired", "amount"):
            self._log_event("authority_doubted", details={"doubt": doubt}, participant=participant)
            self._tell_manager(
                _(
                    "%(person)s has signed. %(doubt)s",
                    person=participant.partner_id.name,
                    doubt=doubt,
                )
            )
