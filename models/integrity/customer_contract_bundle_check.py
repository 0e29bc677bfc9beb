import base64
import binascii
import json
import tempfile
from functools import partial
from pathlib import Path

from odoo import _, api, models
from odoo.exceptions import AccessError, UserError

from ...utils import sha256_of

PROGRAM = "customer_contract/tools/bundle_check/work.py"
MOST_BYTES = 96 * 1024**2
# What it may hold
MOST_UNPACKED = 256 * 1024**2
MOST_FILES = 5000
# Earlier releases have another verifier: that it differs is told, and proves nothing.
UNCOMPARED = {"manifest"}
# Where the files of some checks are
FOLDERS = {
    "versions": "versions/",
    "consents": "consents/",
    "signed contract": "signed.pdf",
    "seal": "certificates/",
}


class CustomerContract(models.Model):
    """Whether a file that somebody brings is the one that is kept here.

    What ``verify.py`` says proves that a bundle agrees with itself. Who made all of it anew
    is found by comparing it, check by check, with what this server keeps.
    """

    _inherit = "customer.contract"

    @api.model
    @api.readonly
    def check_evidence_file(self, content):
        """Check an evidence bundle, or a contract's PDF, and compare it with what is kept.

        A bundle is compared with what was kept when it was made: a contract lives on.

        :param str content: the file in base64
        :return: ``{"ok": bool, "contract_id": int | False, "checks": [{"name": str,
            "ok": bool, "detail": str, "is_kept": bool | None, "difference": str}]}``.
            ``ok`` and ``detail`` of a check are what ``verify.py`` says of the file by
            itself; ``is_kept`` tells whether the same is kept here, and is none where
            nothing here can be compared. The whole is ``ok`` if everything is so.
        :rtype: dict
        :raise AccessError: if the user has no access to the back office
        :raise UserError: if the file is too large, or nothing of the kind
        """
        if self.env.user.share:
            raise AccessError(_("The evidence of contracts is for their managers."))
        self.browse().check_access("read")
        file = self._decode_evidence_file(content)
        found = (
            self._describe_pdf(file)
            if file.startswith(b"%PDF-")
            else self._read_evidence_bundle(file)
        )
        contract = self._find_described_contract(found)
        differences = contract._compare_evidence_file(found) if contract else {}
        checks = [
            {
                "name": name,
                "ok": is_passed,
                "detail": detail,
                "is_kept": not differences[name]
                if name in differences and name not in UNCOMPARED
                else None,
                "difference": str(differences.get(name) or ""),
            }
            for name, is_passed, detail in found["verdicts"]
        ]
        return {
            "ok": bool(contract)
            and all(one["ok"] and one["is_kept"] is not False for one in checks),
            "contract_id": contract.id,
            "checks": checks,
        }

    @api.model
    def _decode_evidence_file(self, content):
        """Return a file that came in base64.

        :rtype: bytes
        :raise UserError: if it is too large, or cannot be read
        """
        if isinstance(content, bytes):
            content = content.decode("ascii", "replace")
        if not content or not isinstance(content, str):
            raise UserError(_("Please choose a file."))
        if len(content) > MOST_BYTES * 4 // 3:
            raise UserError(
                _("The file is too large: %(most)s MB are allowed.", most=MOST_BYTES // 1024**2)
            )
        try:
            return base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError) as error:
            raise UserError(_("The file cannot be read.")) from error

    # === READING === #

    @api.model
    def _describe_pdf(self, pdf):
        """Describe a PDF as :meth:`_read_evidence_bundle` describes a bundle.

        :param bytes pdf: the file
        :rtype: dict
        """
        return {"verdicts": [("signed contract", True, "")], "pdf": sha256_of(pdf)}

    @api.model
    def _read_evidence_bundle(self, bundle):
        """Read a bundle, in a process that knows nothing of the database.

        :param bytes bundle: the ZIP
        :return: what ``verify.py`` says of it as ``verdicts``, and what is compared
        :rtype: dict
        :raise UserError: if it is no bundle
        """
        with tempfile.TemporaryDirectory(prefix="contract-bundle-") as name:
            folder = Path(name)
            (folder / "bundle.zip").write_bytes(bundle)
            result = self.env["customer.contract.file.check"]._run(
                folder, {"most_files": MOST_FILES, "most_bytes": MOST_UNPACKED}, PROGRAM
            )
        if result.get("ok"):
            return result
        if result.get("problem") == "bomb":
            raise UserError(_("The file becomes larger than any evidence bundle when opened."))
        raise UserError(_("This is no evidence bundle that can be read, nor a contract's PDF."))

    @api.model
    def _find_described_contract(self, found):
        """Find the contract that a file says it belongs to.

        :param dict found: what was read
        :return: none if there is no such contract, or none that the user may read
        :rtype: recordset
        """
        chain = found.get("chain")
        contract_id = chain.get("contract") if isinstance(chain, dict) else None
        contract = self.browse()
        if type(contract_id) is int and 0 < contract_id < 2**31:
            contract = self.browse(contract_id).exists()
        files = found.get("files") or {}
        for digest in (found.get("pdf"), *map(files.get, sorted(files, reverse=True))):
            # what names no contract may hold a file of one
            contract = contract or self.browse(self._find_by_file_digest(digest).id)
        return contract if contract.has_access("read") else self.browse()

    # === COMPARISON === #

    def _compare_evidence_file(self, found):
        """Compare a file with what is kept of the contract.

        :param dict found: what was read
        :return: in what it differs, or none, by the names of ``verify.py``'s checks
        :rtype: dict
        """
        self.ensure_one()
        # Whoever may read the contract may read its evidence as a whole.
        contract_sudo = self.sudo()
        if "pdf" in found:
            return {"signed contract": contract_sudo._find_pdf_difference(found["pdf"])}
        try:
            kept = contract_sudo._prepare_kept_evidence(found)
        except (LookupError, TypeError, ValueError):
            # Somebody changed what is kept, so that it cannot even be read.
            names = contract_sudo._get_bundle_comparisons()
            return dict.fromkeys(names, _("what is kept here cannot be read"))
        differences = {}
        for name, compare in contract_sudo._get_bundle_comparisons().items():
            try:
                differences[name] = compare(found, kept)
            except (AttributeError, LookupError, TypeError, ValueError):
                # what somebody made of the bundle need not have any form
                differences[name] = _("it cannot be compared: it has another form")
        return differences

    def _get_bundle_comparisons(self):
        """Return what compares a bundle with what is kept, by ``verify.py``'s checks.

        Each gets what was read of the bundle and what is kept, and returns in what they
        differ, or none. Features whose files a bundle holds extend this.

        :rtype: dict[str, callable]
        """
        self.ensure_one()
        return {
            "manifest": self._compare_verifier,
            "trail": self._compare_trail,
            "annexes": self._compare_annexes,
            "signatures": self._compare_signatures,
            "attached evidence": self._compare_attached_evidence,
            "daily records": self._compare_daily_records,
            **{name: partial(self._compare_folder, name) for name in FOLDERS},
        }

    def _find_pdf_difference(self, digest):
        """Return what a PDF is if it is not the signed contract, or none.

        :param str digest: its SHA-256
        :rtype: str | None
        """
        content = self.signed_document_id.raw or b""
        if digest == self.signed_document_digest == sha256_of(content):
            return None
        if digest == self.signed_document_digest:
            return _("it is the one that was stored, but what is stored now is another file")
        number = self.version_ids.filtered(lambda one: one.pdf_digest == digest)[:1].number
        return _("it is version %(number)s as it was frozen, without signatures", number=number)

    def _prepare_kept_evidence(self, found):
        """Prepare what a bundle had to hold when its trail was as long as it says.

        :param dict found: what was read
        :return: the digests of the ``files`` that are kept, the ``lines`` of those that
            grow, the ``events`` up to then, and what their details name
        :rtype: dict
        """
        files = self._prepare_bundle_files()
        lines = {name: files[name].split(b"\n")[:-1] for name in found["lines"]}
        claimed = (found["chain"] or {}).get("length") if isinstance(found["chain"], dict) else 0
        length = max(len(found["lines"]["events.jsonl"]), claimed if type(claimed) is int else 0)
        events = [json.loads(line) for line in lines["events.jsonl"]][:length]
        told = {}
        for event in events:
            details = json.loads(event["payload"] or "{}").get("details") or {}
            told.setdefault(event["event_type"], []).append(details)
        return {
            "files": {name: sha256_of(content) for name, content in files.items()},
            "lines": {name: [sha256_of(line) for line in found] for name, found in lines.items()},
            "signatures": [json.loads(line) for line in lines["signatures.jsonl"]],
            "chain": json.loads(files["chain.json"]),
            "events": events,
            "told": told,
        }

    def _compare_folder(self, name, found, kept):
        """Return in what the files of a check differ from those that are kept, or none.

        :param str name: the check
        """
        wanted = self._get_wanted_files(name, kept)
        there = {one for one in found["files"] if one.startswith(FOLDERS[name])}
        return self._compare_files(sorted(there | wanted), wanted, found, kept)

    @api.model
    def _get_wanted_files(self, name, kept):
        """Return which files a bundle had to hold for a check, by what the trail tells.

        :rtype: set[str]
        """
        told = kept["told"]
        if name == "versions":
            return {
                f"versions/{details['version']:02d}/{file}"
                for details in told.get("version_frozen", ())
                for file in ("content.json", "contract.pdf")
            }
        if name == "consents":
            digests = {row["consent_digest"] for row in self._get_told_signatures(kept).values()}
            return {f"consents/{digest}.txt" for digest in digests - {""}}
        stored = {"signed.pdf"} if told.get("document_stored") else set()
        if name == "seal":
            return stored | {"certificates/seal.pem"} if told.get("sealed") else set()
        return stored

    @api.model
    def _get_told_signatures(self, kept):
        """Return the acts of signing that the trail tells of, by their lines' numbers.

        :rtype: dict[int, dict]
        """
        named = {
            details.get("signature_digest")
            for kind in ("signed", "approved")
            for details in kept["told"].get(kind, ())
        }
        digests = kept["lines"]["signatures.jsonl"]
        return {
            number: row
            for number, (digest, row) in enumerate(zip(digests, kept["signatures"], strict=True), 1)
            if digest in named
        }

    @api.model
    def _compare_files(self, names, wanted, found, kept):
        """Return which file is missing, another one, or none of the contract's.

        :param list[str] names: the files to look at
        :param set[str] wanted: those that have to be there
        :rtype: str | None
        """
        for name in names:
            if name not in wanted:
                return _("%(file)s did not belong to the contract then", file=name)
            if name not in found["files"]:
                return _("%(file)s is missing", file=name)
            if name not in kept["files"]:
                return _("%(file)s is not kept here any more", file=name)
            if found["files"][name] != kept["files"][name]:
                return _("%(file)s is another one than is kept here", file=name)
        return None

    def _compare_verifier(self, found, kept):
        """Return whether the verifier or its instructions are not of this release, or none."""
        for name in ("README.txt", "verify.py"):
            if found["files"].get(name) != kept["files"][name]:
                return _(
                    "%(file)s is not the one of this release: do not rely on it unless it is the "
                    "one of an earlier release",
                    file=name,
                )
        return None

    def _compare_trail(self, found, kept):
        """Return in what the trail is another one than is kept, or none."""
        lines, chain = found["lines"]["events.jsonl"], found["chain"]
        if not lines or lines != kept["lines"]["events.jsonl"][: len(lines)]:
            return _("the trail is another one than is kept here")
        last = kept["events"][len(lines) - 1]["hash"]
        if not isinstance(chain, dict) or (
            chain.get("contract"),
            chain.get("length"),
            chain.get("head"),
        ) != (self.id, len(lines), last):
            return _("the trail's end is another one than is kept here")
        return None

    def _compare_annexes(self, found, kept):
        """Return in what the annexes are others than are part of the contract, or none."""
        annexes = {
            version.number: {one["sha256"] for one in version._get_content()["documents"]}
            for version in self.version_ids
        }
        frozen = [details["version"] for details in kept["told"].get("version_frozen", ())]
        newest = annexes[max(frozen)] if frozen else set()
        there = {digest for name, digest in found["files"].items() if name.startswith("annexes/")}
        if there - set().union(*annexes.values()):
            return _("there is a file that is no part of the contract")
        return _("a file that is part of the contract is missing") if newest - there else None

    def _compare_signatures(self, found, kept):
        """Return in what the acts of signing are others than are kept, or none."""
        told = self._get_told_signatures(kept)
        lines = kept["lines"]["signatures.jsonl"]
        if found["lines"]["signatures.jsonl"] != [lines[number - 1] for number in told]:
            return _("the acts of signing are others than are kept here")
        wanted = {
            f"signatures/{number:02d}.{'pdf' if row['channel'] == 'paper' else 'png'}"
            for number, row in told.items()
        }
        there = {name for name in found["files"] if name.startswith("signatures/")}
        return self._compare_files(sorted(wanted | there), wanted, found, kept)

    def _compare_attached_evidence(self, found, kept):
        """Return in what the evidence inside the signed contract differs, or none."""
        for attached in found["attached"]:
            hashes = [event["hash"] for event in kept["events"]][: attached["trail"]["length"]]
            if (
                attached["contract"]["id"] != self.id
                or [event["hash"] for event in attached["events"]] != hashes
            ):
                return _("the evidence inside the signed contract is of another trail")
        return None

    def _compare_daily_records(self, found, kept):
        """Return in what the anchors are others than are kept, or none."""
        there = found["chain"]["anchors"]
        if any(anchor not in kept["chain"]["anchors"] for anchor in there):
            return _("a daily record is another one than is kept here")
        last = kept["events"][-1]["occurred_on"] if kept["events"] else ""
        for anchor in kept["chain"]["anchors"]:
            is_older = anchor["length"] <= len(kept["events"]) and anchor["record"]["at"] < last
            if is_older and anchor not in there:
                return _("daily record %(number)s is missing", number=anchor["record"]["number"])
        return None
