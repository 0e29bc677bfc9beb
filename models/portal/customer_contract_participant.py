from odoo import models


class CustomerContractParticipant(models.Model):
    """Whom a personal link lets in."""

    _inherit = "customer.contract.participant"

    def _is_let_in(self):
        """Tell whether the person's own link may open the contract at all."""
        self.ensure_one()
        return not self.is_retired

    def _may_read_early(self):
        """Tell whether the person may read a contract that is not sent yet.

        Nobody may by itself; features that share drafts extend this.
        """
        self.ensure_one()
        return False
