import os
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from unittest.mock import patch

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from odoo import fields

from ..common import ContractCommon

SEAL = "odoo.addons.customer_contract.models.seal.customer_contract"
PASSPHRASE = "correct horse battery staple"
VARIABLE = "CUSTOMER_CONTRACT_SEAL_PASSPHRASE"
DER = serialization.Encoding.DER


def make_certificate(
    common_name, key, issuer=None, days=(-1, 365), is_authority=False, for_timestamps=False
):
    """Return a certificate; ``issuer`` is a pair of a certificate and its key."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    issuer_certificate, issuer_key = issuer or (None, key)
    now = fields.Datetime.now()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_authority,
                content_commitment=not is_authority and not for_timestamps,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=is_authority,
                crl_sign=is_authority,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if for_timestamps:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


def make_pkcs12(password="secret", key=None, with_key=True, with_chain=True, days=(-1, 365)):
    """Return a PKCS#12 file with the certificate of a company, as an authority sends it."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = make_certificate("Trust Root", root_key, is_authority=True)
    middle_key = ec.generate_private_key(ec.SECP256R1())
    middle = make_certificate("Trust Sub", middle_key, (root, root_key), is_authority=True)
    key = key or ec.generate_private_key(ec.SECP256R1())
    certificate = make_certificate("Aurora Seal", key, (middle, middle_key), days)
    encryption = (
        serialization.BestAvailableEncryption(password.encode())
        if password
        else serialization.NoEncryption()
    )
    return pkcs12.serialize_key_and_certificates(
        b"seal",
        key if with_key else None,
        certificate,
        # in no order, as in many files
        [root, middle] if with_chain else None,
        encryption,
    )


def make_rsa_key(size=2048):
    return rsa.generate_private_key(65537, size)


class SealCommon(ContractCommon):
    """A server that knows a passphrase, and what seals are made with."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.dict(os.environ, {VARIABLE: PASSPHRASE}))
        cls.admin = cls.env.ref("base.user_admin")
        cls.Certificate = cls.env["customer.contract.certificate"]

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict(f"{SEAL}._timestamp_pauses"))
        # The scheduled action commits after each step, which tests must not.
        self.startPatcher(
            patch.object(self.registry["ir.cron"], "_commit_progress", return_value=100)
        )

    @contextmanager
    def _without_passphrase(self, passphrase=""):
        """A server that knows no passphrase, or another one."""
        with patch.dict(os.environ, {VARIABLE: passphrase}):
            yield

    def _create_certificate(self, company=None):
        return self.Certificate._generate(company or self.company, "My Company", 3)

    def _create_completed_contract(self, **values):
        """Create a contract that everybody has signed, with no document yet."""
        contract = self._create_sent_contract(**values)
        self._sign_as_customer(contract)
        return contract.sudo()

    def _count_events(self, contract, event_type):
        return len(contract.event_ids.filtered(lambda event: event.event_type == event_type))

    def _get_check(self, contract, name):
        contract = contract.with_user(self.manager)
        checks = contract.verify_integrity()["checks"]
        return next((check for check in checks if check["name"] == name), None)

    @contextmanager
    def _timestamp_authority(self):
        """Run a timestamp authority on this machine; yields its address and its requests."""
        # pyHanko takes a moment to load; other tests need not wait for it.
        from pyhanko.sign.timestamps import DummyTimeStamper

        key = make_rsa_key()
        certificate = make_certificate("Test Authority", key, for_timestamps=True)
        authority = DummyTimeStamper(
            asn1_x509.Certificate.load(certificate.public_bytes(DER)),
            asn1_keys.PrivateKeyInfo.load(
                key.private_bytes(
                    DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
                )
            ),
        )
        requests = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                requests.append(body)
                answer = authority.request_tsa_response(tsp.TimeStampReq.load(body)).dump()
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args):
                """Say nothing."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/tsa", requests
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
