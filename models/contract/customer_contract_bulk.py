from odoo import _, models
from odoo.exceptions import UserError
from odoo.tools import format_list


class CustomerContract(models.Model):
    """Acts on several contracts: what fails for one leaves the others alone.

    Each contract is acted on by the same public method as it is alone, with all its checks.
    At the end the user is told once what was done, what was not, and why.
    """

    _inherit = "customer.contract"

    def action_approve_many(self):
        """Approve those of the contracts that wait for the user's approval.

        :return: an action that tells what was done, and what not
        :rtype: dict
        :raise UserError: if none could be approved
        """
        return self._act_on_each(lambda contract: contract.action_approve())

    def action_send_many(self):
        """Send those of the contracts that can be sent, or submit them for approval.

        :return: an action that tells what was done, and what not
        :rtype: dict
        :raise UserError: if none could be sent
        """
        self.check_access("write")
        return self._act_on_each(lambda contract: contract._send_first())

    def action_archive(self):
        """Archive contracts; of several, those that can be.

        :return: nothing for one; for several, an action that tells what was done, and what not
        :rtype: dict | None
        :raise UserError: if none could be archived
        """
        if len(self) <= 1:
            return super().action_archive()
        return self._act_on_each(lambda contract: contract.action_archive())

    def _send_first(self):
        """Send a contract that was not sent yet: a reminder is another act."""
        self.ensure_one()
        self._check_state("draft", "approval")
        self._submit_or_send()

    def _act_on_each(self, act):
        """Do something with each of the contracts, and tell what became of it.

        :param callable act: takes one contract; it raises an error to refuse
        :return: an action
        :rtype: dict
        :raise UserError: if it was done for none of them
        """
        done, problems = [], []
        for contract in self:
            try:
                with self.env.cr.savepoint():
                    act(contract)
                    done.append(contract.name)
            except UserError as problem:
                # what was written in memory went with the savepoint
                problems.append(f"{contract.display_name}: {problem}")
        if problems and not done:
            raise UserError("\n".join(problems))
        return self._tell_outcome(done, problems)

    def _tell_outcome(self, done, problems):
        """Tell the user once what was done for several contracts, and what was not.

        :param list[str] done: the references of those for which it was done
        :param list[str] problems: the other contracts, each with the reason
        :return: an action
        :rtype: dict
        """
        lines = [self._describe_done(done)]
        if problems:
            lines += [_("Not done:"), *problems]
        title = _("Done: %(done)s. Not done: %(others)s.", done=len(done), others=len(problems))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if problems else "success",
                "sticky": bool(problems),
                "title": title,
                "message": "\n".join(lines),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _describe_done(self, done):
        """Tell for which of several contracts an act was done.

        :param list[str] done: their references
        :rtype: str
        """
        return _("Done: %(contracts)s", contracts=format_list(self.env, done))
