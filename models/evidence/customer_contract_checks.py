from odoo import _, models

from ...const import GENESIS
from ...utils import Pending, sha256_of


class CustomerContract(models.Model):
    """What the checks of a contract's evidence look at, one by one."""

    _inherit = "customer.contract"

    def _find_lost_version(self):
        """Return which version the contract or its trail names and is gone, or none."""
        if self.current_version_id - self.version_ids:
            return _("the current version is missing")
        known = set(self.version_ids.mapped("content_digest"))
        for event in self.event_ids.filtered(lambda event: event.event_type == "version_frozen"):
            details = event._get_payload().get("details", {})
            if details.get("content_digest", "") not in {"", *known}:
                return _("version %(number)s is missing", number=details.get("version", "?"))
        return None

    def _find_trail_problem(self):
        """Return what is wrong with the chain of events, or none."""
        Event = self.env["customer.contract.event"]
        previous_hash, previous_time = GENESIS, None
        events = self.event_ids.sorted("sequence")
        for position, event in enumerate(events, 1):
            if event.sequence != position:
                return _("event %(number)s is missing", number=position)
            if event.previous_hash != previous_hash:
                return _("event %(number)s does not follow the one before", number=position)
            if not event.payload:
                return _("the payload of event %(number)s was erased", number=position)
            if Event._digest(event.payload) != event.payload_digest:
                return _("the payload of event %(number)s was changed", number=position)
            if event._get_expected_hash() != event.hash:
                return _("event %(number)s was changed", number=position)
            if previous_time and event.occurred_on < previous_time:
                return _("time runs backwards at event %(number)s", number=position)
            previous_hash, previous_time = event.hash, event.occurred_on
        if len(events) != self.trail_length or (events and self.trail_head != previous_hash):
            return _("events are missing at the end")
        return None

    def _find_version_problem(self, version):
        """Return what is wrong with a frozen version, or none."""
        if version._digest(version.content) != version.content_digest:
            return _("the content was changed")
        if not self._has_intact_file(version.pdf_attachment_id, version.pdf_digest):
            return _("the PDF was changed or is missing")
        frozen = self.event_ids.filtered(lambda event: event.event_type == "version_frozen")
        digests = [
            event._get_payload().get("details", {}).get("content_digest") for event in frozen
        ]
        if version.content_digest not in digests:
            return _("the audit trail knows nothing of this version")
        return None

    def _find_consent_problem(self):
        """Return which consent is not as it was agreed to, or none."""
        for signature in self.signature_ids:
            if problem := signature._find_consent_problem():
                return f"{signature.signed_by}: {problem}"
        return None

    def _find_signed_document_problem(self):
        """Return what is wrong with the stored signed contract, or none."""
        stored = self.event_ids.filtered(lambda event: event.event_type == "document_stored")
        if not self.signed_document_id:
            return _("the file is missing") if stored else Pending(_("it has not been made yet"))
        if not self._has_intact_file(self.signed_document_id, self.signed_document_digest):
            return _("the file was changed or is missing")
        digests = [event._get_payload().get("details", {}).get("sha256") for event in stored]
        if self.signed_document_digest not in digests:
            return _("the audit trail knows nothing of this file")
        return None

    def _has_intact_file(self, attachment, digest):
        """Tell whether a stored file still has the digest it was stored with."""
        content = attachment.raw
        return bool(content) and sha256_of(content) == digest
