import re

from odoo import _, api, models
from odoo.tools import format_date

from ...const import PREPARING_STATES
from ...utils import format_moment

# Letters and digits that people and scanners take for each other; codes have only the
# letters and the digits 2 to 7.
MISREAD = str.maketrans("018", "OIB")
CODE = re.compile(r"[A-Z2-7]{24}")
DIGEST = re.compile(r"[0-9a-f]{64}")


class CustomerContract(models.Model):
    """What anybody who holds a contract, or its code, may know of it.

    Whether it is genuine and where it stands; neither what it says nor who the people
    are, beyond their initials.
    """

    _inherit = "customer.contract"

    _signed_document_digest = models.Index(
        "(signed_document_digest) WHERE signed_document_digest IS NOT NULL"
    )

    @api.model
    def _find_by_verification_code(self, code):
        """Find the contract that a code is printed on.

        :param str code: the code as typed, with or without spaces and dashes
        :return: the contract, elevated; none if there is no such code
        :rtype: recordset of `customer.contract`
        """
        clean = re.sub(r"[\W_]+", "", code or "").upper().translate(MISREAD)
        # Anybody may ask; what they are told is prepared here.
        contracts_sudo = self.sudo().with_context(active_test=False)
        if not CODE.fullmatch(clean):
            return contracts_sudo.browse()
        return contracts_sudo.search([("verification_code", "=", clean)], limit=1)

    @api.model
    def _find_by_file_digest(self, digest):
        """Find the contract that a file belongs to: the signed one, or as it was frozen.

        :param str digest: the file's SHA-256 in hexadecimal
        :return: the contract, elevated; none if no contract has such a file
        :rtype: recordset of `customer.contract`
        """
        # Anybody may ask; what they are told is prepared here.
        contracts_sudo = self.sudo().with_context(active_test=False)
        if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
            return contracts_sudo.browse()
        signed_sudo = contracts_sudo.search([("signed_document_digest", "=", digest)], limit=1)
        if signed_sudo:
            return signed_sudo
        versions_sudo = self.env["customer.contract.version"].sudo()
        return versions_sudo.search([("pdf_digest", "=", digest)], limit=1).contract_id

    def _prepare_verification(self):
        """Prepare what the public page tells about the contract.

        :rtype: dict
        """
        self.ensure_one()
        version = self.current_version_id
        signatures = self.current_signature_ids.sorted("id")
        return {
            "reference": self.name,
            "company": self.company_id.name,
            "counterparty": self._get_initials(self.commercial_partner_id.name),
            "code": self._group_code(self.verification_code),
            "state": self.state,
            "state_text": self._describe_state_to_anybody(),
            "is_damaged": self.integrity_state == "damaged",
            "checked_on": self._format_utc(self.last_integrity_check)
            if self.integrity_state == "intact"
            else "",
            "signed_on": self._format_utc(self.signed_on),
            "signatures": [
                {
                    "initials": self._get_initials(signature.signed_by),
                    "signed_on": self._format_utc(signature.signed_on),
                    "identity": self._describe_identity(signature.identified_by),
                }
                for signature in signatures
            ],
            "version": version.number,
            "content_digest": version.content_digest,
            "signed_digest": self.signed_document_digest,
            "seal_text": self._describe_seal() if self.state == "signed" else "",
            "trail_length": self.trail_length,
            "trail_head": self.trail_head,
            "files": self._prepare_verifiable_files(),
        }

    def _prepare_verifiable_files(self):
        """Prepare the digests that a file in the reader's hands is compared with.

        :return: for each of our files its digest, kind and version
        :rtype: list[dict]
        """
        self.ensure_one()
        files = [
            {
                "sha256": version.pdf_digest,
                "kind": "current" if version == self.current_version_id else "former",
                "version": version.number,
            }
            for version in self.version_ids.sorted("number", reverse=True)
        ]
        if self.signed_document_digest:
            signed = {
                "sha256": self.signed_document_digest,
                "kind": "signed",
                "version": self.current_version_id.number,
            }
            files.insert(0, signed)
        return files

    def _describe_state_to_anybody(self):
        """Tell in a sentence where the contract stands.

        :rtype: str
        """
        self.ensure_one()
        if self.termination_date:
            return _(
                "Signed by everyone, and terminated as of %(date)s.",
                date=format_date(self.env, self.termination_date),
            )
        if self.state in PREPARING_STATES and self.signature_ids:
            return _("In preparation: it was signed in part, but not by everyone.")
        return {
            "draft": _("In preparation: it is not signed."),
            "approval": _("In preparation: it is not signed."),
            "sent": _("Out for signature: it is not signed by everyone yet."),
            "signed": _("Signed by everyone."),
            "disputed": _("Disputed: it is not signed by everyone."),
            "declined": _("Declined: it did not come about."),
            "cancelled": _("Cancelled: it did not come about."),
            "expired": _("Expired: it was not signed in time and did not come about."),
        }[self.state]

    def _describe_seal(self):
        """Tell whether the signed contract is sealed.

        :rtype: str
        """
        self.ensure_one()
        if self.seal_state == "sealed":
            level = dict(self._fields["seal_level"]._description_selection(self.env))
            return _("Sealed (%(level)s)", level=level[self.seal_level])
        if self.seal_state == "pending" or not self.signed_document_id:
            return _("Not yet: the signed contract is being prepared")
        return _("Not sealed")

    @api.model
    def _get_initials(self, name):
        """Return a name's initials.

        :param str name: the name of a person or company
        :rtype: str
        """
        words = re.findall(r"\w[\w'’-]*", name or "")
        return " ".join(f"{word[0].upper()}." for word in words[:4])

    @api.model
    def _group_code(self, code):
        """Return a code in groups of four, as it is printed.

        :rtype: str
        """
        return " ".join(re.findall(".{1,4}", code or ""))

    def _format_utc(self, moment):
        """Return a time for readers anywhere: in UTC, with the month as a word.

        :param datetime moment: the time, or none
        :rtype: str
        """
        return format_moment(self.env, moment)
