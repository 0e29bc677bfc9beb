import io
import subprocess
import zipfile

from asn1crypto import cms

from odoo.tests import tagged

from ...tools import verify
from ..integrity.common import PYTHON, BundleCommon
from ..seal.common import SealCommon
from .common import DETECTED, NOT_DETECTED, attacks, tell_detected

SUBJECT = "Evidence bundle, checked by verify.py"
# The kinds of files that a bundle has: how they are called, and where they begin
KINDS = {
    "the frozen content": "versions/01/content.json",
    "the frozen PDF": "versions/01/contract.pdf",
    "an annex": "annexes/",
    "the signed PDF": "signed.pdf",
    "the acts of signing": "signatures.jsonl",
    "a signature's picture": "signatures/01.png",
    "a consent": "consents/",
    "the audit trail": "events.jsonl",
    "the chain's end": "chain.json",
    "the seal's certificate": "certificates/seal.pem",
}
# What a bundle cannot vouch for itself: the digests that are published do.
UNPROVEN = {"the README": "README.txt", "the verifier": "verify.py"}
FLIPPED = "A byte of {} is flipped, {}"
REMOVED = "The file with {} is removed, {}"
MANIFESTS = {"the manifest as it was": False, "with a new manifest": True}


def prepare_rows(words):
    """Return what has to come of changing each kind of file, with both manifests."""
    return {
        words.format(kind, manifest): (NOT_DETECTED if kind in UNPROVEN and is_forged else DETECTED)
        for kind in (*KINDS, *UNPROVEN)
        for manifest, is_forged in MANIFESTS.items()
    }


@tagged("post_install", "-at_install")
class TestAttackBundle(BundleCommon, SealCommon):
    """Generated bundles: each file changed in each way, broken ZIPs, trails made anew."""

    made = None

    def setUp(self):
        super().setUp()
        if not self.made:
            self._create_certificate()
            type(self).made = self._export(self._create_anchored_contract())
        self.files = dict(self.made)

    def _try(self, files, *options):
        status, output = self._verify(files, *options)
        self.assertIn(status, (0, 1), output)
        return tell_detected(status == 1)

    def _try_each(self, words, change):
        """Change each kind of file, with both manifests; return what came of it."""
        got = {}
        for kind, place in {**KINDS, **UNPROVEN}.items():
            name = next(name for name in sorted(self.files) if name.startswith(place))
            for manifest, is_forged in MANIFESTS.items():
                files = dict(self.files)
                change(files, name)
                if is_forged:
                    self._forge_manifest(files)
                got[words.format(kind, manifest)] = self._try(files)
        return got

    def test_bundle_as_it_was(self):
        status, output = self._verify(self.files)
        self.assertEqual(status, 0, output)

    @attacks(SUBJECT, prepare_rows(FLIPPED))
    def test_flipped(self):
        def flip(files, name):
            content = bytearray(files[name])
            # what stands between the lines of a certificate tells nothing
            place = next(
                place
                for place in range(len(content) // 2, len(content))
                if content[place] not in b"\r\n"
            )
            content[place] ^= 1
            files[name] = bytes(content)

        return self._try_each(FLIPPED, flip)

    @attacks(SUBJECT, prepare_rows(REMOVED))
    def test_removed(self):
        return self._try_each(REMOVED, lambda files, name: files.pop(name))

    @attacks(
        SUBJECT,
        {
            "The ZIP is cut off": DETECTED,
            "The ZIP is empty": DETECTED,
            "The file is no ZIP": DETECTED,
            "A byte of a packed file is flipped": DETECTED,
            "A file stands in the ZIP twice, the second one another": DETECTED,
            "The ZIP holds nothing": DETECTED,
        },
    )
    def test_broken_zip(self):
        whole = self._pack(self.files).read_bytes()
        doubled = io.BytesIO(whole)
        with zipfile.ZipFile(doubled, "a") as archive, self.assertWarns(UserWarning):
            archive.writestr("signed.pdf", b"another")
        empty = io.BytesIO()
        zipfile.ZipFile(empty, "w").close()
        flipped = bytearray(whole)
        flipped[whole.index(b"signed.pdf") + 2000] ^= 1
        broken = {
            "The ZIP is cut off": whole[: len(whole) // 2],
            "The ZIP is empty": b"",
            "The file is no ZIP": b"%PDF-1.4",
            "A byte of a packed file is flipped": bytes(flipped),
            "A file stands in the ZIP twice, the second one another": doubled.getvalue(),
            "The ZIP holds nothing": empty.getvalue(),
        }
        return {name: self._try_bytes(content) for name, content in broken.items()}

    def _try_bytes(self, content):
        path = self._pack({})
        path.write_bytes(content)
        script = path.with_name("verify.py")
        script.write_bytes(self.script)
        result = subprocess.run(
            [PYTHON, "-I", script, path], capture_output=True, timeout=60, check=False
        )
        self.assertFalse(result.stderr)
        return tell_detected(result.returncode == 1)

    @attacks(
        SUBJECT,
        {
            "The seal's value is falsified, all that names the file made anew": DETECTED,
            "The seal is blanked, all that names the file made anew": DETECTED,
            "Bytes are added behind the seal, all that names the file made anew": DETECTED,
            "The signed PDF is replaced by the unsealed one, all made anew": DETECTED,
            "The certificate is another valid one, all that names it made anew": DETECTED,
        },
    )
    def test_false_seals(self):
        pdf = self.files["signed.pdf"]
        container = verify.read_seal(pdf)[1]
        (signer,) = cms.ContentInfo.load(container)["content"]["signer_infos"]
        start = pdf.lower().index(signer["signature"].native.hex().encode())
        end = start + 2 * len(signer["signature"].native)
        falsified = pdf[: end - 1] + (b"1" if pdf[end - 1 : end] == b"0" else b"0") + pdf[end:]
        place = pdf.lower().index(container.hex().encode())
        whole = pdf[place : place + 2 * len(container)]
        self._create_certificate()
        other = self._export(self._create_signed_contract())["certificates/seal.pem"]
        names = [
            "The seal's value is falsified, all that names the file made anew",
            "The seal is blanked, all that names the file made anew",
            "Bytes are added behind the seal, all that names the file made anew",
            "The signed PDF is replaced by the unsealed one, all made anew",
        ]
        forged = [
            falsified,
            pdf.replace(whole, b"0" * len(whole)),
            pdf + b"\n% more",
            self.files["versions/01/contract.pdf"],
        ]
        got = {}
        for name, content in zip(names, forged, strict=True):
            self.assertNotEqual(content, pdf, name)
            got[name] = self._try(self._replace_signed_file(self.files, content))
        old, new = (
            verify.sha256(verify.read_certificates(pem)[0])
            for pem in (self.files["certificates/seal.pem"], other)
        )
        events = self._read_events(self.files)
        for event in events:
            event["payload"] = event["payload"].replace(old, new)
        files = self._rebuild_chain({**self.files, "certificates/seal.pem": other}, events)
        got["The certificate is another valid one, all that names it made anew"] = self._try(files)
        return got

    @attacks(
        SUBJECT,
        {
            "The last event is another one, the trail made anew": NOT_DETECTED,
            "The last event is another one, the trail made anew; a mailed hash is known": DETECTED,
            "The last event is another one, the trail made anew; a daily record is known": DETECTED,
            "An event that stands in the signed PDF is another one, the trail made anew": DETECTED,
            "The last event is cut off, the trail made anew; a mailed hash is known": DETECTED,
            "An event in the middle is left out, the trail made anew": DETECTED,
            "Two events change places, the trail made anew": DETECTED,
            "An event's time goes back, the trail made anew": DETECTED,
        },
    )
    def test_trails_made_anew(self):
        chain = verify.parse(self.files["chain.json"].decode())
        head, daily = chain["head"], chain["anchors"][-1]["record"]["digest"]

        def rebuild(change):
            events = self._read_events(self.files)
            change(events)
            return self._rebuild_chain(dict(self.files), events)

        def retell(events, position):
            events[position]["event_type"] = "downloaded"

        def go_back(events):
            events[-1]["occurred_on"] = "2001-01-01 00:00:00Z"

        def swap(events):
            events[2], events[3] = events[3], events[2]

        retold = rebuild(lambda events: retell(events, -1))
        cut = rebuild(lambda events: events.pop())
        last = "The last event is another one, the trail made anew"
        return {
            last: self._try(retold),
            f"{last}; a mailed hash is known": self._try(retold, "--expect-head", head),
            f"{last}; a daily record is known": self._try(retold, "--expect-daily", daily),
            "An event that stands in the signed PDF is another one, the trail made anew": self._try(
                rebuild(lambda events: retell(events, 0))
            ),
            "The last event is cut off, the trail made anew; a mailed hash is known": self._try(
                cut, "--expect-head", head
            ),
            "An event in the middle is left out, the trail made anew": self._try(
                rebuild(lambda events: events.pop(4))
            ),
            "Two events change places, the trail made anew": self._try(rebuild(swap)),
            "An event's time goes back, the trail made anew": self._try(rebuild(go_back)),
        }
