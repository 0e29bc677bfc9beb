import json

from odoo import fields, models

EVIDENCE_SCHEMA = "customer_contract.evidence/1"
EVIDENCE_FILE_NAME = "evidence.json"


class CustomerContract(models.Model):
    """The evidence that stands inside the signed contract itself, as data.

    It goes to every party. So it holds the whole chain of events, which proves that
    none is missing, but spells out only those that every party may know; of what
    happened inside a company, the digests are enough.
    """

    _inherit = "customer.contract"

    # What the parties are told in full: what was sent, and who did what with it.
    _EVIDENCE_EVENT_TYPES = (
        "version_frozen",
        "version_superseded",
        "values_confirmed",
        "values_changed",
        "values_proposed",
        "values_accepted",
        "values_refused",
        "values_withdrawn",
        "sent",
        "requested",
        "reminded",
        "mail_queued",
        "mail_sent",
        "mail_failed",
        "mail_bounced",
        "in_person_started",
        "code_sent",
        "code_accepted",
        "code_refused",
        "code_locked",
        "consent_withdrawn",
        "paper_revoked",
        "paper_downloaded",
        "paper_submitted",
        "paper_received",
        "paper_returned",
        "paper_void",
        "link_opened",
        "viewed",
        "downloaded",
        "approved",
        "delegated",
        "deadline_extended",
        "signed",
        "refused",
        "completed",
    )

    def _prepare_evidence(self):
        """Prepare the evidence that goes into the signed contract.

        :return: content that has a canonical form
        :rtype: dict
        """
        self.ensure_one()
        events = self.event_ids.sorted("sequence")
        return {
            "schema": EVIDENCE_SCHEMA,
            "contract": {
                "id": self.id,
                "reference": self.name,
                "verification_code": self.verification_code,
                "completed_on": fields.Datetime.to_string(self.signed_on) + "Z",
            },
            "versions": self._prepare_evidence_versions(events),
            "signatures": [signature._export() for signature in self.signature_ids.sorted("id")],
            "consents": [
                {"sha256": digest, "text": text}
                for digest, text in self._get_consent_texts(self.signature_ids).items()
            ],
            "events": [self._prepare_evidence_event(event) for event in events],
            "trail": {"length": self.trail_length, "head": self.trail_head},
        }

    def _prepare_evidence_versions(self, events):
        """Prepare what was frozen; the content of what was sent, the digest of the rest.

        :param recordset events: the contract's trail
        :rtype: list[dict]
        """
        sent = {
            event._get_payload().get("version", {}).get("number")
            for event in events
            if event.event_type == "sent"
        }
        return [
            {
                "number": version.number,
                "frozen_on": fields.Datetime.to_string(version.frozen_on) + "Z",
                "content_digest": version.content_digest,
                "pdf_digest": version.pdf_digest,
                "content": (
                    version._get_content()
                    if version.number in sent or version == self.current_version_id
                    else None
                ),
            }
            for version in self.version_ids.sorted("number")
        ]

    def _prepare_evidence_event(self, event):
        """Prepare one event; without its payload if that is for insiders.

        :param recordset event: the event
        :rtype: dict
        """
        exported = event._export()
        if event.event_type not in self._EVIDENCE_EVENT_TYPES:
            exported["payload"] = None
        return exported

    def _get_verification_url(self):
        """Return the public address at which the signed contract can be verified.

        :rtype: str
        """
        self.ensure_one()
        return f"{self.get_base_url()}/contract/verify/{self.verification_code}"

    def _get_consent_texts(self, signatures):
        """Return the distinct texts that signers agreed to, by their SHA-256.

        :param recordset signatures: the signatures
        :rtype: dict[str, str]
        """
        return {
            signature.consent_digest: signature.consent_text
            for signature in signatures.sorted("id")
            if signature.consent_digest
        }

    def _find_evidence_file_problem(self):
        """Return in what the evidence inside the signed contract differs from ours.

        The file has left the house: whoever rebuilds the trail, or cuts its end off,
        cannot take back what it says.

        :rtype: str | None
        """
        self.ensure_one()
        # pyHanko takes a moment to load, which other checks need not wait for.
        from ..tools.pdf.seal import read_attachment

        try:
            attached = json.loads(
                read_attachment(self.signed_document_id.raw or b"", EVIDENCE_FILE_NAME) or b""
            )
            return self._compare_evidence(attached)
        except (ValueError, KeyError, TypeError):
            return self.env._("it cannot be read")

    def _compare_evidence(self, attached):
        """Return in what some evidence differs from the contract's own.

        :param dict attached: the evidence, as it was prepared when the file was made
        :rtype: str | None
        """
        length = attached["trail"]["length"]
        events = self.event_ids.sorted("sequence")
        if [event.hash for event in events[:length]] != [
            event["hash"] for event in attached["events"]
        ] or (events[length - 1 : length].hash or "") != attached["trail"]["head"]:
            return self.env._("the audit trail is another than when the contract was signed")
        known = self._prepare_evidence()
        if known["versions"] != attached["versions"]:
            return self.env._("the versions are others than when the contract was signed")
        if known["signatures"] != attached["signatures"]:
            return self.env._("the signatures are others than when the contract was signed")
        if known["contract"] != attached["contract"]:
            return self.env._("it belongs to another contract")
        return None
