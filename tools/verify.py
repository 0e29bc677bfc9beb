#!/usr/bin/env python3
"""Verify the evidence of a contract, without the server it comes from.

    python3 verify.py                      the folder this script stands in
    python3 verify.py bundle.zip           a ZIP or a folder
    python3 verify.py --expect-head HASH   the last hash of the audit trail as it was
                                           printed or mailed, which proves that the
                                           whole history was not made anew
    python3 verify.py --expect-daily SHA   the same, by the digest of a daily record

Python 3.8 or later, standard library only. Exit status: 0 everything is intact, 1 a
check failed, 2 there was nothing to check.
"""

# What it finds is for whoever runs it, not for a server's log.
# pylint: disable=print-used

import argparse
import base64
import hashlib
import json
import os
import re
import sys
import zipfile
import zlib

GENESIS = "0" * 64
MANIFEST = "MANIFEST.sha256"
SCHEMA = "customer_contract.bundle/1"
EVIDENCE_SCHEMA = "customer_contract.evidence/1"
DIGEST = re.compile(r"[0-9a-f]{64}")
MOST_BYTES = 2 * 1024**3
# Left behind by the systems that unpack ZIPs; the bundle never has them.
IGNORED = re.compile(r"(^|/)(__MACOSX|__pycache__|\.DS_Store|Thumbs\.db|desktop\.ini)(/|$)")


class Problem(Exception):
    """Something in the evidence is not as it has to be."""


def sha256(content):
    """Return the SHA-256 of text (as UTF-8) or bytes, in hexadecimal."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def canonical(content):
    """Return the one text that some content has: sorted keys, no white space."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def parse(text):
    """Read JSON, refusing what would let two readers see different things."""

    def refuse_doubles(pairs):
        content = dict(pairs)
        if len(content) != len(pairs):
            raise Problem("a key stands twice in an object")
        return content

    return json.loads(text, object_pairs_hook=refuse_doubles)


def demand(condition, message):
    """Raise a problem unless the condition holds."""
    if not condition:
        raise Problem(message)


def read_bundle(path):
    """Return the files of a ZIP or a folder by their names."""
    if os.path.isdir(path):
        return read_folder(path)
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        names = [entry.filename for entry in entries]
        demand(len(set(names)) == len(names), "a name stands twice in the ZIP")
        demand(sum(entry.file_size for entry in entries) < MOST_BYTES, "the ZIP is too large")
        return {entry.filename: archive.read(entry) for entry in entries}


def read_folder(path):
    """Return the files of an unpacked bundle by their names."""
    files = {}
    for folder, _folders, names in os.walk(path):
        for name in names:
            full = os.path.join(folder, name)
            relative = os.path.relpath(full, path).replace(os.sep, "/")
            is_bundle = "/" not in relative and relative.lower().endswith(".zip")
            if not IGNORED.search(relative) and not is_bundle:
                with open(full, "rb") as file:
                    files[relative] = file.read()
    return files


class Bundle:
    """The evidence, and the checks that it has to pass."""

    def __init__(self, files):
        self.files = files
        self._events = None

    def get(self, name):
        """Return a file."""
        demand(name in self.files, "%s is missing" % name)
        return self.files[name]

    def list(self, pattern):
        """Return the names of the files that match a pattern, sorted."""
        return sorted(name for name in self.files if re.fullmatch(pattern, name))

    def read_lines(self, name):
        """Return the objects in a file with one canonical JSON object a line."""
        lines = self.get(name).decode("utf-8").split("\n")
        demand(lines.pop() == "", "%s does not end with a line" % name)
        rows = []
        for line in lines:
            row = parse(line)
            demand(canonical(row) == line, "a line of %s is not canonical" % name)
            rows.append(row)
        return rows

    @property
    def events(self):
        """The audit trail, oldest event first."""
        if self._events is None:
            self._events = self.read_lines("events.jsonl")
        return self._events

    @property
    def chain(self):
        """Length, last hash and anchors of the trail."""
        content = self.get("chain.json").decode("utf-8")
        chain = parse(content)
        demand(canonical(chain) == content, "chain.json is not canonical")
        demand(chain["schema"] == SCHEMA, "this script does not know %s" % chain["schema"])
        return chain

    def get_details(self, *event_types):
        """Return what the trail keeps about the events of some kinds."""
        return [
            parse(event["payload"]).get("details") or {}
            for event in self.events
            if event["event_type"] in event_types and event["payload"]
        ]

    def get_versions(self):
        """Return the numbers and contents of the versions."""
        versions = {}
        for name in self.list(r"versions/\d+/content\.json"):
            versions[int(name.split("/")[1])] = self.get(name)
        return versions

    # === CHECKS: each returns what it found, or raises a problem === #

    def check_manifest(self):
        """All files are there, as they were, and no others"""
        listed = {}
        for line in self.get(MANIFEST).decode("utf-8").splitlines(True):
            match = re.fullmatch(r"([0-9a-f]{64})  (.+)\n", line)
            demand(match, "a line of the manifest cannot be read")
            demand(match.group(2) not in listed, "%s is listed twice" % match.group(2))
            listed[match.group(2)] = match.group(1)
        found = set(self.files) - {MANIFEST}
        missing = sorted(set(listed) - found)
        added = sorted(found - set(listed))
        demand(not missing, "missing: %s" % ", ".join(missing))
        demand(not added, "added: %s" % ", ".join(added))
        changed = sorted(name for name in listed if sha256(self.files[name]) != listed[name])
        demand(not changed, "changed: %s" % ", ".join(changed))
        return "%d files" % len(listed)

    def check_chain(self):
        """The audit trail has no gap, and every event follows the one before"""
        previous_hash, previous_time, contract = GENESIS, "", self.chain["contract"]
        demand(self.events, "there is no event")
        for number, event in enumerate(self.events, 1):
            where = "event %d" % number
            demand(event["sequence"] == number, "%s is missing or out of order" % where)
            demand(event["contract"] == contract, "%s is of another contract" % where)
            demand(
                event["previous_hash"] == previous_hash,
                "%s does not follow the one before" % where,
            )
            demand(event["payload"], "the payload of %s was erased" % where)
            demand(
                sha256(event["payload"]) == event["payload_digest"],
                "the payload of %s was changed" % where,
            )
            header = {
                "contract": event["contract"],
                "sequence": event["sequence"],
                "type": event["event_type"],
                "at": event["occurred_on"],
                "payload_digest": event["payload_digest"],
                "previous_hash": event["previous_hash"],
            }
            demand(sha256(canonical(header)) == event["hash"], "%s was changed" % where)
            demand(event["occurred_on"] >= previous_time, "time runs backwards at %s" % where)
            previous_hash, previous_time = event["hash"], event["occurred_on"]
        demand(self.chain["length"] == len(self.events), "events are missing at the end")
        demand(self.chain["head"] == previous_hash, "the last hash is another one")
        return "%d events, the last hash is %s" % (len(self.events), previous_hash)

    def check_versions(self):
        """The frozen contents and their PDFs are those of the audit trail"""
        frozen = self.get_details("version_frozen")
        versions = self.get_versions()
        demand(versions, "there is no version")
        demand(
            sorted(versions) == list(range(1, len(versions) + 1))
            and sorted(details["version"] for details in frozen) == sorted(versions),
            "the versions are not those of the audit trail",
        )
        for details in frozen:
            number = details["version"]
            content = versions[number]
            demand(
                sha256(content) == details["content_digest"],
                "the content of version %d is another one than was frozen" % number,
            )
            text = content.decode("utf-8")
            demand(
                canonical(parse(text)) == text and parse(text)["version"] == number,
                "the content of version %d is not canonical" % number,
            )
            demand(
                sha256(self.get("versions/%02d/contract.pdf" % number)) == details["pdf_digest"],
                "the PDF of version %d is another one than was frozen" % number,
            )
        return "%d version(s)" % len(versions)

    def check_annexes(self):
        """The files that are part of the contract are those that were frozen"""
        versions = self.get_versions()
        digests = {sha256(self.files[name]) for name in self.list(r"annexes/.+")}
        wanted = set()
        for number, content in versions.items():
            for annex in parse(content.decode("utf-8"))["documents"]:
                wanted.add(annex["sha256"])
                demand(
                    annex["sha256"] in digests or number != max(versions),
                    "annex %s is missing" % annex["name"],
                )
        demand(digests <= wanted, "there is a file that no version names")
        return "%d file(s)" % len(digests) if digests else "none"

    def check_signatures(self):
        """Every act of signing names what was signed, and is in the audit trail"""
        signatures = self.read_lines("signatures.jsonl")
        contents = {number: sha256(content) for number, content in self.get_versions().items()}
        recorded = [
            details["signature_digest"]
            for details in self.get_details("signed", "approved")
            if details.get("signature_digest")
        ]
        pictures = [
            "signatures/%02d.%s" % (number, "pdf" if row["channel"] == "paper" else "png")
            for number, row in enumerate(signatures, 1)
        ]
        demand(self.list(r"signatures/.+") == sorted(pictures), "a picture is missing or added")
        for signature, picture in zip(signatures, pictures):
            who = "the signature of %s" % signature["signed_by"]
            demand(
                signature["content_digest"] == contents.get(signature["version"]),
                "%s is under another content" % who,
            )
            demand(
                sha256(self.get(picture)) == signature["image_digest"],
                "%s has another picture" % who,
            )
        digests = [sha256(canonical(signature)) for signature in signatures]
        for signature, digest in zip(signatures, digests):
            demand(
                digest in recorded,
                "the signature of %s is not in the audit trail" % signature["signed_by"],
            )
        demand(sorted(digests) == sorted(recorded), "a signature of the audit trail is missing")
        return "; ".join(
            "%(signed_by)s signed version %(version)s on %(signed_on)s (%(identified_by)s)" % row
            for row in signatures
        )

    def check_papers(self):
        """The files in which signed papers came are those of the audit trail"""
        recorded = {
            digest
            for details in self.get_details("paper_submitted", "paper_received")
            for digest in details["files"]
        }
        found = {sha256(self.files[name]) for name in self.list(r"papers/.+")}
        demand(found <= recorded, "a file is not in the audit trail")
        demand(recorded <= found, "a file of the audit trail is missing")
        return "%d file(s)" % len(found) if found else "none"

    def check_consents(self):
        """Every consent that a signature names is there, as it was agreed to"""
        named = {row["consent_digest"] for row in self.read_lines("signatures.jsonl")} - {""}
        names = self.list(r"consents/.+")
        demand(
            names == sorted("consents/%s.txt" % digest for digest in named),
            "a consent is missing or added",
        )
        for name in names:
            demand(name == "consents/%s.txt" % sha256(self.get(name)), "%s was changed" % name)
        return "%d text(s)" % len(names)

    def check_signed_document(self):
        """The signed contract is the one that was stored and sent"""
        stored = [details["sha256"] for details in self.get_details("document_stored")]
        if not stored:
            demand("signed.pdf" not in self.files, "the audit trail knows of no signed contract")
            waits = self.get_details("completed")
            return "still to be made" if waits else "not signed by everyone yet"
        demand(sha256(self.get("signed.pdf")) == stored[-1], "signed.pdf is another file")
        return stored[-1]

    def check_anchors(self):
        """The audit trail is the one that was recorded day by day"""
        anchors = self.chain["anchors"]
        for anchor in anchors:
            where = "record %d" % anchor["record"]["number"]
            demand(
                0 < anchor["length"] <= len(self.events)
                and self.events[anchor["length"] - 1]["hash"] == anchor["head"],
                "%s has another trail" % where,
            )
            leaf = {
                "contract": self.chain["contract"],
                "length": anchor["length"],
                "head": anchor["head"],
            }
            digest = sha256(b"\x00" + canonical(leaf).encode())
            for side, other in anchor["proof"]:
                pair = other + digest if side == "left" else digest + other
                digest = sha256(b"\x01" + bytes.fromhex(pair))
            demand(digest == anchor["record"]["root"], "the anchor is not part of %s" % where)
            header = {name: anchor["record"][name] for name in anchor["record"] if name != "digest"}
            demand(
                sha256(canonical(header)) == anchor["record"]["digest"], "%s was changed" % where
            )
        return "%d daily record(s)" % len(anchors) if anchors else "none yet"

    def check_attached_evidence(self):
        """The signed contract carries this audit trail inside"""
        if "signed.pdf" not in self.files:
            return "no signed contract"
        for evidence in read_attached_evidence(self.get("signed.pdf")):
            demand(
                evidence["contract"]["id"] == self.chain["contract"],
                "signed.pdf is of another contract",
            )
            length = evidence["trail"]["length"]
            hashes = [event["hash"] for event in self.events[:length]]
            demand(
                hashes == [event["hash"] for event in evidence["events"]]
                and hashes[-1:] == [evidence["trail"]["head"]],
                "the audit trail is another one than inside signed.pdf",
            )
            return "up to event %d" % length
        return "none found, or not readable with these means"

    def check_seal(self):
        """The seal is over the whole signed contract, by the certificate on record"""
        sealed = self.get_details("sealed")
        pems = self.list(r"certificates/.+")
        if not sealed:
            demand(not pems, "the audit trail knows of no seal")
            return "not sealed"
        certificate = read_first_certificate(self.get("certificates/seal.pem"))
        demand(
            sha256(certificate) == sealed[-1]["certificate_sha256"],
            "the certificate is not the one on record",
        )
        digest, container = read_seal(self.get("signed.pdf"))
        demand(digest in container, "the seal is of other content")
        demand(certificate in container, "the seal was made with another certificate")
        return "%s; check its signature with a PDF reader or pdfsig" % sealed[-1]["level"]

    def check_expected_head(self, expected):
        """The hash given with --expect-head is in the audit trail"""
        expected = clean_digest(expected)
        for event in self.events:
            if event["hash"] == expected:
                return "it was the last one after event %d" % event["sequence"]
        raise Problem("this is not the audit trail that %s was taken from" % expected)

    def check_expected_daily(self, expected):
        """The digest given with --expect-daily proves the audit trail"""
        expected = clean_digest(expected)
        for anchor in self.chain["anchors"]:
            if anchor["record"]["digest"] == expected:
                return "up to event %d" % anchor["length"]
        raise Problem("no anchor of this contract belongs to daily record %s" % expected)


def clean_digest(text):
    """Return a digest as typed or copied, with or without spaces."""
    digest = re.sub(r"\s", "", text).lower()
    demand(DIGEST.fullmatch(digest), "%r is no SHA-256" % text)
    return digest


def read_attached_evidence(pdf):
    """Return the evidence inside a PDF, as far as it can be read without a library."""
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\n?endstream", pdf, re.DOTALL):
        try:
            content = zlib.decompressobj().decompress(match.group(1), 64 * 1024**2)
        except zlib.error:
            content = match.group(1)
        if content.startswith(b"{") and EVIDENCE_SCHEMA.encode() in content:
            evidence = parse(content.decode("utf-8"))
            if evidence.get("schema") == EVIDENCE_SCHEMA:
                yield evidence


def read_first_certificate(pem):
    """Return the first certificate in a PEM file, as bytes."""
    match = re.search(rb"-----BEGIN CERTIFICATE-----(.+?)-----END", pem, re.DOTALL)
    demand(match, "the certificate cannot be read")
    return base64.b64decode(match.group(1))


def read_seal(pdf):
    """Return the digest of all of a PDF but its seal, and the seal, both as bytes."""
    ranges = re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", pdf)
    demand(len(ranges) == 1, "signed.pdf has no seal, or several")
    start, length, resume, rest = map(int, ranges[0])
    demand(start == 0 and resume + rest == len(pdf), "the seal does not cover the whole file")
    container = pdf[length:resume]
    demand(re.fullmatch(rb"<[0-9A-Fa-f]+>", container), "the seal cannot be read")
    content = pdf[:length] + pdf[resume:]
    return hashlib.sha256(content).digest(), bytes.fromhex(container[1:-1].decode())


def run_checks(files, expect_head=(), expect_daily=()):
    """Run all checks, report each, and return whether all were passed."""
    bundle = Bundle(files)
    checks = [
        (bundle.check_manifest, ()),
        (bundle.check_chain, ()),
        (bundle.check_versions, ()),
        (bundle.check_annexes, ()),
        (bundle.check_signatures, ()),
        (bundle.check_papers, ()),
        (bundle.check_consents, ()),
        (bundle.check_signed_document, ()),
        (bundle.check_seal, ()),
        (bundle.check_attached_evidence, ()),
        (bundle.check_anchors, ()),
    ]
    checks += [(bundle.check_expected_head, (head,)) for head in expect_head]
    checks += [(bundle.check_expected_daily, (digest,)) for digest in expect_daily]
    is_intact = True
    for check, arguments in checks:
        title = check.__doc__
        try:
            print("ok    %s (%s)" % (title, check(*arguments)))
        except Problem as problem:
            is_intact = False
            print("FAIL  %s: %s" % (title, problem))
        except Exception as error:  # whatever cannot be read is not intact
            is_intact = False
            print("FAIL  %s: cannot be read (%s: %s)" % (title, type(error).__name__, error))
    return is_intact


def main():
    """Read the command line, run the checks and return the exit status."""
    for stream in (sys.stdout, sys.stderr):
        # names in any script, on consoles of any
        stream.reconfigure(errors="backslashreplace")
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("bundle", nargs="?", default=here, help="a ZIP or a folder")
    parser.add_argument("--expect-head", metavar="HASH", action="append", default=[])
    parser.add_argument("--expect-daily", metavar="SHA", action="append", default=[])
    arguments = parser.parse_args()
    try:
        files = read_bundle(arguments.bundle)
    except Exception as error:  # a broken ZIP raises errors of many kinds
        print("FAIL  the bundle cannot be read: %s" % error)
        return 1 if os.path.exists(arguments.bundle) else 2
    is_intact = run_checks(files, arguments.expect_head, arguments.expect_daily)
    print()
    if not is_intact:
        print("NOT INTACT: at least one check failed.")
        return 1
    print("INTACT: all checks were passed.")
    if not arguments.expect_head and not arguments.expect_daily:
        print(
            "Compare the last hash with one that was printed or mailed (--expect-head), or a\n"
            "daily record (--expect-daily): only they show that the history is not a new one."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
