from odoo import models

MOST_REFUSALS = 5
SECONDS = 60 * 60
# Those left out are told with the next one that is recorded, within this time.
SECONDS_LEFT_OUT = 90 * 24 * 60 * 60


class CustomerContract(models.Model):
    """What was tried and refused, as far as the trail has room for it.

    Nobody can be kept from trying again and again. Of each person the first tries of an
    hour are recorded; the others are counted, and the next event that is recorded tells
    how many there were.
    """

    _inherit = "customer.contract"

    def _log_refusal(self, who, details, actor=None):
        """Record that something was tried and refused, unless it is one try of many.

        :param str who: whose tries these are, by which they are counted
        :param dict details: what the event tells
        :param Actor actor: the participant who tried, if it is one
        :return: whether an event was recorded
        :rtype: bool
        """
        self.ensure_one()
        # Nobody has rights on what is counted.
        limits_sudo = self.env["customer.contract.rate.limit"].sudo()
        key = f"{self.id} {who}"
        if not limits_sudo._allow("refusal", key, MOST_REFUSALS, SECONDS):
            limits_sudo._insert("refusal_left_out", key, SECONDS_LEFT_OUT)
            return False
        left_out = limits_sudo._take("refusal_left_out", key)
        if left_out:
            details = {**details, "not_listed_before": left_out}
        self._log_event("refused", details=details, actor=actor)
        return True
