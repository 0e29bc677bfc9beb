from odoo import models


class CustomerContractMilestone(models.Model):
    """What people do with milestones."""

    _inherit = "customer.contract.milestone"

    def action_start(self):
        """Begin to work on milestones.

        :return: True
        :rtype: bool
        """
        return self.write({"progress": "in_progress"})

    def action_reach(self):
        """Tell that milestones are reached today.

        :return: True
        :rtype: bool
        """
        return self.write({"progress": "reached"})

    def action_cancel(self):
        """Give milestones up.

        :return: True
        :rtype: bool
        """
        return self.write({"progress": "cancelled"})

    def action_reopen(self):
        """Take milestones up again that were reached or given up.

        :return: True
        :rtype: bool
        """
        return self.write({"progress": "planned"})

    def action_show(self):
        """Let the parties see milestones in the portal.

        :return: True
        :rtype: bool
        """
        return self.write({"portal_visible": True})

    def action_hide(self):
        """Keep milestones from the parties.

        :return: True
        :rtype: bool
        """
        return self.write({"portal_visible": False})
