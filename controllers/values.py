from odoo.exceptions import UserError
from odoo.http import request, route

from .contract_access import CODES_KEY
from .signing import CustomerContractSigning

MAX_VALUES_REQUEST = 256 * 1024


class CustomerContractValues(CustomerContractSigning):
    """Details that participants fill in on the contract's page before they sign."""

    @route(
        "/my/contracts/<int:contract_id>/values",
        type="jsonrpc",
        auth="public",
        website=True,
        methods=["POST"],
        max_content_length=MAX_VALUES_REQUEST,
    )
    def fill_in_values(
        self, contract_id, act="save", values=None, digest="", revision=0, code=None, **kwargs
    ):
        """Save, confirm or take back details, as the participant in turn.

        :param int contract_id: the contract's id
        :param str act: ``save`` what was typed, ``confirm`` it, or ``withdraw`` a change
            that waits to be accepted
        :param dict values: texts by the fields' names
        :param str digest: SHA-256 of the content that was shown
        :param int revision: which state of the saved texts was typed into
        :param str code: the one-time code, when the contract asks for one
        :return: ``redirect_url`` or what was saved, or ``error`` with a ``reason``
        :rtype: dict
        """
        access = self._get_access(contract_id)
        if not access:
            return {"error": self._explain_no_access(), "reason": "no_access"}
        if access.is_preview or not access.participant_sudo:
            return {
                "error": self.env._("Only the people named as signers can fill this in."),
                "reason": "not_a_signer",
            }
        participant_sudo = access.participant_sudo
        if participant_sudo._fills_in_values() and participant_sudo._needs_code(
            access.identified_by
        ):
            if act == "save":
                return {"error": self._explain_code(), "reason": "code"}
            # A wrong code is a try that counts, so nothing is rolled back.
            if problem := self._enter_code(access, code):
                return {"error": problem, "reason": "code"}
            access = access._replace(identified_by="link_code")
        shown = digest if isinstance(digest, str) else ""
        acts = {"save": self._save_values, "confirm": self._confirm_values}
        try:
            with request.env.cr.savepoint():
                if act == "withdraw":
                    access.contract_sudo._withdraw_values(participant_sudo, access.identified_by)
                    return self._answer_with_page(access, "values_withdrawn")
                if not isinstance(act, str) or act not in acts:
                    raise UserError(self.env._("This cannot be read. Please reload the page."))
                return acts[act](access, values or {}, shown, revision)
        except UserError as error:
            access.contract_sudo.invalidate_recordset()
            if act != "save":
                known = act if act in ("confirm", "withdraw") else "unknown"
                self._record_refusal(access, f"values_{known}")
            return {"error": str(error), "reason": "not_possible"}

    def _explain_code(self):
        """Return why nothing is saved yet."""
        return self.env._("What you type is kept once you have entered the code.")

    def _save_values(self, access, typed, digest, revision):
        """Keep what was typed.

        :param ContractAccess access: who is here and as whom
        :param dict typed: texts by the fields' names
        :param str digest: SHA-256 of the content that was shown
        :param int revision: which state of the saved texts was typed into
        :rtype: dict
        """
        saved = access.contract_sudo._save_value_draft(
            access.participant_sudo,
            typed,
            digest=digest,
            revision=revision,
            identified_by=access.identified_by,
        )
        if saved.get("stale"):
            return {
                "error": self.env._("You have typed something else in another window."),
                "reason": "stale",
                "revision": saved["revision"],
                "values": saved["typed"],
            }
        return saved

    def _confirm_values(self, access, typed, digest, revision):
        """Confirm what was typed; whatever is wrong with it, it is kept.

        :param ContractAccess access: who is here and as whom
        :param dict typed: texts by the fields' names
        :param str digest: SHA-256 of the content that was shown
        :param int revision: which state of the saved texts was typed into
        :rtype: dict
        """
        saved = self._save_values(access, typed, digest, revision)
        if "error" in saved:
            return saved
        contract_sudo, participant_sudo = access.contract_sudo, access.participant_sudo
        had_code = access.identified_by == "link_code"
        result = contract_sudo._confirm_values(
            participant_sudo, typed, digest=digest, identified_by=access.identified_by
        )
        if result["outcome"] == "invalid":
            return {
                "error": self.env._("Please check the fields that are marked."),
                "reason": "invalid",
                "errors": result["errors"],
                "revision": saved["revision"],
            }
        if result["outcome"] == "conflict":
            return {
                "error": self.env._(
                    "The contract has changed since you opened it. What you typed is kept."
                ),
                "reason": "conflict",
                "conflicts": self._prepare_conflicts(access, result["conflicts"]),
                "revision": saved["revision"],
            }
        if had_code:
            # The code was entered for the version before; it is the same sitting.
            self._carry_code_over(participant_sudo)
        return self._answer_with_page(access, f"values_{result['outcome']}")

    def _answer_with_page(self, access, message):
        """Answer with the address of the contract's page as it is now.

        :param ContractAccess access: who is here and as whom
        :param str message: what the page says
        :rtype: dict
        """
        return {
            "redirect_url": f"{access.contract_sudo.access_url}?message={message}",
            "force_refresh": True,
        }

    def _carry_code_over(self, participant_sudo):
        """Have the one-time code of this sitting count for the new version as well.

        :param recordset participant_sudo: the participant, elevated
        """
        codes = request.session.get(CODES_KEY) or {}
        entered = codes.get(str(participant_sudo.id))
        if entered:
            version_id = participant_sudo.contract_id.current_version_id.id
            # a new dictionary, so that the session notices the change
            request.session[CODES_KEY] = {
                **codes,
                str(participant_sudo.id): {**entered, "version": version_id},
            }
