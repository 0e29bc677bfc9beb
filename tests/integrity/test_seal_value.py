import random

from asn1crypto import cms
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding

from odoo.tests import TransactionCase, tagged

from ...tools import verify
from ..seal.common import SealCommon, make_rsa_key
from .common import BundleCommon

CURVES = {
    "2a8648ce3d030107": ec.SECP256R1(),
    "2b81040022": ec.SECP384R1(),
    "2b81040023": ec.SECP521R1(),
}
HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


@tagged("post_install", "-at_install")
class TestSignatureArithmetic(TransactionCase):
    """The script's own arithmetic agrees with a library's, on every kind of key we take."""

    def _is_signed(self, oid, key, hash_name, message, value):
        if oid:
            numbers = serialization.PublicFormat.UncompressedPoint
            public = key.public_key().public_bytes(serialization.Encoding.X962, numbers)
            curve = verify.CURVES[oid]
            return verify.is_curve_signature(curve, public, hash_name, message, value)
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.PKCS1
        )
        return verify.is_rsa_signature(public, hash_name, message, value)

    def _assert_only_true_value(self, oid, key, hash_name, message, value):
        self.assertTrue(self._is_signed(oid, key, hash_name, message, value))
        self.assertFalse(self._is_signed(oid, key, hash_name, message + b"!", value))
        for position in random.Random(1).sample(range(len(value)), 8):
            changed = bytearray(value)
            changed[position] ^= 1
            try:
                is_signed = self._is_signed(oid, key, hash_name, message, bytes(changed))
            except (verify.Problem, ValueError, IndexError):
                continue  # what cannot be read is no signature either
            self.assertFalse(is_signed, position)

    def test_elliptic_curves(self):
        self.assertEqual(set(verify.CURVES), set(CURVES))
        for oid, curve in CURVES.items():
            for hash_name, algorithm in HASHES.items():
                key = ec.generate_private_key(curve)
                value = key.sign(b"contract", ec.ECDSA(algorithm))
                with self.subTest(curve.name, hash_name=hash_name):
                    self._assert_only_true_value(oid, key, hash_name, b"contract", value)

    def test_numbers_out_of_range(self):
        for oid, curve in verify.CURVES.items():
            order, (x, y) = curve[2:]
            size = (curve[0].bit_length() + 7) // 8
            public = b"\x04" + x.to_bytes(size, "big") + y.to_bytes(size, "big")
            for first, second in ((0, 1), (1, 0), (order, 1), (1, order)):
                numbers = [
                    bytes([2, size + 1]) + number.to_bytes(size + 1, "big")
                    for number in (first, second)
                ]
                length = len(b"".join(numbers))
                head = bytes([0x30]) + verify.encode_length(length)
                with self.subTest(oid, first=first, second=second):
                    value = head + b"".join(numbers)
                    is_signed = verify.is_curve_signature(curve, public, "sha256", b"", value)
                    self.assertFalse(is_signed)
            wrong = public[:-1] + bytes([public[-1] ^ 1])
            with self.assertRaises(verify.Problem):
                verify.is_curve_signature(curve, wrong, "sha256", b"", b"")

    def test_rsa(self):
        for size, hash_name in ((2048, "sha256"), (3072, "sha512")):
            key = make_rsa_key(size)
            value = key.sign(b"contract", padding.PKCS1v15(), HASHES[hash_name])
            with self.subTest(size):
                self._assert_only_true_value(None, key, hash_name, b"contract", value)

    def test_weak_key_and_other_padding(self):
        weak, key = make_rsa_key(1024), make_rsa_key()
        value = weak.sign(b"x", padding.PKCS1v15(), hashes.SHA256())
        with self.assertRaises(verify.Problem):
            self._is_signed(None, weak, "sha256", b"x", value)
        scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        value = key.sign(b"x", scheme, hashes.SHA256())
        self.assertFalse(self._is_signed(None, key, "sha256", b"x", value))


@tagged("post_install", "-at_install")
class TestSealValue(BundleCommon, SealCommon):
    """Seals whose parts are falsified with everything else made anew."""

    def setUp(self):
        super().setUp()
        self._create_certificate()
        self.files = self._export(self._create_signed_contract())

    def _assert_seal_fails(self, falsify, why):
        """Falsify the seal, and make anew all that names the file."""
        pdf = self.files["signed.pdf"]
        _content, container = verify.read_seal(pdf)
        start = pdf.lower().index(container.hex().encode())
        content = cms.ContentInfo.load(container)
        falsify(content["content"]["signer_infos"])
        changed = content.dump(force=True).hex().encode().ljust(2 * len(container), b"0")
        self.assertEqual(len(changed), 2 * len(container))
        forged = pdf[:start] + changed + pdf[start + len(changed) :]
        status, output = self._verify(self._replace_signed_file(self.files, forged))
        self.assertEqual(status, 1, output)
        failed = [line for line in output.splitlines() if line.startswith("FAIL")]
        self.assertEqual(len(failed), 1, output)
        self.assertIn("The seal is over the whole signed contract", failed[0])
        self.assertIn(why, failed[0])

    def test_falsified_value(self):
        def flip_last_bit(signers):
            value = bytearray(signers[0]["signature"].native)
            value[-1] ^= 1
            signers[0]["signature"] = bytes(value)

        self._assert_seal_fails(flip_last_bit, "is not that of the certificate")

    def test_changed_attribute(self):
        def change(signers):
            for attribute in signers[0]["signed_attrs"]:
                if attribute["type"].native == "content_type":
                    attribute["values"] = ["signed_data"]

        self._assert_seal_fails(change, "is not that of the certificate")

    def test_attribute_that_stands_twice(self):
        def repeat(signers):
            attributes = signers[0]["signed_attrs"]
            attributes.append(attributes[-1])

        self._assert_seal_fails(repeat, "tells something twice")

    def test_several_signers(self):
        self._assert_seal_fails(lambda signers: signers.append(signers[0]), "or several")
