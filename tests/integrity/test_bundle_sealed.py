import base64
import hashlib
import json

from cryptography.hazmat.primitives.asymmetric import ec

from odoo.tests import tagged

from ...tools import verify
from ..seal.common import SealCommon, make_pkcs12, make_rsa_key
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

    def _import_certificate(self, content):
        self.env["customer.contract.certificate.import"].with_user(self.admin).create(
            {"file": base64.b64encode(content).decode(), "password": "secret"}
        )

    def _get_signature(self, pdf):
        """Return the value of a seal's signature."""
        _content, container = verify.read_seal(pdf)
        size = container[1] & 0x7F
        length = int.from_bytes(container[2 : 2 + size], "big")
        signed = verify.split(verify.split(container[: 2 + size + length])[0][1])
        signed = verify.split(verify.split(verify.pick(signed, 0xA0))[0][1])
        signer = verify.split(verify.split(verify.pick(signed[3:], 0x31))[0][1])
        return verify.pick(signer, 0x04)

    def test_falsified_signature(self):
        """A seal that only looks like one: all that is around it agrees, its value does not."""
        for name, content in (
            ("RSA", make_pkcs12(key=make_rsa_key(2048))),
            ("P-256", make_pkcs12(key=ec.generate_private_key(ec.SECP256R1()))),
        ):
            self._import_certificate(content)
            contract = self._create_signed_contract()
            files = self._export(contract)
            status, output = self._verify(files)
            self.assertEqual(status, 0, output)
            self.assertNotIn("cannot be checked", output)
            signature = self._get_signature(files["signed.pdf"])
            for position in (4, len(signature) // 2, len(signature) - 1):
                falsified = bytearray(signature)
                falsified[position] ^= 1
                pdf = files["signed.pdf"]
                for old, new in (
                    (signature.hex(), falsified.hex()),
                    (signature.hex().upper(), falsified.hex().upper()),
                ):
                    pdf = pdf.replace(old.encode(), new.encode())
                self.assertNotEqual(pdf, files["signed.pdf"])
                with self.subTest(name, position=position):
                    status, output = self._verify(self._replace_signed_file(files, pdf))
                    self.assertEqual(status, 1, output)
                    self.assertIn("FAIL  The seal is over", output)

    def test_keys_on_every_curve(self):
        for curve in (ec.SECP384R1(), ec.SECP521R1()):
            self._import_certificate(make_pkcs12(key=ec.generate_private_key(curve)))
            status, output = self._verify(self._export(self._create_signed_contract()))
            with self.subTest(curve.name):
                self.assertEqual(status, 0, output)
                self.assertNotIn("cannot be checked", output)

    def test_certificate_that_was_not_valid(self):
        self._create_certificate()
        files = self._export(self._create_signed_contract())
        for moment, why in (("1999-01-01 00:00:00Z", "not valid yet"), ("2199", "expired")):
            with self.subTest(why):
                events = self._read_events(files)
                sealed = next(event for event in events if event["event_type"] == "sealed")
                sealed["occurred_on"] = moment
                _status, output = self._verify(self._rebuild_chain(dict(files), events))
                self.assertIn(why, output)

    def test_clock_that_was_set_back(self):
        """What the clock said counts: events take the later moment of the one before."""
        self._create_certificate()
        files = self._export(self._create_signed_contract())
        events = self._read_events(files)
        sealed = next(event for event in events if event["event_type"] == "sealed")
        payload = json.loads(sealed["payload"])
        sealed["payload"] = self._canonical({**payload, "clock": sealed["occurred_on"]})
        for event in events[events.index(sealed) :]:
            event["occurred_on"] = "2199-01-01 00:00:00Z"
        _status, output = self._verify(self._rebuild_chain(files, events))
        self.assertIn("ok    The seal is over", output)
