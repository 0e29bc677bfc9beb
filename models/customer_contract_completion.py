import logging

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from .customer_contract_evidence_mixin import sha256_of

_logger = logging.getLogger(__name__)


class CustomerContract(models.Model):
    """What follows when everybody has signed: one stored file, sent to everybody.

    The last signature only marks the contract as signed. A job makes the file,
    stores it and sends it, each step in a transaction of its own, so that it can
    be repeated from wherever it stopped.
    """

    _inherit = "customer.contract"

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
        domain = [("state", "=", "signed"), ("copies_sent_on", "=", False)]
        contracts = self.with_context(active_test=False).search(domain, order="signed_on, id")
        self.env["ir.cron"]._commit_progress(remaining=len(contracts))
        for contract in contracts:
            contract = contract.try_lock_for_update().filtered_domain(domain)
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
        last = self.sudo().event_ids.sorted("sequence")[-1:]
        if last.event_type != "job_failed":
            self._log_event("job_failed", details={"error": str(error)[:500]})
            self._tell_manager(
                _("The signed document could not be made or sent yet. It will be tried again.")
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
        self._write_guarded({"signed_document_id": attachment.id, "signed_document_digest": digest})
        self._log_event("document_stored", details={"sha256": digest, "size": len(document)})

    def _send_copies(self):
        """Post the signed contract in the chatter and mail it to every party."""
        self.ensure_one()
        people = self.participant_ids.partner_id | self.requester_id | self.user_id.partner_id
        self._send_template(
            "customer_contract.mail_template_signed",
            people,
            attachments=self.signed_document_id,
        )
        self._write_guarded({"copies_sent_on": fields.Datetime.now()})
        self._log_event("copies_sent", details={"recipients": sorted(people.mapped("name"))})
