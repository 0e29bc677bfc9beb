"""What the contract's page shows of a dispute, and of what changed since the last version."""

from odoo.http import request


class ContractDisputeMixin:
    """For controllers that show disputes to those who belong to them."""

    def _prepare_dispute_values(self, access, zone):
        """Prepare the page's values about disputes and versions.

        :param ContractAccess access: who is here and as whom
        :param str zone: the reader's time zone
        :rtype: dict
        """
        contract_sudo = access.contract_sudo
        return {
            "can_dispute": self._can_dispute(access),
            "can_decline": self._can_decline(access),
            "dispute": self._prepare_dispute(access, zone),
            "dispute_categories": self._get_dispute_categories(),
            "comparison": self._prepare_comparison(contract_sudo, access.participant_sudo),
        }

    def _can_dispute(self, access):
        """Tell whether the visitor can dispute now."""
        return (
            self._can_object(access)
            and access.participant_sudo.role == "signer"
            and access.contract_sudo.allow_dispute
        )

    def _can_decline(self, access):
        """Tell whether the visitor can decline now: also whoever waits for an answer."""
        participant_sudo = access.participant_sudo
        if not participant_sudo or participant_sudo.role != "signer":
            return False
        return self._can_object(access) or self._is_own_dispute(access)

    def _is_own_dispute(self, access):
        """Tell whether the contract waits because the visitor disputes it."""
        contract_sudo, participant_sudo = access.contract_sudo, access.participant_sudo
        return (
            bool(participant_sudo)
            and contract_sudo.state == "disputed"
            and contract_sudo._get_open_dispute()._is_for(participant_sudo)
        )

    def _is_dispute_manager(self, access):
        """Tell whether the visitor is an employee who reads the thread, and may answer."""
        contract = access.contract_sudo.with_user(request.env.user).sudo(False)
        return request.env.user._is_internal() and contract.has_access("write")

    def _can_answer_dispute(self, access):
        """Tell whether the visitor is an employee who may answer now."""
        return access.contract_sudo.state == "disputed" and self._is_dispute_manager(access)

    def _get_dispute_categories(self):
        """Return what signers may choose from."""
        # Signers have no rights on configuration.
        return request.env["customer.contract.dispute.category"].sudo().search([])

    def _get_shown_dispute(self, access):
        """Return the dispute whose thread the visitor reads: the open one, else the last.

        Only the signer who objects and the contract's managers read it.

        :param ContractAccess access: who is here and as whom
        :rtype: recordset of `customer.contract.dispute`, elevated
        """
        disputes_sudo = access.contract_sudo.dispute_ids
        if not self._is_dispute_manager(access):
            disputes_sudo = disputes_sudo.filtered(
                lambda dispute: dispute._is_for(access.participant_sudo)
            )
        return disputes_sudo.sorted("id")[-1:]

    def _prepare_dispute(self, access, zone):
        """Prepare a dispute with its thread, if there is one for the visitor to read.

        :param ContractAccess access: who is here and as whom
        :param str zone: the reader's time zone
        :rtype: dict | None
        """
        dispute_sudo = self._get_shown_dispute(access)
        if not dispute_sudo:
            return None
        outcomes = dict(dispute_sudo._fields["outcome"]._description_selection(request.env))
        is_own = self._is_own_dispute(access)
        return {
            "record": dispute_sudo,
            "is_open": not dispute_sudo.closed_on,
            "is_answered": bool(dispute_sudo.answered_on),
            "can_go_on": is_own,
            "can_reply": is_own or self._can_answer_dispute(access),
            "can_attach": is_own,
            "is_own": dispute_sudo._is_for(access.participant_sudo),
            "outcome": outcomes.get(dispute_sudo.outcome, ""),
            "messages": [
                {
                    "author": message.author_id.name or message.email_from or "",
                    "is_own": message.author_id == dispute_sudo.partner_id,
                    "body": message.body,
                    "time": self._format_time(message.date, zone),
                    "datetime": f"{message.date.isoformat()}Z",
                    "files": [
                        {
                            "name": file.name,
                            "url": f"{access.contract_sudo.access_url}/dispute/"
                            f"{dispute_sudo.id}/file/{file.id}",
                        }
                        for file in message.attachment_ids
                    ],
                }
                for message in dispute_sudo._get_thread()
            ],
        }

    def _prepare_comparison(self, contract_sudo, participant_sudo):
        """Prepare what changed since the version that the visitor read before, if any.

        :param recordset contract_sudo: the contract, elevated
        :param recordset participant_sudo: the visitor's part, elevated
        :rtype: dict | None
        """
        if not participant_sudo or contract_sudo.current_version_id.number < 2:
            return None
        old_sudo = contract_sudo._get_last_read_version(participant_sudo)
        if not old_sudo:
            return None
        new_sudo = contract_sudo.current_version_id
        return {
            "rows": contract_sudo._compare_side_by_side(
                old_sudo._get_content(), new_sudo._get_content()
            ),
            "old_number": old_sudo.number,
            "new_number": new_sudo.number,
        }
