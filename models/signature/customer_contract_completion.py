import json
import logging
from datetime import timedelta

from odoo import Command, _, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...const import EVIDENCE, EVIDENCE_FILE_NAME, EVIDENCE_SCHEMA
from ...tools.pdf.quick_read import find_attachment
from ...utils import sha256_of

_logger = logging.getLogger(__name__)
# How long a contract is left alone after a step that failed.
PAUSE = timedelta(minutes=15)


class CustomerContract(models.Model):
    """What follows when everybody has signed: one stored file, sent to everybody.

    The last signature only marks the contract as signed. A job makes the file,
    stores it and sends it, each step in a transaction of its own, so that it can
    be repeated from wherever it stopped.

    The evidence stands inside the signed contract, as data, and goes to every party. So it
    holds the whole chain of events, which proves that none is missing, but spells out only
    those that every party may know; of what happened inside a company, the digests are
    enough.
    """

    _inherit = "customer.contract"

    finalize_after = fields.Datetime(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="When what failed after the signatures is tried again: until then, it stands in "
        "nobody's way.",
    )

    def _get_protected_fields(self):
        return super()._get_protected_fields() | {
            "finalize_after",
            "interim_document_id",
            "interim_signatures",
        }

    def _complete(self):
        """Mark the contract as signed by everybody and start the job."""
        self.ensure_one()
        self._change_state("signed", signed_on=fields.Datetime.now(), portal_published=True)
        self._log_event("completed")
        # Participants have no rights on scheduled actions.
        self.env.ref("customer_contract.ir_cron_finalize").sudo()._trigger()

    @api.model
    def _cron_finalize(self):
        """Make, store and send the signed contracts that are due."""
        # Odoo has scheduled code queue its mails; the queue runs once an hour.
        self = self.with_context(mail_notify_force_send=True)
        is_due = Domain("finalize_after", "=", False) | Domain(
            "finalize_after", "<=", fields.Datetime.now()
        )
        domain = Domain("state", "=", "signed") & Domain("copies_sent_on", "=", False) & is_due
        contracts = self.with_context(active_test=False).search(domain, order="signed_on, id")
        self.env["ir.cron"]._commit_progress(remaining=len(contracts))
        for contract in contracts:
            contract = contract._try_lock_for_job().filtered_domain(domain)
            if contract:
                contract._finalize_or_report()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _finalize_or_report(self):
        """Take the steps that are left, each in a transaction of its own.

        If one fails, that is said once, and the step is left to the next run.
        """
        self.ensure_one()
        for is_left, step in (
            (lambda: not self.signed_document_id, self._store_signed_document),
            (lambda: not self.copies_sent_on, self._send_copies),
        ):
            if not is_left():
                continue
            try:
                with self.env.cr.savepoint():
                    step()
            except Exception as error:
                # whatever fails here must leave the other contracts alone
                self.invalidate_recordset()
                self._report_failure(error)
                return
            self.env["ir.cron"]._commit_progress()

    def _report_failure(self, error):
        """Tell that a step failed, once and not at every try.

        :param Exception error: what went wrong
        """
        self.ensure_one()
        _logger.exception("A step after the signatures of contract %s failed", self.id)
        self._write_protected({"finalize_after": fields.Datetime.now() + PAUSE})
        last = self.sudo().event_ids.sorted("sequence")[-1:]
        if last.event_type != "job_failed":
            self._log_event("job_failed", details={"error": str(error)[:500]})
            self._tell_manager(
                lambda env: env._(
                    "The signed document could not be made or sent yet. It will be tried again."
                )
            )

    def _store_signed_document(self):
        """Render the signed contract and store it for good.

        :raise UserError: if somebody's signature is missing
        """
        self.ensure_one()
        signatures = self.current_signature_ids
        signers = self._get_expected_signers()
        if not signers or signatures.participant_id != signers:
            raise UserError(_("Signatures are missing under %(contract)s.", contract=self.name))
        document = self._render_signed_document(signatures)
        attachment = self._store_evidence_file(
            _("%(reference)s signed.pdf", reference=self._get_file_stem()), document
        )
        digest = sha256_of(document)
        self._write_protected(
            {"signed_document_id": attachment.id, "signed_document_digest": digest}
        )
        self._log_event("document_stored", details={"sha256": digest, "size": len(document)})

    def _render_signed_document(self, signatures):
        """Make what everybody will see for ever.

        :param recordset signatures: the signatures under the current version
        :return: a PDF
        :rtype: bytes
        """
        self.ensure_one()
        # What finishing needs is tried before the file is made for nothing.
        options = self._prepare_finishing()
        evidence = self._prepare_evidence()
        pdf = self._render_contract_pdf(
            self.current_version_id._get_content(),
            signatures,
            completion={"evidence": evidence, **self._prepare_completion(options)},
        )
        return self._finish_document(pdf, evidence, options)

    def _prepare_finishing(self):
        """Prepare with what the signed contract is finished.

        A contract is finished without a seal; features that add something extend this.

        :return: what :func:`~..tools.pdf.seal.finish_file` takes beside file and attachments
        :rtype: dict
        """
        self.ensure_one()
        return {}

    def _prepare_completion(self, options):
        """Prepare what the certificate of completion tells about the finished file.

        :param dict options: what :meth:`_prepare_finishing` returned
        :rtype: dict
        """
        return {}

    def _finish_document(self, pdf, evidence, options):
        """Put the evidence inside a file; features that add something extend this.

        :param bytes pdf: the contract with its certificate of completion
        :param dict evidence: the evidence
        :param dict options: what :meth:`_prepare_finishing` returned
        :rtype: bytes
        """
        # pyHanko takes a moment to load, which other jobs need not wait for.
        from ...tools.pdf.seal import finish_file

        text = self.env["customer.contract.event"]._serialize(evidence)
        return finish_file(pdf, {EVIDENCE_FILE_NAME: (text, "Evidence data (JSON)")}, **options)

    def _get_integrity_checks(self):
        checks = super()._get_integrity_checks()
        checks.append(("signatures", self._find_lost_signature))
        if self.state == "signed" and self.signed_document_id:
            checks.append(("attached evidence", self._find_evidence_file_problem))
        return checks

    def _find_lost_signature(self):
        """Return whether a signature that the audit trail names is gone, or none."""
        events = self._get_events("signed", "approved")
        named = {event.details.get("signature_digest") for event in events}
        if named - {None, ""} - {one._get_evidence_digest() for one in self.signature_ids}:
            return _("a signature of the audit trail was changed or is missing")
        return None

    def _send_copies(self):
        """Post the signed contract in the chatter and mail it to every party.

        They are *sent* once mail servers took them: see :meth:`_follow_copies`.
        """
        self.ensure_one()
        people = self.participant_ids.partner_id | self.requester_id | self.user_id.partner_id
        messages_sudo = self._send_template(
            "customer_contract.mail_template_signed",
            people,
            attachments=self.signed_document_id,
        )
        self._write_protected(
            {
                "copies_sent_on": fields.Datetime.now(),
                "copies_message_ids": [Command.set(messages_sudo.ids)],
            }
        )
        told = messages_sudo.notification_ids.res_partner_id
        self._log_event("copies_queued", details={"recipients": sorted(told.mapped("name"))})

    # === EVIDENCE IN THE FILE === #

    def _prepare_evidence(self):
        """Prepare the evidence that goes into the signed contract.

        :return: content that has a canonical form
        :rtype: dict
        """
        self.ensure_one()
        events = self.event_ids.sorted("sequence")
        told = events._get_types_for(EVIDENCE)
        return {
            "schema": EVIDENCE_SCHEMA,
            **self._prepare_compared_evidence(events),
            "consents": [
                {"sha256": digest, "text": text}
                for digest, text in self._get_consent_texts(self.signature_ids).items()
            ],
            "events": [self._prepare_evidence_event(event, told) for event in events],
            "trail": {"length": self.trail_length, "head": self.trail_head},
        }

    def _prepare_compared_evidence(self, events):
        """Prepare what the evidence inside the signed contract is compared with, as a whole.

        :param events: the contract's trail, as records or as it is read to be checked
        :rtype: dict
        """
        return {
            "contract": {
                "id": self.id,
                "reference": self.name,
                "verification_code": self.verification_code,
                "completed_on": fields.Datetime.to_string(self.signed_on) + "Z",
            },
            "versions": self._prepare_evidence_versions(events),
            "signatures": [
                signature._read_export() for signature in self.signature_ids.sorted("id")
            ],
        }

    def _prepare_evidence_versions(self, events):
        """Prepare what was frozen; the content of what was sent, the digest of the rest.

        :param events: the contract's trail, as records or as it is read to be checked
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

    def _prepare_evidence_event(self, event, told):
        """Prepare one event; without its payload if that is for insiders.

        What the parties are told in full is what was sent, and who did what with it.

        :param recordset event: the event
        :param set told: the kinds of events that every party may know
        :rtype: dict
        """
        exported = event._export()
        if event.event_type not in told:
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
        try:
            return self._compare_evidence(json.loads(self._read_attached_evidence() or b""))
        except (ValueError, KeyError, TypeError):
            return self.env._("it cannot be read")

    def _read_attached_evidence(self):
        """Return the evidence inside the signed contract.

        :rtype: bytes | None
        """
        rows = self._get_read_rows()
        content = rows.read_file(self.signed_document_id)
        found = find_attachment(content) if rows.is_quick else None
        if found and found.startswith(b"{"):
            return found
        # pyHanko takes a moment to load, which other checks need not wait for.
        from ...tools.pdf.seal import read_attachment

        return read_attachment(content, EVIDENCE_FILE_NAME)

    def _compare_evidence(self, attached):
        """Return in what some evidence differs from the contract's own.

        :param dict attached: the evidence, as it was prepared when the file was made
        :rtype: str | None
        """
        length = attached["trail"]["length"]
        events = self._get_trail()
        hashes = [event.hash for event in events[:length]]
        if hashes != [event["hash"] for event in attached["events"]] or (
            hashes[length - 1 : length] or [""]
        ) != [attached["trail"]["head"]]:
            return self.env._("the audit trail is another than when the contract was signed")
        known = self._prepare_compared_evidence(events)
        if known["versions"] != attached["versions"]:
            return self.env._("the versions are others than when the contract was signed")
        if known["signatures"] != attached["signatures"]:
            return self.env._("the signatures are others than when the contract was signed")
        if known["contract"] != attached["contract"]:
            return self.env._("it belongs to another contract")
        return None
