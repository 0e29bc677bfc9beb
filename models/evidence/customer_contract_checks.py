from odoo import _, models

from ...tools.trail import find_chain_problem
from ...utils import Pending, sha256_of


class CustomerContract(models.Model):
    """What the checks of a contract's evidence look at, one by one."""

    _inherit = "customer.contract"

    def _find_lost_version(self):
        """Return which version the contract or its trail names and is gone, or none."""
        if self.current_version_id - self.version_ids:
            return _("the current version is missing")
        known = set(self.version_ids.mapped("content_digest"))
        for event in self._get_events("version_frozen"):
            if event.details.get("content_digest", "") not in {"", *known}:
                return _("version %(number)s is missing", number=event.details.get("version", "?"))
        return None

    def _find_trail_problem(self):
        """Return what is wrong with the chain of events, or none."""
        events = self._get_trail()
        if problem := find_chain_problem(self.id, events):
            kind, number = problem
            return {
                "missing": _("event %(number)s is missing", number=number),
                "not following": _(
                    "event %(number)s does not follow the one before", number=number
                ),
                "erased": _("the payload of event %(number)s was erased", number=number),
                "payload": _("the payload of event %(number)s was changed", number=number),
                "changed": _("event %(number)s was changed", number=number),
                "time": _("time runs backwards at event %(number)s", number=number),
            }[kind]
        last_hash = events[-1].hash if events else ""
        if len(events) != self.trail_length or (events and self.trail_head != last_hash):
            return _("events are missing at the end")
        return None

    def _find_version_problem(self, version):
        """Return what is wrong with a frozen version, or none."""
        if version._digest(version.content) != version.content_digest:
            return _("the content was changed")
        if not self._has_intact_file(version.pdf_attachment_id, version.pdf_digest):
            return _("the PDF was changed or is missing")
        frozen = self._get_events("version_frozen")
        if version.content_digest not in [event.details.get("content_digest") for event in frozen]:
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
        stored = self._get_events("document_stored")
        if not self.signed_document_id:
            return _("the file is missing") if stored else Pending(_("it has not been made yet"))
        if not self._has_intact_file(self.signed_document_id, self.signed_document_digest):
            return _("the file was changed or is missing")
        if self.signed_document_digest not in [event.details.get("sha256") for event in stored]:
            return _("the audit trail knows nothing of this file")
        return None

    def _has_intact_file(self, attachment, digest):
        """Tell whether a stored file still has the digest it was stored with."""
        content = self._get_read_rows().read_file(attachment)
        return bool(content) and sha256_of(content) == digest
