"""An audit trail as it is read to be checked: plain rows, and what their chain says."""

import json

from ..const import GENESIS
from ..utils import sha256_of


class TrailEvent:
    """One event, as the database holds it."""

    __slots__ = (
        "_content",
        "event_type",
        "hash",
        "occurred_on",
        "payload",
        "payload_digest",
        "previous_hash",
        "sequence",
    )

    def __init__(self, *columns):
        """Take what the database holds, in the order of :data:`COLUMNS`.

        :param columns: the values
        """
        (
            self.sequence,
            self.event_type,
            self.occurred_on,
            self.payload,
            self.payload_digest,
            self.previous_hash,
            self.hash,
        ) = columns
        self._content = None

    def _get_payload(self):
        """Return the payload, empty if it was erased; as an event's record does.

        :rtype: dict
        :raise ValueError: if it cannot be read
        """
        if self._content is None:
            self._content = json.loads(self.payload) if self.payload else {}
        return self._content

    @property
    def details(self):
        """What the trail keeps about the event.

        :rtype: dict
        """
        return self._get_payload().get("details") or {}


COLUMNS = (
    "sequence",
    "event_type",
    "occurred_on",
    "payload",
    "payload_digest",
    "previous_hash",
    "hash",
)


def find_chain_problem(contract_id, events):
    """Return what is wrong with a chain of events, or none.

    :param int contract_id: whose trail it is
    :param list[TrailEvent] events: the events in order
    :return: a short name for it and the event's number
    :rtype: tuple[str, int] | None
    """
    previous_hash, previous_time = GENESIS, None
    for position, event in enumerate(events, 1):
        if event.sequence != position:
            return "missing", position
        if event.previous_hash != previous_hash:
            return "not following", position
        if not event.payload:
            return "erased", position
        if sha256_of(event.payload) != event.payload_digest:
            return "payload", position
        # The canonical text, of values that need no escaping: of any others, the digest is
        # another one than the event's, which was made of the text with them escaped.
        at = event.occurred_on.isoformat(" ", "seconds")
        text = (
            f'{{"at":"{at}Z","contract":{contract_id},"payload_digest":"{event.payload_digest}",'
            f'"previous_hash":"{previous_hash}","sequence":{position},"type":"{event.event_type}"}}'
        )
        if sha256_of(text) != event.hash:
            return "changed", position
        if previous_time and event.occurred_on < previous_time:
            return "time", position
        previous_hash, previous_time = event.hash, event.occurred_on
    return None
