import logging
import time
from urllib.parse import urlsplit

from odoo import _, fields, models

from ...exceptions import SealPendingError
from ...tools import verify
from ...tools.pdf.quick_read import read_plain_seal
from ...utils import Pending, sha256_of

_logger = logging.getLogger(__name__)
TIMESTAMP_TIMEOUT = 10
# For how many seconds an authority that did not answer is not asked again, so that
# one outage does not hold up every contract that waits.
TIMESTAMP_PAUSE = 60
# Addresses of timestamp authorities, and until when this process does not ask them again.
_timestamp_pauses = {}


class CustomerContract(models.Model):
    """The last step: the signed contract with its certificate of completion, sealed.

    Everything happens before the file is stored. A seal that is wanted and cannot be
    made leaves nothing behind but the word that it is pending.
    """

    _inherit = "customer.contract"

    seal_state = fields.Selection(
        [("not_sealed", "Not Sealed"), ("pending", "Seal Pending"), ("sealed", "Sealed")],
        "Seal",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    seal_level = fields.Selection(
        [("b_b", "PAdES B-B"), ("b_t", "PAdES B-T")],
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="B-T: a timestamp authority confirms the time of the seal.",
    )
    seal_certificate_id = fields.Many2one(
        "customer.contract.certificate",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        groups="base.group_user",
    )
    seal_holder = fields.Char(
        "Sealed By", related="seal_certificate_id.subject", groups="base.group_user"
    )
    seal_serial = fields.Char(
        "Seal's Serial Number",
        related="seal_certificate_id.serial_number",
        groups="base.group_user",
    )
    seal_timestamp = fields.Datetime(
        "Timestamp",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The time that the timestamp authority confirmed.",
    )

    def _get_protected_fields(self):
        return super()._get_protected_fields() | {
            "seal_state",
            "seal_level",
            "seal_certificate_id",
            "seal_timestamp",
        }

    # === MAKING === #

    def _prepare_finishing(self):
        """Prepare the key and the timestamp authority that the file is sealed with.

        :raise SealPendingError: if it is to be sealed and cannot be now
        """
        options = super()._prepare_finishing()
        certificate_sudo = self._get_seal_certificate()
        if not certificate_sudo:
            return options
        return {
            **options,
            "key": certificate_sudo._unlock(),
            "authority": self._ask_timestamp_authority(),
            "name": self.company_id.name,
            "reason": _("Contract %(reference)s, signed by everybody", reference=self.name),
        }

    def _prepare_completion(self, options):
        level = "b_t" if options.get("authority") else "b_b"
        return {
            **super()._prepare_completion(options),
            "certificate_id": self._get_seal_certificate().id,
            "level": level if options.get("key") else "",
        }

    def _finish_document(self, pdf, evidence, options):
        if not options.get("key"):
            return super()._finish_document(pdf, evidence, options)
        try:
            return super()._finish_document(pdf, evidence, options)
        except Exception as error:
            # no failure of a seal may end in a file without one
            raise SealPendingError(
                _("The seal could not be made: %(reason)s", reason=type(error).__name__)
            ) from error

    def _get_seal_certificate(self):
        """Return the certificate that the contract's company seals with, if any.

        :rtype: recordset of `customer.contract.certificate`, elevated
        """
        self.ensure_one()
        # Certificates are for administrators, seals for everybody's contracts.
        Certificate_sudo = self.env["customer.contract.certificate"].sudo()
        return Certificate_sudo._get_in_use(self.company_id)

    def _ask_timestamp_authority(self):
        """Get in touch with the timestamp authority, if the company has one.

        :return: what to make timestamps with, or none
        :raise SealPendingError: if it does not answer
        """
        self.ensure_one()
        # Its address may hold a password, so only administrators read it.
        url = self.company_id.sudo().contract_timestamp_url
        if not url:
            return None
        # pyHanko takes a moment to load, which contracts without a seal need not wait for.
        from ...tools.pdf.seal import ask_timestamp_authority

        if _timestamp_pauses.get(url, 0) > time.monotonic():
            raise self._prepare_timestamp_refusal(url)
        try:
            return ask_timestamp_authority(url, TIMESTAMP_TIMEOUT)
        except Exception as error:
            # an answer that is no timestamp makes pyHanko fail in many ways
            _timestamp_pauses[url] = time.monotonic() + TIMESTAMP_PAUSE
            raise self._prepare_timestamp_refusal(url) from error

    def _prepare_timestamp_refusal(self, url):
        """Prepare the error that tells which authority does not answer.

        :param str url: its address, which is not told as a whole
        :rtype: SealPendingError
        """
        return SealPendingError(
            _("The timestamp authority %(host)s does not answer.", host=urlsplit(url).hostname)
        )

    def _store_signed_document(self):
        """Store the signed contract, once its seal is proven to hold.

        :raise SealPendingError: if it does not
        """
        super()._store_signed_document()
        certificate_sudo = self._get_seal_certificate()
        if not certificate_sudo:
            self._write_protected({"seal_state": "not_sealed"})
            return
        seal = self._read_seal(certificate_sudo, fields.Datetime.now())
        if seal.problem or seal.certificate_digest != certificate_sudo.digest:
            raise SealPendingError(
                _("The seal does not hold: %(reason)s", reason=seal.problem or "certificate")
            )
        level = "b_t" if seal.timestamp else "b_b"
        self._write_protected(
            {
                "seal_state": "sealed",
                "seal_level": level,
                "seal_certificate_id": certificate_sudo.id,
                "seal_timestamp": seal.timestamp,
            }
        )
        self._log_event(
            "sealed",
            details={
                "level": dict(self._fields["seal_level"].selection)[level],
                "certificate_sha256": seal.certificate_digest,
                "serial_number": certificate_sudo.serial_number,
                "timestamp": (
                    fields.Datetime.to_string(seal.timestamp) + "Z" if seal.timestamp else ""
                ),
                "timestamp_authority_sha256": seal.authority_digest,
            },
        )

    def _read_seal(self, certificate, moment):
        """Read the seal of the stored file.

        :param recordset certificate: the certificate it should be made with
        :param datetime moment: when it was made
        :rtype: odoo.addons.customer_contract.tools.pdf.seal.Seal
        """
        self.ensure_one()
        # pyHanko takes a moment to load, which other checks need not wait for.
        from ...tools.pdf.seal import read_seal

        content = self._get_read_rows().read_file(self.signed_document_id)
        return read_seal(content, moment, certificate._get_chain())

    def _report_failure(self, error):
        """Say once that a seal is pending, and why."""
        if not isinstance(error, SealPendingError):
            super()._report_failure(error)
            return
        self.ensure_one()
        if self.seal_state == "pending":
            _logger.info("The seal of contract %s is still pending: %s", self.id, error)
            return
        _logger.warning("The seal of contract %s is pending: %s", self.id, error)
        self._write_protected({"seal_state": "pending"})
        self._log_event("seal_pending", details={"reason": str(error)[:500]})
        self._tell_manager(
            lambda env: env._(
                "The signed contract waits for its seal, and was not sent out yet. It will be "
                "tried again. %(reason)s",
                reason=error,
            )
        )

    # === VERIFICATION === #

    def _get_integrity_checks(self):
        checks = super()._get_integrity_checks()
        is_made = self.state == "signed" and self.signed_document_id
        if self._is_seal_recorded() or (is_made and self.seal_state != "not_sealed"):
            checks.append(("seal", self._find_seal_problem))
        return checks

    def _is_seal_recorded(self):
        """Tell whether the audit trail names a seal."""
        return bool(self._get_events("sealed"))

    def _find_signed_document_problem(self):
        problem = super()._find_signed_document_problem()
        if isinstance(problem, Pending) and self.seal_state == "pending":
            return Pending(_("its seal is still to be made"))
        return problem

    def _get_recorded_seal(self):
        """Return what the audit trail says about the seal, if it was made.

        :return: the event's details, with its time
        :rtype: dict
        """
        events = self._get_events("sealed")
        if not events:
            return {}
        return {**events[-1].details, "occurred_on": events[-1].occurred_on}

    def _find_seal_problem(self):
        """Return what is wrong with the seal of the stored file, or none.

        :rtype: str | None
        """
        recorded = self._get_recorded_seal()
        if not recorded:
            return _("the audit trail knows nothing of a seal")
        certificate = self.seal_certificate_id
        if self.seal_state != "sealed" or not certificate:
            return _("the file was sealed, and the contract says otherwise")
        if self._has_quickly_read_seal(certificate, recorded):
            return None
        seal = self._read_seal(certificate, recorded["occurred_on"])
        if seal.problem:
            return self._explain_seal_problem(seal.problem)
        known = {certificate.digest, recorded.get("certificate_sha256", certificate.digest)}
        if known != {seal.certificate_digest}:
            return _("it was made with another certificate than the one on record")
        if seal.timestamp != (self.seal_timestamp or None) or seal.authority_digest != (
            recorded.get("timestamp_authority_sha256", seal.authority_digest)
        ):
            return _("its timestamp is another than the one on record")
        return None

    def _has_quickly_read_seal(self, certificate, recorded):
        """Tell whether the stored file's seal holds, while many contracts are checked together.

        Its value and what it is of are checked for each file. All else, and whether the issuers
        vouch for the certificate, is checked with the first file whose seal has the same form,
        of those that are checked together; one with a timestamp is read as a whole.

        :param recordset certificate: the certificate it should be made with
        :param dict recorded: what the audit trail says of it
        :return: False if that has to be found out by reading it as a whole
        :rtype: bool
        """
        rows = self._get_read_rows()
        moment, digest = recorded["occurred_on"], recorded.get("certificate_sha256")
        if not rows.is_quick or self.seal_timestamp or recorded.get("timestamp"):
            return False
        pem = certificate._get_public_pem().encode()
        try:
            sealing, *chain = rows.remember(("pem", pem), lambda: verify.read_certificates(pem))
        except (ValueError, verify.Problem):
            return False
        if not sha256_of(sealing) == certificate.digest == digest:
            return False
        content = rows.read_file(self.signed_document_id)
        form = read_plain_seal(content, moment, sealing, tuple(chain))
        return bool(form) and rows.remember(
            ("seal", certificate.id, form),
            lambda: not self._read_seal(certificate, moment).problem,
        )

    def _explain_seal_problem(self, problem):
        """Return in words why a seal does not hold.

        :param str problem: a short name for it
        :rtype: str
        """
        return {
            "missing": _("the file has no seal"),
            "several": _("the file was signed once more after it was sealed"),
            "changed": _("the file was changed after it was sealed"),
            "appended": _("something was added to the file after it was sealed"),
            "untrusted": _("its certificate or timestamp cannot be trusted"),
        }.get(problem, _("the file cannot be read"))
