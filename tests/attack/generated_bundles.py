"""Bundles that somebody made something of, and what both verifiers have to say of each.

Each is tried by ``verify.py``, which knows nothing but the bundle, and by the server, which
compares it with what it keeps. What has to come of it are the checks of the shared list
that fail, by each of them.
"""

import io
import json
import warnings
import zipfile
from typing import NamedTuple

from asn1crypto import cms

from ...tools import verify

# Where a bundle cannot be read at all
UNREADABLE = "the file cannot be read"
# Where it does not say of which contract it is
UNKNOWN = "the contract is unknown"
MANIFEST = verify.MANIFEST


class Row(NamedTuple):
    """Which checks fail: by ``verify.py``, and compared with what the server keeps."""

    script: tuple = ()
    server: tuple = ()
    options: tuple = ()  # of `verify.py`: what is known from outside

    def __str__(self):
        return describe(self.script, self.server)


def describe(script, server):
    """Return in words which checks failed by whom."""
    if UNREADABLE in script and UNREADABLE in server:
        return UNREADABLE
    parts = {"verify.py": script, "server": server}
    told = [f"{who}: {', '.join(sorted(names))}" for who, names in parts.items() if names]
    return "; ".join(told) or "nothing fails"


# The kinds of files: where they are, and what fails if one is flipped, and if it is removed
KINDS = {
    "the frozen content": (
        "versions/01/content.json",
        Row(("versions", "signatures"), ("versions",)),
        Row(("versions", "signatures", "annexes"), ("versions",)),
    ),
    "the frozen PDF": (
        "versions/01/contract.pdf",
        Row(("versions",), ("versions",)),
        Row(("versions",), ("versions",)),
    ),
    "an annex": ("annexes/", Row(("annexes",), ("annexes",)), Row(("annexes",), ("annexes",))),
    "the signed PDF": (
        "signed.pdf",
        Row(("signed contract", "seal"), ("signed contract", "seal")),
        Row(("signed contract", "seal"), ("signed contract", "seal")),
    ),
    "the acts of signing": (
        "signatures.jsonl",
        Row(("signatures", "consents"), ("signatures",)),
        Row(("signatures", "consents"), ("signatures",)),
    ),
    "a signature's picture": (
        "signatures/",
        Row(("signatures",), ("signatures",)),
        Row(("signatures",), ("signatures",)),
    ),
    "a consent": (
        "consents/",
        Row(("consents",), ("consents",)),
        Row(("consents",), ("consents",)),
    ),
    "the audit trail": (
        "events.jsonl",
        Row(("trail",), ("trail",)),
        Row(tuple(set(verify.CHECKS) - {"annexes", "consents"}), ("trail",)),
    ),
    "the chain's end": (
        "chain.json",
        Row(("daily records",), ("daily records",)),
        Row(("trail", "attached evidence", "daily records"), ("trail", "daily records")),
    ),
    "the seal's certificate": (
        "certificates/seal.pem",
        Row(("seal",), ("seal",)),
        Row(("seal",), ("seal",)),
    ),
    # What a bundle cannot vouch for itself: the digests that are published do.
    "the README": ("README.txt", Row(), Row()),
    "the verifier": ("verify.py", Row(), Row()),
}
FILES = {}
for _kind, (_place, _flipped, _removed) in KINDS.items():
    for _words, _row in (("A byte of {} is flipped", _flipped), ("{} is removed", _removed)):
        _name = _words.format(_kind)
        _name = _name[0].upper() + _name[1:]
        FILES[f"{_name}, with a new manifest"] = _row
        FILES[f"{_name}, the manifest as it was"] = Row((*_row.script, "manifest"), _row.server)

SIGNED = ("seal", "signed contract", "trail")
OTHERS = {
    "The bundle is as it was made": Row(),
    "The bundle is as it was made, and the contract has gone on": Row(),
    "The manifest is removed": Row(("manifest",)),
    "A byte of the manifest is flipped": Row(("manifest",)),
    "A file is added, the manifest as it was": Row(("manifest",)),
    "A file is added, with a new manifest": Row(("manifest",)),
    "A file is added among the versions, with a new manifest": Row(("manifest",), ("versions",)),
    "A file is added among the annexes, with a new manifest": Row(("annexes",), ("annexes",)),
    "A file is added among the papers, with a new manifest": Row(("papers",), ("papers",)),
    "The bundle holds nothing": Row(
        tuple({"manifest", *verify.CHECKS} - {"annexes", "attached evidence"}), (UNKNOWN,)
    ),
}
FALSE_SEALS = {
    "The seal's value is falsified, all that names the file made anew": Row(("seal",), SIGNED),
    "The seal is blanked, all that names the file made anew": Row(("seal",), SIGNED),
    "Bytes are added behind the seal, all that names the file made anew": Row(("seal",), SIGNED),
    "The signed PDF is the unsealed one, all that names it made anew": Row(("seal",), SIGNED),
    "The certificate is another valid one, all that names it made anew": Row(
        ("seal",), ("seal", "trail")
    ),
}
LAST = "The last event is another one, the trail made anew"
CUT = "The last event is cut off, the trail made anew"
TRAILS = {
    LAST: Row((), ("trail",)),
    f"{LAST}; a mailed hash is known": Row(("expected head",), ("trail",), ("--expect-head",)),
    f"{LAST}; a daily record is known": Row(("expected daily",), ("trail",), ("--expect-daily",)),
    # It is what an earlier bundle was, and tells nothing that is wrong.
    CUT: Row(),
    f"{CUT}; a mailed hash is known": Row(("expected head",), (), ("--expect-head",)),
    "An event that stands in the signed PDF is another one, the trail made anew": Row(
        ("attached evidence",), ("trail",)
    ),
    "An event in the middle is left out, the trail made anew": Row(
        ("attached evidence", "signatures"), ("trail",)
    ),
    "Two events change places, the trail made anew": Row(("attached evidence",), ("trail",)),
    "An event's time goes back, the trail made anew": Row(("trail",), ("trail",)),
    # which the server then compares with
    "The trail is that of another contract": Row(
        ("versions", "signatures", "signed contract", "seal", "attached evidence"),
        ("versions", "annexes", "signatures", "signed contract", "seal", "attached evidence"),
    ),
    "The trail names another contract, made anew": Row(("attached evidence",), ("trail",)),
}
BROKEN = dict.fromkeys(
    (
        "The ZIP is cut off",
        "The ZIP is empty",
        "The file is no ZIP",
        "A byte of a packed file is flipped",
        "A file stands in the ZIP twice, the second one another",
    ),
    Row((UNREADABLE,), (UNREADABLE,)),
)
ROWS = {**FILES, **OTHERS, **FALSE_SEALS, **TRAILS, **BROKEN}


def flip(content):
    """Return some content with one bit of it changed."""
    changed = bytearray(content)
    # what stands between the lines of a certificate tells nothing
    place = next(
        place for place in range(len(changed) // 2, len(changed)) if changed[place] not in b"\r\n"
    )
    changed[place] ^= 1
    return bytes(changed)


def pack(files):
    """Return the bytes of a ZIP with some files."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return output.getvalue()


class Generator:
    """Makes all of them out of one bundle with everything in it."""

    def __init__(self, case, files, other):
        """Prepare to make them.

        :param BundleCommon case: the test, which forges manifests and trails
        :param dict files: the bundle
        :param dict other: the bundle of another contract, sealed by another certificate
        """
        self.case, self.files, self.other = case, files, other

    def generate(self):
        """Yield names, each with the bytes of a bundle."""
        for name, files in self._generate_files():
            yield name, pack(files)
        yield from self._generate_broken()

    def _generate_files(self):
        yield from self._change_each()
        yield from self._change_more()
        yield from self._falsify_seals()
        yield from self._rebuild_trails()

    def _change_each(self):
        for kind, (place, _flipped, _removed) in KINDS.items():
            for name in sorted(self.files):
                if not name.startswith(place):
                    continue
                changed = {
                    f"A byte of {kind} is flipped": {**self.files, name: flip(self.files[name])},
                    f"{kind[0].upper()}{kind[1:]} is removed": {
                        other: content for other, content in self.files.items() if other != name
                    },
                }
                for words, files in changed.items():
                    yield f"{words}, the manifest as it was", files
                    yield f"{words}, with a new manifest", self.case._forge_manifest(dict(files))

    def _change_more(self):
        forge = self.case._forge_manifest
        yield "The bundle is as it was made", self.files
        yield "The bundle is as it was made, and the contract has gone on", self.files
        rest = {name: content for name, content in self.files.items() if name != MANIFEST}
        yield "The manifest is removed", rest
        flipped = {**self.files, MANIFEST: flip(self.files[MANIFEST])}
        yield "A byte of the manifest is flipped", flipped
        yield "A file is added, the manifest as it was", {**self.files, "more.txt": b"more"}
        files = forge({**self.files, "more.txt": b"more"})
        yield "A file is added, with a new manifest", files
        for folder in ("versions", "annexes", "papers"):
            files = forge(
                {
                    **self.files,
                    f"{folder}/1/more.pdf" if folder == "papers" else f"{folder}/more.pdf": b"more",
                }
            )
            yield f"A file is added among the {folder}, with a new manifest", files
        yield "The bundle holds nothing", {}

    def _falsify_seals(self):
        pdf = self.files["signed.pdf"]
        container = verify.read_seal(pdf)[1]
        (signer,) = cms.ContentInfo.load(container)["content"]["signer_infos"]
        value = signer["signature"].native.hex().encode()
        end = pdf.lower().index(value) + len(value)
        falsified = pdf[: end - 1] + (b"1" if pdf[end - 1 : end] == b"0" else b"0") + pdf[end:]
        place = pdf.lower().index(container.hex().encode())
        blank = b"0" * 2 * len(container)
        forged = {
            "The seal's value is falsified": falsified,
            "The seal is blanked": pdf[:place] + blank + pdf[place + len(blank) :],
            "Bytes are added behind the seal": pdf + b"\n% more",
        }
        for words, content in forged.items():
            files = self.case._replace_signed_file(self.files, content)
            yield f"{words}, all that names the file made anew", files
        unsealed = self.files["versions/01/contract.pdf"]
        yield (
            "The signed PDF is the unsealed one, all that names it made anew",
            self.case._replace_signed_file(self.files, unsealed),
        )
        pem = self.other["certificates/seal.pem"]
        old, new = (
            verify.sha256(verify.read_certificates(one)[0])
            for one in (self.files["certificates/seal.pem"], pem)
        )
        events = self.case._read_events(self.files)
        for event in events:
            event["payload"] = event["payload"].replace(old, new)
        files = self.case._rebuild_chain({**self.files, "certificates/seal.pem": pem}, events)
        yield "The certificate is another valid one, all that names it made anew", files

    def _rebuild(self, change):
        events = self.case._read_events(self.files)
        change(events)
        return self.case._rebuild_chain(dict(self.files), events)

    def _rebuild_trails(self):
        def retell(events, position):
            events[position]["event_type"] = "downloaded"

        def swap(events):
            events[2], events[3] = events[3], events[2]

        def go_back(events):
            events[-1]["occurred_on"] = "2001-01-01 00:00:00Z"

        def rename(events):
            for event in events:
                event["contract"] += 100_000

        for words, change in (
            (LAST, lambda all: retell(all, -1)),
            (CUT, lambda all: all.pop()),
        ):
            files = self._rebuild(change)
            yield from ((name, files) for name in TRAILS if name.startswith(words))
        for name, change in (
            (
                "An event that stands in the signed PDF is another one, the trail made anew",
                lambda all: retell(all, 0),
            ),
            ("An event in the middle is left out, the trail made anew", lambda all: all.pop(4)),
            ("Two events change places, the trail made anew", swap),
            ("An event's time goes back, the trail made anew", go_back),
        ):
            yield name, self._rebuild(change)
        foreign = {name: self.other[name] for name in ("events.jsonl", "chain.json")}
        yield (
            "The trail is that of another contract",
            self.case._forge_manifest({**self.files, **foreign}),
        )
        renamed = self._rebuild(rename)
        chain = json.loads(renamed["chain.json"])
        chain["contract"] += 100_000
        renamed["chain.json"] = self.case._canonical(chain).encode()
        yield (
            "The trail names another contract, made anew",
            self.case._forge_manifest(renamed),
        )

    def _generate_broken(self):
        whole = pack(self.files)
        doubled = io.BytesIO(whole)
        with zipfile.ZipFile(doubled, "a") as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            archive.writestr("signed.pdf", b"another")
        place = whole.index(b"signed.pdf") + 2000
        yield "The ZIP is cut off", whole[: len(whole) // 2]
        yield "The ZIP is empty", b""
        yield "The file is no ZIP", b"anything else"
        yield (
            "A byte of a packed file is flipped",
            whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :],
        )
        yield "A file stands in the ZIP twice, the second one another", doubled.getvalue()
