import json
import re

from odoo import _, api, fields, models
from odoo.tools import SQL

from ...const import CHANGES, EVIDENCE, GENESIS, PORTAL

# How much of an old or new value a line of the trail shows; the event keeps more.
MOST_SHOWN = 160
# What of an event's details is for programs, not for people
UNTOLD = ("rows", "people")
DIGEST = re.compile(r"[0-9a-f]{64}")


class CustomerContractEvent(models.Model):
    """One line of the audit trail.

    The events of a contract are numbered without gaps and chained: each hash
    covers the one before it and the digest of its own payload. All personal data
    stands in the payload: were it erased, the hashes would still hold, and the
    verifiers tell which payload is gone.
    """

    _name = "customer.contract.event"
    _inherit = "customer.contract.evidence.mixin"
    _description = "Contract Event"
    _order = "contract_id, sequence desc"
    _rec_name = "event_type"
    _log_access = False

    contract_id = fields.Many2one(
        "customer.contract", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer("No.", required=True)
    event_type = fields.Selection(
        [
            ("created", "Created"),
            ("changed", "Changed"),
            ("version_frozen", "Version frozen"),
            ("version_superseded", "Version superseded"),
            ("submitted", "Submitted for approval"),
            ("approved", "Approved"),
            ("approval_commented", "Comment with an approval"),
            ("sent_back", "Sent back"),
            ("sent", "Sent for signature"),
            ("reminded", "Reminded"),
            ("downloaded", "Downloaded"),
            ("refused", "Attempt refused"),
            ("declined", "Declined"),
            ("cancelled", "Cancelled"),
            ("expired", "Expired"),
            ("document_added", "Document added"),
            ("document_removed", "Document removed"),
            ("document_shared", "Document made visible in the portal"),
            ("document_unshared", "Document hidden from the portal"),
            ("terminated", "Terminated"),
            ("trail_exported", "Audit trail exported"),
            ("archived", "Archived"),
            ("unarchived", "Taken out of the archive"),
            ("stage_moved", "Stage changed"),
        ],
        "Event",
        required=True,
    )
    occurred_on = fields.Datetime("When", required=True)
    payload = fields.Text(required=True, help="Canonical JSON.")
    payload_digest = fields.Char(required=True)
    previous_hash = fields.Char(required=True)
    hash = fields.Char(required=True)
    actor = fields.Char("Who", compute="_compute_from_payload")
    ip_address = fields.Char("IP Address", compute="_compute_from_payload")
    identified_by = fields.Char(compute="_compute_from_payload")
    description = fields.Char("Details", compute="_compute_from_payload")
    _sequence_unique = models.UniqueIndex(
        "(contract_id, sequence)",
        "A contract's events are numbered without repetition.",
    )

    @api.depends("payload", "event_type")
    def _compute_from_payload(self):
        for event in self:
            payload = event._get_payload()
            actor = payload.get("actor") or {}
            event.actor = actor.get("name") or _("System")
            event.ip_address = payload.get("ip_address") or ""
            event.identified_by = payload.get("identified_by") or ""
            event.description = event._get_description(MOST_SHOWN)

    def _get_payload(self):
        """Return the payload, empty if it was erased.

        :rtype: dict
        """
        self.ensure_one()
        return json.loads(self.payload) if self.payload else {}

    def _get_description(self, most=None):
        """Tell in one line what happened, beyond the kind of event.

        :param int most: how much of old and new values is told at most; all if left out
        :rtype: str
        """
        self.ensure_one()
        payload = self._get_payload()
        details = self._get_told_details(payload)
        parts = []
        if self._tells_changes() and details.get("fields"):
            parts += [
                self.env._(
                    "%(field)s: %(old)s → %(new)s",
                    field=name,
                    old=self._shorten(old, most) or "∅",
                    new=self._shorten(new, most) or "∅",
                )
                for name, (old, new) in details.pop("fields").items()
            ]
        participant = payload.get("participant") or {}
        if participant and participant.get("name") != (payload.get("actor") or {}).get("name"):
            parts.append(participant["name"])
        parts += [
            self._format_detail(value)
            for value in details.values()
            if value not in (None, "", [], {})
        ]
        if payload.get("clock"):
            parts.append(self.env._("the server's clock said %(moment)s", moment=payload["clock"]))
        return ", ".join(parts)

    @api.model
    def _get_told_details(self, payload):
        """Return the details that are told in words.

        What a program compares with a contract's rows tells people nothing.

        :param dict payload: the event's payload
        :rtype: dict
        """
        details = payload.get("details") or {}
        return {name: value for name, value in details.items() if name not in UNTOLD}

    @api.model
    def _shorten(self, text, most):
        """Return a text, cut off if it is longer than what a list has room for."""
        return f"{text[:most]}…" if most and text and len(text) > most else text

    @api.model
    def _get_audiences(self):
        """Return which kinds of events are told to more than the contract's managers.

        A feature declares its kinds beside its code: `PORTAL` for those that the parties
        read on the contract's page, `EVIDENCE` for those that the signed contract spells
        out to them, `CHANGES` for those whose details are old and new values, and the
        name of a message subtype for those that its followers are told.

        :return: sets of audiences by event type
        :rtype: dict[str, set[str]]
        """
        return {
            "changed": {CHANGES},
            "version_frozen": {PORTAL, EVIDENCE},
            "version_superseded": {PORTAL, EVIDENCE},
            "approved": {PORTAL, EVIDENCE},
            "sent": {PORTAL, EVIDENCE},
            "reminded": {EVIDENCE},
            "downloaded": {EVIDENCE},
            "refused": {EVIDENCE},
            "declined": {PORTAL},
            "cancelled": {PORTAL},
            "expired": {PORTAL},
            "terminated": {PORTAL},
            "archived": {PORTAL},
            "unarchived": {PORTAL},
            "stage_moved": {CHANGES},
        }

    @api.model
    def _get_types_for(self, audience):
        """Return the kinds of events that an audience is told.

        :param str audience: one of the audiences
        :rtype: set[str]
        """
        return {name for name, told in self._get_audiences().items() if audience in told}

    def _tells_changes(self):
        """Tell whether the event's details are old and new values of fields."""
        return CHANGES in self._get_audiences().get(self.event_type, ())

    @api.model
    def _format_detail(self, value):
        """Return a detail as people read it; of digests, the first digits tell enough.

        :param value: a value of the payload's details
        :rtype: str
        """
        if isinstance(value, list):
            return ", ".join(self._format_detail(item) for item in value)
        if isinstance(value, str) and DIGEST.fullmatch(value):
            return f"{value[:12]}…"
        return str(value)

    @api.model
    def _append(self, contract, event_type, payload, **references):
        """Append one event to a contract's trail.

        The contract row holds the trail's length and head. Updating it makes two
        transactions that append at once conflict: the database lets one through
        and has the other start again.

        An event never bears an earlier moment than the one before it. Where the clock
        does, its own time is kept as ``clock`` in the payload.

        :param recordset contract: the `customer.contract`
        :param str event_type: a value of ``event_type``
        :param dict payload: what to keep about it
        :param references: other columns of the row, which no hash covers
        :return: the event, elevated
        :rtype: recordset of `customer.contract.event`
        """
        contract.ensure_one()
        return self._record_act(
            lambda events: events._append_row(
                contract.with_env(events.env), event_type, payload, references
            )
        )

    @api.model
    def _append_row(self, contract, event_type, payload, references):
        """Append one event in the current transaction: see :meth:`_append`.

        :rtype: recordset of `customer.contract.event`, elevated
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE customer_contract
                   SET trail_length = COALESCE(trail_length, 0) + 1
                 WHERE id = %s
             RETURNING trail_length, trail_head, (
                       SELECT occurred_on
                         FROM customer_contract_event
                        WHERE contract_id = customer_contract.id
                          AND sequence = trail_length - 1
                       )
                """,
                contract.id,
            )
        )
        sequence, previous_hash, last_moment = self.env.cr.fetchone()
        moment = now = fields.Datetime.now()
        if last_moment and last_moment > now:
            # A clock that was set back, or that of another server, is no reason for a
            # trail in which time runs backwards.
            moment, payload = last_moment, {**payload, "clock": f"{now}Z"}
        canonical = self._serialize(payload)
        values = {
            "contract_id": contract.id,
            "sequence": sequence,
            "event_type": event_type,
            "occurred_on": moment,
            "payload": canonical,
            "payload_digest": self._digest(canonical),
            "previous_hash": previous_hash or GENESIS,
        }
        values["hash"] = self._hash_header(values)
        event = self._record({**references, **values})
        self.env.cr.execute(
            SQL(
                "UPDATE customer_contract SET trail_head = %s WHERE id = %s",
                values["hash"],
                contract.id,
            )
        )
        contract.invalidate_recordset(["trail_length", "trail_head"], flush=False)
        return event

    @api.model
    def _hash_header(self, values):
        """Compute an event's hash from its stored values.

        :param dict values: ``contract_id`` (an id), ``sequence``, ``event_type``,
            ``occurred_on``, ``payload_digest`` and ``previous_hash``
        :return: SHA-256 in hexadecimal
        :rtype: str
        """
        header = {
            "contract": values["contract_id"],
            "sequence": values["sequence"],
            "type": values["event_type"],
            "at": fields.Datetime.to_string(values["occurred_on"]) + "Z",
            "payload_digest": values["payload_digest"],
            "previous_hash": values["previous_hash"],
        }
        return self._digest(self._serialize(header))

    def _get_expected_hash(self):
        """Return the hash that the stored values must have.

        :rtype: str
        """
        self.ensure_one()
        return self._hash_header(
            {
                "contract_id": self.contract_id.id,
                "sequence": self.sequence,
                "event_type": self.event_type,
                "occurred_on": self.occurred_on,
                "payload_digest": self.payload_digest,
                "previous_hash": self.previous_hash,
            }
        )

    def _export(self):
        """Return the event as exported: JSON-2, bundle and audit.

        :rtype: dict
        """
        self.ensure_one()
        return {
            "contract": self.contract_id.id,
            "sequence": self.sequence,
            "event_type": self.event_type,
            "occurred_on": fields.Datetime.to_string(self.occurred_on) + "Z",
            "payload": self._get_payload(),
            "payload_digest": self.payload_digest,
            "previous_hash": self.previous_hash,
            "hash": self.hash,
        }

    def _describe(self):
        """Return the event in words, for people who read the exported trail.

        :rtype: dict
        """
        self.ensure_one()
        payload = self._get_payload()
        labels = dict(self._fields["event_type"]._description_selection(self.env))
        details = self._get_told_details(payload)
        return {
            "number": self.sequence,
            "time": fields.Datetime.to_string(self.occurred_on) + "Z",
            "event": labels[self.event_type],
            "who": self.actor,
            "concerns": (payload.get("participant") or {}).get("name", ""),
            "identified": self.identified_by,
            "ip_address": self.ip_address,
            "user_agent": payload.get("user_agent", ""),
            "version": (payload.get("version") or {}).get("number", ""),
            "details": self._get_description()
            if self._tells_changes()
            else "; ".join(f"{name}: {value}" for name, value in details.items() if value),
            "hash": self.hash,
        }
