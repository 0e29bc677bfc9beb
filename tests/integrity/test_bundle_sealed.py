import hashlib

from odoo.tests import tagged

from ..seal.common import SealCommon
from .test_bundle import BundleCommon

OTHER_CERTIFICATE = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


@tagged("post_install", "-at_install")
class TestSealedBundle(BundleCommon, SealCommon):
    """The seal, as far as it can be checked without a library."""

    def test_sealed(self):
        self._create_certificate()
        contract = self._create_signed_contract()
        self.assertEqual(contract.seal_state, "sealed")
        files = self._export(contract)
        self.assertIn("certificates/seal.pem", files)
        status, output = self._verify(files)
        self.assertEqual(status, 0, output)
        self.assertIn("PAdES B-B", output)
        self.assertIn("up to event", output)
        unsealed = self._export(self._create_sent_contract())
        attacks = {
            "no certificate": ("certificates/seal.pem", None),
            "other certificate": ("certificates/seal.pem", OTHER_CERTIFICATE),
            "appended": ("signed.pdf", files["signed.pdf"] + b"\n% more"),
            "changed": ("signed.pdf", files["signed.pdf"].replace(b"%PDF-1.", b"%PDF-2.", 1)),
            "no seal": ("signed.pdf", unsealed["versions/01/contract.pdf"]),
        }
        for attack, (name, content) in attacks.items():
            changed = {**files, name: content}
            if content is None:
                del changed[name]
            elif name == "signed.pdf":
                # whoever forges the trail with the file, too, is left with the seal
                events = self._read_events(files)
                for event in events:
                    old = hashlib.sha256(files[name]).hexdigest()
                    new = hashlib.sha256(content).hexdigest()
                    event["payload"] = event["payload"].replace(old, new)
                changed = self._rebuild_chain(changed, events)
            with self.subTest(attack):
                _status, output = self._verify(self._forge_manifest(changed))
                self.assertIn("FAIL  The seal is over", output)
