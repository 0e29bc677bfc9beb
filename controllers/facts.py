"""The parts of the contract's page: facts, text, signatures, history, messages."""

from odoo.fields import Domain
from odoo.http import request
from odoo.tools.image import image_data_uri

from ..const import ASKING_STATES
from ..utils import format_day, format_evidence_moment, format_frozen_amount, format_moment

SHOWN_MESSAGES = 100


class ContractFactsMixin:
    """For controllers that show what a contract says and what happened to it."""

    def _get_status(self, contract):
        """Return the status as words and as the colour of a badge.

        :param recordset contract: the contract
        :return: the words, and a Bootstrap colour
        :rtype: tuple[str, str]
        """
        labels = dict(contract._fields["state"]._description_selection(contract.env))
        labels["draft"] = self.env._("In preparation")
        if contract.state == "signed" and contract.lifecycle:
            phases = dict(contract._fields["lifecycle"]._description_selection(contract.env))
            color = "secondary" if contract.lifecycle in ("ended", "terminated") else "success"
            return f"{labels['signed']} · {phases[contract.lifecycle]}", color
        return labels[contract.state], self._get_state_colors().get(contract.state, "secondary")

    def _get_state_colors(self):
        """Return the Bootstrap colours of states that are not grey.

        :rtype: dict
        """
        return {
            "sent": "warning",
            "approval": "warning",
            "signed": "success",
            "declined": "danger",
        }

    def _get_next_step(self, contract, partner):
        """Tell a reader what happens next; who approves is no business of those who wait.

        :param recordset contract: the contract, elevated
        :param recordset partner: the reader
        :rtype: str
        """
        if contract.state == "draft" or (
            contract.state == "approval"
            and partner not in contract._get_acting_participants().partner_id
        ):
            return self.env._("Not sent for signature yet")
        return contract._get_next_step(partner)

    def _format_amount(self, amount):
        """Format an amount of the frozen content for the reader.

        :param dict amount: ``value`` and ``currency``, or none
        :rtype: str | None
        """
        if not amount:
            return None
        return self._format_in_currency(amount, self._find_currency(amount["currency"]))

    def _find_currency(self, code):
        """Find the currency of a frozen amount.

        :param str code: its ISO code
        :rtype: recordset of `res.currency`, elevated; empty if there is none any more
        """
        # Visitors read the currency's symbol whatever their rights.
        Currency = request.env["res.currency"].sudo().with_context(active_test=False)
        return Currency.search_fetch(
            [("name", "=", code)], ["name", "symbol", "position", "decimal_places"], limit=1
        )

    def _format_in_currency(self, amount, currency_sudo):
        """Format a frozen amount whose currency was found.

        :param dict amount: ``value`` and ``currency``
        :param recordset currency_sudo: the currency, elevated, or none
        :rtype: str
        """
        return format_frozen_amount(request.env, amount, currency_sudo)

    def _prepare_facts(self, contract, content):
        """Prepare the dates of the summary: frozen ones, and the deadline.

        :return: pairs of a label and a date as the reader writes it
        :rtype: list[tuple[str, str]]
        """
        deadline = contract.sign_deadline_text if contract.state in ASKING_STATES else ""
        rows = [
            (self.env._("Start"), format_day(request.env, content.get("date_start"))),
            (self.env._("End"), format_day(request.env, content.get("date_end"))),
            (self.env._("Sign before"), deadline),
            (self.env._("Terminated on"), format_day(request.env, contract.termination_date)),
        ]
        return [(label, text) for label, text in rows if text]

    def _prepare_signatories(self, contract, content, zone):
        """Prepare who signs: as frozen, with the signatures under that version.

        :rtype: list[dict]
        """
        return [
            {
                **place.person,
                "signature": place.signature,
                "capacity": place.signature.capacity or place.person["capacity"],
                "note": place.note,
                "image": image_data_uri(place.signature.image) if place.signature.image else None,
                "signed_on": format_evidence_moment(request.env, place.signature.signed_on, zone),
            }
            for place in contract._get_signature_places(content, contract.current_signature_ids)
        ]

    def _prepare_timeline(self, contract, zone):
        """Prepare what the parties are told about the contract's history.

        :rtype: list[dict]
        """
        events = contract._get_portal_events()
        labels = dict(events._fields["event_type"]._description_selection(request.env))
        return [
            {
                "label": labels[event.event_type],
                "actor": event.actor,
                "time": self._format_time(event.occurred_on, zone),
                "datetime": f"{event.occurred_on.isoformat()}Z",
            }
            for event in events
        ]

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

    def _prepare_comments(self, contract, zone):
        """Prepare the messages that are meant for the parties; no internal notes.

        :rtype: list[dict]
        """
        Message = request.env["mail.message"]
        public_types = contract._fields["website_message_ids"].get_comodel_domain(contract)
        domain = (
            Domain(public_types)
            & Domain("res_id", "=", contract.id)
            & Domain("subtype_id", "=", request.env.ref("mail.mt_comment").id)
            & Domain("is_internal", "=", False)
            & Domain("body", "!=", False)
        )
        # Link holders have no rights on messages; the domain leaves only what the
        # portal's own message list would show to a participant.
        messages_sudo = Message.sudo().search(domain, limit=SHOWN_MESSAGES)
        return [
            {
                "author": message.author_id.name or message.email_from or "",
                "body": message.body,
                "time": self._format_time(message.date, zone),
            }
            for message in messages_sudo
        ]

    def _format_time(self, moment, zone):
        """Format a moment in the reader's language and time zone, and name the zone.

        :param datetime moment: in UTC, without time zone
        :param str zone: the name of a time zone
        :rtype: str
        """
        return format_moment(request.env, moment, zone)

    def _get_zone(self, access):
        """Return the reader's time zone.

        :param ContractAccess access: who is here and as whom
        :rtype: str
        """
        user = request.env.user
        reader = access.participant_sudo.partner_id if user._is_public() else user.partner_id
        return access.contract_sudo._get_reader_zone(reader)
