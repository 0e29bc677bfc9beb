import base64
import io
import re
import zipfile

from odoo import _, api, models
from odoo.exceptions import UserError
from odoo.tools import file_open

from ...const import BUNDLE_SCHEMA
from ...utils import check_one, sha256_of

# Files in a ZIP have a time; one that never changes keeps the ZIP the same.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
MANIFEST = "MANIFEST.sha256"
README = """\
EVIDENCE OF CONTRACT {reference}
{underline}

This archive proves what was agreed, by whom, when, and how each person was
identified. It needs no access to the server that made it.

TO VERIFY IT

    python3 verify.py

needs Python 3.8 or later and nothing else. It reports each check and ends with
exit status 0 if everything is intact, else 1. It works on the ZIP as well:

    python3 verify.py --help
    python3 verify.py bundle.zip

Whoever made this archive could have made another one, with a whole new history.
Compare it therefore with something that was outside of the server at that time:

    python3 verify.py --expect-head HASH
        the last hash of the audit trail, as printed on the certificate of
        completion or in an e-mail
    python3 verify.py --expect-daily DIGEST
        the digest of a daily record, as mailed to the administrators

This bundle cannot vouch for its own verifier: whoever exchanged verify.py could have
exchanged this line, too. Its SHA-256 ("sha256sum verify.py") is

    {verifier}

and has to be the one that the page /contract/verify of the server names, or the README
of the release of the "Customer Contracts" addon for Odoo from which it comes. Or take
verify.py from there, or check by hand: all digests are SHA-256.
The value of a seal's signature is checked by verify.py (RSA, and ECDSA on P-256, P-384
and P-521), and whether its certificate was valid at that time. Who vouches for the
certificate, and whether it was revoked, is shown by any PDF reader that shows signatures,
or by poppler's "pdfsig signed.pdf".

WHAT IS IN IT

    versions/NN/content.json  what was frozen when the contract was sent: the exact
                              bytes that were signed (canonical JSON)
    versions/NN/contract.pdf  the PDF that was made from it, not signed
    annexes/                  files that are part of the contract
    signed.pdf                the contract with its signatures, as everybody got it
    signatures.jsonl          one line for each act of signing, as it was hashed
    signatures/NN.png         the picture of the signature in line NN; NN.pdf is the scan
                              of a contract that was signed by hand on paper
    papers/                   the files in which signed papers came, as they were taken in
    consents/DIGEST.txt       what signers agreed to before they signed
    events.jsonl              the audit trail, one event a line; "payload" is the
                              exact text that was hashed
    chain.json                length and last hash of the trail, and its anchors in
                              the daily records
    certificates/             the certificates of the seal, if the contract is sealed
    MANIFEST.sha256           the SHA-256 of all other files ("sha256sum -c" reads it)

HOW IT HOLDS TOGETHER

Each event's hash is the SHA-256 of {{"at", "contract", "payload_digest",
"previous_hash", "sequence", "type"}} as canonical JSON: sorted keys, no white space,
UTF-8. The first event's previous hash is 64 zeros. The trail names the digests of the
versions, the PDFs, each act of signing and the signed contract. An act of signing
names the digests of the content that was signed, of the picture and of the consent.
"""


class CustomerContract(models.Model):
    """The evidence as one file, which can be verified without this server."""

    _inherit = "customer.contract"

    @api.readonly
    def get_evidence_bundle(self):
        """Return all evidence of one contract as a ZIP that verifies itself.

        The audit trail keeps who took it. Apart from that event, the same evidence
        makes the same bytes.

        :return: the ZIP, in base64
        :rtype: str
        :raise AccessError: if the user may not read the contract, or is not internal
        :raise UserError: if the contract was never frozen
        """
        check_one(self)
        return base64.b64encode(self._export_evidence_bundle()).decode()

    def action_download_evidence_bundle(self):
        """Download the evidence of one contract.

        :return: an action
        :rtype: dict
        :raise AccessError: if the user may not read the contract, or is not internal
        """
        check_one(self)
        self._check_may_audit()
        return {
            "type": "ir.actions.act_url",
            "url": f"/contract/{self.id}/evidence",
            "target": "download",
        }

    def _export_evidence_bundle(self):
        """Make the ZIP for the user, and have the trail keep that.

        :rtype: bytes
        :raise AccessError: if the user may not read the contract, or is not internal
        :raise UserError: if the contract was never frozen
        """
        self.ensure_one()
        self._check_may_audit()
        # The evidence goes out as a whole to whoever may read the contract.
        bundle = self.sudo()._make_evidence_bundle()
        self._log_event(
            "bundle_exported", details={"sha256": sha256_of(bundle), "size": len(bundle)}
        )
        return bundle

    def _get_evidence_bundle_name(self):
        """Return the name of the ZIP."""
        self.ensure_one()
        return _("%(reference)s evidence.zip", reference=self._get_file_stem())

    def _make_evidence_bundle(self):
        """Make the ZIP.

        :rtype: bytes
        :raise UserError: if the contract was never frozen
        """
        self.ensure_one()
        if not self.version_ids:
            raise UserError(
                _(
                    "%(contract)s was never sent or signed: there is nothing to prove yet.",
                    contract=self.display_name,
                )
            )
        # what is in memory proves nothing
        self.env.flush_all()
        self.env.invalidate_all()
        files = self._prepare_bundle_files()
        files[MANIFEST] = "".join(
            f"{sha256_of(content)}  {name}\n" for name, content in sorted(files.items())
        ).encode()
        output = io.BytesIO()
        with zipfile.ZipFile(output, "w") as archive:
            for name, content in sorted(files.items()):
                entry = zipfile.ZipInfo(name, ZIP_TIME)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.create_system = 3  # the rights that follow are those of Unix
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, content, compresslevel=6)
        return output.getvalue()

    def _prepare_bundle_files(self):
        """Prepare the files of the ZIP, without its manifest.

        :return: the files by their names
        :rtype: dict[str, bytes]
        """
        self.ensure_one()
        title = f"EVIDENCE OF CONTRACT {self.name}"
        script = self._read_verifier()
        readme = README.format(
            reference=self.name, underline="=" * len(title), verifier=sha256_of(script)
        )
        files = {"README.txt": readme.encode(), "verify.py": script}
        for version in self.version_ids:
            folder = f"versions/{version.number:02d}"
            files[f"{folder}/content.json"] = version.content.encode()
            # a lost file is left out: verify.py tells, and the rest still proves something
            if pdf := version.pdf_attachment_id.raw:
                files[f"{folder}/contract.pdf"] = pdf
        files.update(self._prepare_bundled_annexes())
        files.update(self._prepare_bundled_signatures())
        if signed := self.signed_document_id.raw:
            files["signed.pdf"] = signed
        if certificate := self.seal_certificate_id:
            files["certificates/seal.pem"] = certificate._get_public_pem().encode()
        events = self.event_ids.sorted("sequence")
        files["events.jsonl"] = self._join_lines(
            {**event._export(), "payload": event.payload or ""} for event in events
        )
        files["chain.json"] = self._serialize_bundled(
            {
                "schema": BUNDLE_SCHEMA,
                "contract": self.id,
                "reference": self.name,
                "verification_code": self.verification_code or "",
                "length": len(events),
                "head": events[-1:].hash or "",
                "anchors": [anchor._export() for anchor in self.anchor_ids.sorted("trail_length")],
            }
        )
        return files

    @api.model
    def _read_verifier(self):
        """Return the script that verifies bundles.

        :rtype: bytes
        """
        with file_open("customer_contract/tools/verify.py", "rb") as script:
            return script.read()

    @api.model
    def _get_verifier_digest(self):
        """Return the SHA-256 of the script that verifies bundles, for anybody to compare.

        :rtype: str
        """
        return sha256_of(self._read_verifier())

    def _prepare_bundled_annexes(self):
        """Prepare the files that are part of the versions, as far as they still exist.

        :rtype: dict[str, bytes]
        """
        wanted = {
            annex["sha256"]
            for version in self.version_ids
            for annex in version._get_content()["documents"]
        }
        files = {}
        for document in self.document_ids.sorted("id"):
            content = document.raw or b""
            digest = sha256_of(content)
            if digest in wanted:
                # the name comes from a user, and must not lead out of the folder
                name = re.sub(r"[^\w.-]+", "_", document.name).lstrip(".")[-80:]
                files[f"annexes/{digest[:16]}-{name}"] = content
        return files

    def _prepare_bundled_signatures(self):
        """Prepare the acts of signing, their pictures and consents.

        :rtype: dict[str, bytes]
        """
        files = {}
        signatures = self.signature_ids.sorted("id")
        for number, signature in enumerate(signatures, 1):
            ending = signature._get_picture_ending()
            files[f"signatures/{number:02d}.{ending}"] = signature._get_picture()
            if signature.consent_text:
                text = signature.consent_text.encode()
                files[f"consents/{signature.consent_digest}.txt"] = text
        files["signatures.jsonl"] = self._join_lines(
            signature._export() for signature in signatures
        )
        return files

    def _serialize_bundled(self, content):
        """Return content as canonical JSON.

        :param dict content: what to write
        :rtype: bytes
        """
        return self.env["customer.contract.event"]._serialize(content).encode()

    def _join_lines(self, rows):
        """Return rows as lines of canonical JSON.

        :param iterable rows: the rows
        :rtype: bytes
        """
        return b"".join(self._serialize_bundled(row) + b"\n" for row in rows)

    # === READABLE TRAIL === #

    @api.readonly
    def get_readable_audit_trail(self):
        """Return the audit trail in words, oldest event first.

        :return: one dictionary per event: ``number``, ``time`` (UTC), ``event``,
            ``who``, ``concerns``, ``identified``, ``ip_address``, ``user_agent``,
            ``version``, ``details`` and ``hash``
        :rtype: list[dict]
        :raise AccessError: if the user may not read the contract, or is not internal
        """
        check_one(self)
        self._check_may_audit()
        # The trail is read as a whole by whoever may read the contract.
        return [event._describe() for event in self.sudo().event_ids.sorted("sequence")]

    def action_download_audit_trail(self):
        """Download the audit trail of one contract as a table.

        :return: an action
        :rtype: dict
        :raise AccessError: if the user may not read the contract, or is not internal
        """
        check_one(self)
        self._check_may_audit()
        return {
            "type": "ir.actions.act_url",
            "url": f"/contract/{self.id}/trail?format=csv",
            "target": "download",
        }
