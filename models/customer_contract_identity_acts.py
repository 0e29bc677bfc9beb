from odoo import models


class CustomerContract(models.Model):
    """Whoever objects is identified as surely as whoever signs."""

    _inherit = "customer.contract"

    def _send_back(self, participant, reason, identified_by):
        self._check_identified(participant, identified_by)
        return super()._send_back(participant, reason, identified_by)

    def _decline(self, participant, reason, identified_by):
        self._check_identified(participant, identified_by)
        return super()._decline(participant, reason, identified_by)

    def _dispute(self, participant, reason, identified_by, category=None, clause=None, files=()):
        self._check_identified(participant, identified_by)
        return super()._dispute(
            participant, reason, identified_by, category=category, clause=clause, files=files
        )
