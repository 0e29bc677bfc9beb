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


# All that a bundle may hold: no check looks at anything else, which could say anything.
KNOWN = re.compile(
    r"README\.txt|verify\.py|MANIFEST\.sha256|versions/\d+/(content\.json|contract\.pdf)"
    r"|annexes/[^/]+|signed\.pdf|signatures\.jsonl|signatures/\d+\.(png|pdf)|papers/\d+/[^/]+"
    r"|consents/[0-9a-f]{64}\.txt|events\.jsonl|chain\.json|certificates/seal\.pem"
)


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


# What is checked of the evidence, by this script and by the server alike, by the same names
CHECKS = (
    "trail",
    "versions",
    "annexes",
    "signatures",
    "papers",
    "consents",
    "signed contract",
    "seal",
    "attached evidence",
    "daily records",
)


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
        unknown = sorted(name for name in listed if not KNOWN.fullmatch(name))
        demand(not unknown, "no part of any bundle: %s" % ", ".join(unknown))
        changed = sorted(name for name in listed if sha256(self.files[name]) != listed[name])
        demand(not changed, "changed: %s" % ", ".join(changed))
        return "%d files" % len(listed)

    def check_trail(self):
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

    def check_signed_contract(self):
        """The signed contract is the one that was stored and sent"""
        stored = [details["sha256"] for details in self.get_details("document_stored")]
        if not stored:
            demand("signed.pdf" not in self.files, "the audit trail knows of no signed contract")
            waits = self.get_details("completed")
            return "still to be made" if waits else "not signed by everyone yet"
        demand(sha256(self.get("signed.pdf")) == stored[-1], "signed.pdf is another file")
        return stored[-1]

    def check_daily_records(self):
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
        chain = read_certificates(self.get("certificates/seal.pem"))
        certificate = chain[0]
        demand(
            sha256(certificate) == sealed[-1]["certificate_sha256"],
            "the certificate is not the one on record",
        )
        content, container = read_seal(self.get("signed.pdf"))
        demand(certificate in container, "the seal was made with another certificate")
        demand(
            all(issuer in container for issuer in chain),
            "an issuer's certificate is not in the seal",
        )
        doubt = check_signature(content, container, certificate)
        starts, ends = read_validity(certificate)
        made_on = self.get_seal_time()
        demand(starts <= made_on, "the certificate was not valid yet on %s" % made_on)
        demand(made_on <= ends, "the certificate had expired on %s" % made_on)
        return "%s%s" % (sealed[-1]["level"], "; %s" % doubt if doubt else "")

    def get_seal_time(self):
        """Return when the seal was made: what the clock said, if it was set back."""
        event = [event for event in self.events if event["event_type"] == "sealed"][-1]
        return parse(event["payload"]).get("clock") or event["occurred_on"]

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


def read_certificates(pem):
    """Return the certificates in a PEM file, each as bytes; the first is the seal's own."""
    found = re.findall(
        rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", pem, re.DOTALL
    )
    demand(
        found and len(found) == pem.count(b"-----BEGIN") == pem.count(b"-----END"),
        "the certificate cannot be read",
    )
    return [base64.b64decode(b"".join(text.split()), validate=True) for text in found]


def read_seal(pdf):
    """Return all of a PDF but its seal, and the seal, both as bytes."""
    ranges = re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", pdf)
    demand(len(ranges) == 1, "signed.pdf has no seal, or several")
    start, length, resume, rest = map(int, ranges[0])
    demand(start == 0 and resume + rest == len(pdf), "the seal does not cover the whole file")
    container = pdf[length:resume]
    demand(re.fullmatch(rb"<[0-9A-Fa-f]+>", container), "the seal cannot be read")
    return pdf[:length] + pdf[resume:], bytes.fromhex(container[1:-1].decode())


# What seals are made of: ASN.1 in its distinguished encoding (DER), in which each value is
# a tag, a length and the content; of a list, the content is the values one after the other.

LIST, SET, BITS, BYTES, NAME, SHORT_TIME = 0x30, 0x31, 0x03, 0x04, 0x06, 0x17
CONTEXT_0 = 0xA0
HASHES = {
    "608648016503040201": "sha256",
    "608648016503040202": "sha384",
    "608648016503040203": "sha512",
}
MESSAGE_DIGEST = "2a864886f70d010904"
CERTIFICATE_USED = "2a864886f70d010910022f"
RSA = "2a864886f70d010101"
RSA_SIGNATURES = {
    RSA: None,
    "2a864886f70d01010b": "sha256",
    "2a864886f70d01010c": "sha384",
    "2a864886f70d01010d": "sha512",
}
CURVE_KEY = "2a8648ce3d0201"
CURVE_SIGNATURES = {
    "2a8648ce3d040302": "sha256",
    "2a8648ce3d040303": "sha384",
    "2a8648ce3d040304": "sha512",
}
# A key that others could find the secret of
LEAST_BITS = 2048
# Of a curve y² = x³ - 3x + b modulo p: p, b, the order and the generator (FIPS 186-4).
CURVES = {
    "2a8648ce3d030107": (
        0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
        0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
        (
            0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
            0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
        ),
    ),
    "2b81040022": (
        2**384 - 2**128 - 2**96 + 2**32 - 1,
        int(
            "B3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875A"
            "C656398D8A2ED19D2A85C8EDD3EC2AEF",
            16,
        ),
        int(
            "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF"
            "581A0DB248B0A77AECEC196ACCC52973",
            16,
        ),
        (
            int(
                "AA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A38"
                "5502F25DBF55296C3A545E3872760AB7",
                16,
            ),
            int(
                "3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C0"
                "0A60B1CE1D7E819D7A431D7C90EA0E5F",
                16,
            ),
        ),
    ),
    "2b81040023": (
        2**521 - 1,
        int(
            "0051953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF1"
            "09E156193951EC7E937B1652C0BD3BB1BF073573DF883D2C34F1EF451FD46B50"
            "3F00",
            16,
        ),
        int(
            "01" + "F" * 64 + "FA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409",
            16,
        ),
        (
            int(
                "00C6858E06B70404E9CD9E3ECB662395B4429C648139053FB521F828AF606B4D"
                "3DBAA14B5E77EFE75928FE1DC127A2FFA8DE3348B3C1856A429BF97E7E31C2E5"
                "BD66",
                16,
            ),
            int(
                "011839296A789A3BC0045C8A5FB42C7D1BD998F54449579B446817AFBD17273E"
                "662C97EE72995EF42640C550B9013FAD0761353C7086A272C24088BE94769FD1"
                "6650",
                16,
            ),
        ),
    ),
}


def split(data):
    """Return the values that stand one after the other, as tag, content and whole."""
    found, start = [], 0
    while start < len(data):
        demand(start + 2 <= len(data), "the seal cannot be read")
        tag, length, content = data[start], data[start + 1], start + 2
        if length & 0x80:
            size = length & 0x7F
            demand(0 < size <= 4, "the seal cannot be read")
            length = int.from_bytes(data[content : content + size], "big")
            content += size
        end = content + length
        demand(end <= len(data), "the seal cannot be read")
        found.append((tag, data[content:end], data[start:end]))
        start = end
    return found


def pick(values, tag):
    """Return the content of the first value with a tag."""
    for found, content, _whole in values:
        if found == tag:
            return content
    raise Problem("the seal cannot be read")


def read_algorithm(content):
    """Return the name of an algorithm, and what it is used with, as hexadecimal or values."""
    values = split(content)
    return pick(values, NAME).hex(), values[1:]


def read_key_fields(certificate):
    """Return the lists in a certificate: algorithm, issuer, validity, holder, key and more."""
    fields = split(split(split(certificate)[0][1])[0][1])
    return [content for tag, content, _whole in fields if tag == LIST]


def read_validity(certificate):
    """Return from when to when a certificate is valid, as events tell the time."""
    moments = []
    for tag, content, _whole in split(read_key_fields(certificate)[2]):
        text = content.decode("ascii")
        if tag == SHORT_TIME:  # years of two digits
            text = ("20" if text[:2] < "50" else "19") + text
        demand(re.fullmatch(r"\d{14}Z", text), "the certificate's time cannot be read")
        moments.append("%s-%s-%s %s:%s:%sZ" % tuple(re.findall(r"^....|..", text[:14])))
    return moments


def check_signature(content, container, certificate):
    """Demand that a certificate's key has sealed some content.

    Return what could not be told, or none. Whether somebody else vouches for the
    certificate, and whether it was revoked, is not looked at: PDF readers do that.
    """
    hash_name, signature_name, encoded, signature = read_signature(content, container, certificate)
    key = read_key_fields(certificate)[4]
    key_name, used_with = read_algorithm(pick(split(key), LIST))
    public = pick(split(key), BITS)[1:]
    if key_name == RSA and signature_name in RSA_SIGNATURES:
        hash_name = RSA_SIGNATURES[signature_name] or hash_name
        is_right = is_rsa_signature(public, hash_name, encoded, signature)
    elif key_name == CURVE_KEY and signature_name in CURVE_SIGNATURES and used_with:
        curve = CURVES.get(used_with[0][1].hex())
        if not curve:
            return "its signature is on a curve that cannot be checked here: use a PDF reader"
        hash_name = CURVE_SIGNATURES[signature_name]
        is_right = is_curve_signature(curve, public, hash_name, encoded, signature)
    else:
        return "its kind of signature cannot be checked here: use a PDF reader or pdfsig"
    demand(is_right, "the seal's signature is not that of the certificate")
    return ""


def read_signer(container):
    """Return the values that a seal tells of who sealed."""
    # The place for the seal is larger than the seal; what follows it is padding.
    demand(container[:1] == b"\x30", "the seal cannot be read")
    size = container[1] & 0x7F if container[1] & 0x80 else 0
    length = int.from_bytes(container[2 : 2 + size], "big") if size else container[1]
    signed = split(split(container[: 2 + size + length])[0][1])
    signers = [value for value in split(split(pick(signed, CONTEXT_0))[0][1]) if value[0] == SET]
    signers = split(signers[-1][1])
    demand(len(signers) == 1, "the seal has no signer, or several")
    return split(signers[0][1])


def read_signature(content, container, certificate):
    """Demand that a seal is of some content and names a certificate.

    Return the names of its digest and its signature, what was signed, and its value.
    """
    signer = read_signer(container)
    lists = [value for value in signer if value[0] == LIST]
    attributes = pick(signer, CONTEXT_0)
    digest_name, _used = read_algorithm(lists[1][1])
    signature_name, _used = read_algorithm(lists[2][1])
    signature = pick(signer, BYTES)
    demand(digest_name in HASHES, "the seal is made with an unknown digest")
    hash_name = HASHES[digest_name]
    stated = {}
    for _tag, attribute, _whole in split(attributes):
        name, values = read_algorithm(attribute)
        demand(name not in stated, "the seal tells something twice")
        stated[name] = values[0][1]
    demand(MESSAGE_DIGEST in stated, "the seal does not tell of what it is")
    digest = pick(split(stated[MESSAGE_DIGEST]), BYTES)
    demand(digest == hashlib.new(hash_name, content).digest(), "the seal is of other content")
    demand(
        CERTIFICATE_USED not in stated
        or any(
            hashlib.new(name, certificate).digest() in stated[CERTIFICATE_USED]
            for name in HASHES.values()
        ),
        "the seal names another certificate",
    )
    # What is signed are these attributes, as a set of their own.
    encoded = bytes([SET]) + encode_length(len(attributes)) + attributes
    return hash_name, signature_name, encoded, signature


def encode_length(length):
    """Return a length as it stands before some content."""
    if length < 0x80:
        return bytes([length])
    size = (length.bit_length() + 7) // 8
    return bytes([0x80 | size]) + length.to_bytes(size, "big")


def is_rsa_signature(public, hash_name, message, signature):
    """Tell whether a signature is that of a key, padded as PKCS #1 v1.5 wants it."""
    modulus, exponent = (
        int.from_bytes(value[1], "big") for value in split(split(public)[0][1])[:2]
    )
    demand(modulus.bit_length() >= LEAST_BITS and exponent > 2 and exponent & 1, "the key is weak")
    size = (modulus.bit_length() + 7) // 8
    oid = next(bytes.fromhex(oid) for oid, name in HASHES.items() if name == hash_name)
    digest = hashlib.new(hash_name, message).digest()
    names = bytes([NAME, len(oid)]) + oid + b"\x05\x00"
    names = bytes([LIST, len(names)]) + names
    info = names + bytes([BYTES, len(digest)]) + digest
    info = bytes([LIST, len(info)]) + info
    expected = b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info
    number = int.from_bytes(signature, "big")
    return (
        len(signature) == size
        and number < modulus
        and (pow(number, exponent, modulus).to_bytes(size, "big") == expected)
    )


def is_curve_signature(curve, public, hash_name, message, signature):
    """Tell whether a signature is that of a key on an elliptic curve (ECDSA)."""
    prime, offset, order, generator = curve
    size = (prime.bit_length() + 7) // 8
    demand(public[:1] == b"\x04" and len(public) == 1 + 2 * size, "the key cannot be read")
    point = (int.from_bytes(public[1 : 1 + size], "big"), int.from_bytes(public[1 + size :], "big"))
    demand((point[1] ** 2 - point[0] ** 3 + 3 * point[0] - offset) % prime == 0, "no key at all")
    values = [int.from_bytes(value[1], "big") for value in split(split(signature)[0][1])]
    demand(len(values) == 2, "the seal's signature cannot be read")
    first, second = values
    if not (0 < first < order and 0 < second < order):
        return False
    digest = hashlib.new(hash_name, message).digest()
    number = int.from_bytes(digest, "big") >> max(len(digest) * 8 - order.bit_length(), 0)
    inverse = pow(second, -1, order)
    found = add_points(
        multiply_point(generator, number * inverse % order, prime),
        multiply_point(point, first * inverse % order, prime),
        prime,
    )
    return found is not None and found[0] % order == first


def add_points(one, other, prime):
    """Return the sum of two points of a curve; none is the point at infinity."""
    if one is None or other is None:
        return one or other
    if one[0] == other[0]:
        if (one[1] + other[1]) % prime == 0:
            return None
        slope = (3 * one[0] ** 2 - 3) * pow(2 * one[1], -1, prime) % prime
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, prime) % prime
    x = (slope**2 - one[0] - other[0]) % prime
    return x, (slope * (one[0] - x) - one[1]) % prime


def multiply_point(point, number, prime):
    """Return a point of a curve, so many times."""
    total = None
    while number:
        if number & 1:
            total = add_points(total, point, prime)
        point, number = add_points(point, point, prime), number >> 1
    return total


def find_verdicts(files, expect_head=(), expect_daily=()):
    """Run all checks, and yield of each its name, its title, whether it passed, and why."""
    bundle = Bundle(files)
    checks = [(name, ()) for name in ("manifest", *CHECKS)]
    checks += [("expected head", (head,)) for head in expect_head]
    checks += [("expected daily", (digest,)) for digest in expect_daily]
    for name, arguments in checks:
        check = getattr(bundle, "check_%s" % name.replace(" ", "_"))
        try:
            yield name, check.__doc__, True, check(*arguments)
        except Problem as problem:
            yield name, check.__doc__, False, str(problem)
        except Exception as error:  # whatever cannot be read is not intact
            reason = "cannot be read (%s: %s)" % (type(error).__name__, error)
            yield name, check.__doc__, False, reason


def run_checks(files, expect_head=(), expect_daily=()):
    """Run all checks, report each, and return whether all were passed."""
    is_intact = True
    for _name, title, is_passed, found in find_verdicts(files, expect_head, expect_daily):
        print("ok    %s (%s)" % (title, found) if is_passed else "FAIL  %s: %s" % (title, found))
        is_intact = is_intact and is_passed
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
