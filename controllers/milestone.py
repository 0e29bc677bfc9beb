from odoo.http import request
from odoo.tools import format_date

from ..utils import format_day
from .portal import CustomerContractPortal
from .portal_list import CustomerContractPortalList

MILESTONE_COLORS = {
    "planned": "secondary",
    "in_progress": "info",
    "late": "danger",
    "reached": "success",
    "cancelled": "light",
}


class CustomerContractMilestoneList(CustomerContractPortalList):
    """The next milestone of each contract in the list of contracts."""

    def _prepare_contract_rows(self, contracts_sudo):
        following = {
            contract_id: {
                "name": milestone.name,
                "day": format_date(request.env, milestone.date),
                "is_late": milestone._is_overdue(),
            }
            for contract_id, milestone in contracts_sudo._get_next_milestones().items()
        }
        return [
            {**row, "next_milestone": following.get(row["contract"].id)}
            for row in super()._prepare_contract_rows(contracts_sudo)
        ]


class CustomerContractMilestone(CustomerContractPortal):
    """What is to be delivered: the milestones on the contract's page."""

    def _prepare_contract_values(self, access):
        values = super()._prepare_contract_values(access)
        return {
            **values,
            "milestones": self._prepare_milestones(access.contract_sudo),
            "frozen_milestones": self._prepare_frozen_milestones(values["content"]),
        }

    def _prepare_milestones(self, contract_sudo):
        """Prepare the milestones that the parties may see, in order.

        :param recordset contract_sudo: the contract, elevated
        :rtype: list[dict]
        """
        milestones_sudo = contract_sudo._get_portal_milestones()
        labels = dict(milestones_sudo._fields["state"]._description_selection(request.env))
        rows = []
        has_next = False
        for milestone in milestones_sudo:
            # the stored state is only as fresh as the last run of its scheduled action
            state = "late" if milestone._is_overdue() else milestone.progress
            is_next = not has_next and milestone.progress in ("planned", "in_progress")
            has_next = has_next or is_next
            rows.append(
                {
                    "id": milestone.id,
                    "name": milestone.name,
                    "date": format_day(request.env, milestone.date),
                    "datetime": milestone.date.isoformat(),
                    "deliverable": milestone.deliverable,
                    "amount": self._format_in_currency(
                        milestone._prepare_content()["amount"], milestone.currency_id
                    )
                    if milestone.amount
                    else None,
                    "reached_on": format_day(request.env, milestone.reached_on),
                    "state": state,
                    "label": labels[state],
                    "color": MILESTONE_COLORS[state],
                    "is_next": is_next,
                }
            )
        return rows

    def _prepare_frozen_milestones(self, content):
        """Prepare the milestones that are part of the contract's text.

        :param dict content: the canonical content
        :rtype: list[dict]
        """
        milestones = content.get("milestones", [])
        codes = {milestone["amount"]["currency"] for milestone in milestones if milestone["amount"]}
        currencies = {code: self._find_currency(code) for code in codes}
        return [
            {
                **milestone,
                "date": format_day(request.env, milestone["date"]),
                "amount": self._format_in_currency(
                    milestone["amount"], currencies[milestone["amount"]["currency"]]
                )
                if milestone["amount"]
                else None,
            }
            for milestone in milestones
        ]
