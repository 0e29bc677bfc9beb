"""What the contract's page shows to whoever signs by hand."""

from odoo.tools import format_date

from ..const import MOST_PAPER_BYTES, MOST_PAPER_PAGES


class ContractPaperMixin:
    """For controllers that show where a contract is signed by hand."""

    def _prepare_paper_values(self, access):
        """Prepare the page's part for signing by hand.

        :param ContractAccess access: who is here and as whom
        :rtype: dict
        """
        participant_sudo = access.participant_sudo
        is_generic = access.is_preview and not access.preview
        if is_generic or not participant_sudo or participant_sudo.role != "signer":
            return {"paper": None, "paper_props": None}
        paper_sudo = participant_sudo._get_paper()
        is_open = (
            self._can_use_paper(access)
            and paper_sudo.state != "submitted"
            and (participant_sudo.channel == "paper" or not participant_sudo._may_esign())
        )
        return {
            "paper": paper_sudo,
            "paper_props": self._prepare_paper_props(access) if is_open else None,
            "can_use_paper": self._can_use_paper(access),
            "paper_scan": participant_sudo.paper_ids.filtered(
                lambda paper: paper.state in ("submitted", "accepted", "returned")
            )[:1],
        }

    def _can_use_paper(self, access):
        """Tell whether the visitor can sign by hand now, on this page.

        :param ContractAccess access: who is here and as whom
        """
        participant_sudo = access.participant_sudo
        return (
            bool(participant_sudo)
            and (not access.is_preview or access.preview)
            and participant_sudo._can_choose_paper()
            and self._can_be_identified(access)
        )

    def _prepare_paper_props(self, access):
        """Prepare the properties of the form that collects signed pages.

        :param ContractAccess access: who is here and as whom
        :rtype: dict
        """
        contract_sudo, participant_sudo = access.contract_sudo, access.participant_sudo
        partner_sudo = participant_sudo.partner_id
        paper_sudo = participant_sudo._get_paper()
        return {
            "url": f"{contract_sudo.access_url}/paper",
            "state": self._prepare_paper_state(access),
            "name": paper_sudo.signed_by or partner_sudo.name or "",
            "capacity": paper_sudo.capacity or participant_sudo.capacity or "",
            "date": str(paper_sudo.signed_date or ""),
            "mostBytes": MOST_PAPER_BYTES,
            "mostPages": MOST_PAPER_PAGES,
            "valueProblems": contract_sudo._get_value_problems(participant_sudo),
            **self._prepare_code_props(access),
        }

    def _prepare_paper_state(self, access):
        """Prepare what was collected so far, and what is wrong with it.

        :param ContractAccess access: who is here and as whom
        :rtype: dict
        """
        paper_sudo = access.participant_sudo._get_paper()
        if paper_sudo.state == "returned":
            # the next one starts with the same pages, once something is added
            pages_sudo = paper_sudo.page_ids
        else:
            pages_sudo = paper_sudo.filtered(lambda paper: paper.state == "draft").page_ids
        url = f"{access.contract_sudo.access_url}/paper/page"
        return {
            "pages": [
                {
                    "id": page.id,
                    "url": f"{url}/{page.id}" if page.preview else "",
                    "turn": page.turn,
                    "number": page.number,
                    "total": page.total,
                    "result": page.result,
                    "problem": page._describe_problem(position),
                }
                for position, page in enumerate(pages_sudo.sorted("sequence"), 1)
            ],
            "checkState": paper_sudo.check_state if pages_sudo else "",
            "problems": paper_sudo._find_problems() if pages_sudo else [],
        }

    def _prepare_paper_notice(self, access):
        """Prepare what a person is told who signs, or has signed, by hand.

        :param ContractAccess access: who is here and as whom
        :rtype: dict
        """
        participant_sudo = access.participant_sudo
        paper_sudo = participant_sudo._get_paper()
        back = "esign" if participant_sudo._may_esign() else None
        if paper_sudo.state == "submitted":
            return {
                "color": "success",
                "title": self.env._("Your signed contract has arrived"),
                "text": self.env._(
                    "You sent it on %(date)s. We check it and write to you.",
                    date=format_date(self.env, paper_sudo.submitted_on),
                ),
                "channel": back,
            }
        if paper_sudo.state == "returned":
            return {
                "color": "warning",
                "title": self.env._("Please send the signed contract again"),
                "text": paper_sudo.decision_reason,
                "channel": back,
            }
        contract_sudo = access.contract_sudo
        manager_sudo = contract_sudo.user_id.partner_id or contract_sudo.company_id.partner_id
        return {
            "color": "info",
            "title": self.env._("You asked to sign on paper")
            if back
            else self.env._("Please sign on paper"),
            "text": self.env._(
                "Download the contract, print and sign it, and send it below or to %(name)s "
                "(%(email)s).",
                name=manager_sudo.name,
                email=manager_sudo.email or contract_sudo.company_id.email or "",
            ),
            "channel": back,
        }
