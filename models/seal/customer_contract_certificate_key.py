import os
import re

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from dateutil.relativedelta import relativedelta

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import config

from ...exceptions import SealPendingError

PASSPHRASE_OPTION = "customer_contract_seal_passphrase"
PASSPHRASE_VARIABLE = "CUSTOMER_CONTRACT_SEAL_PASSPHRASE"
MIN_PASSPHRASE_LENGTH = 20
MIN_RSA_SIZE = 2048
MAX_NAME_LENGTH = 64  # in bytes
DER = serialization.Encoding.DER
PEM = serialization.Encoding.PEM
UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)


class CustomerContractCertificate(models.Model):
    """How a certificate comes about, and how its key is kept and used."""

    _inherit = "customer.contract.certificate"

    # === PASSPHRASE === #

    @api.model
    def _get_passphrase(self):
        """Return the passphrase that the keys are encrypted with.

        It comes from the server's environment or configuration file, so that a copy
        of the database alone cannot seal anything.

        :rtype: bytes
        :raise SealPendingError: if there is none, or too short a one
        """
        passphrase = os.environ.get(PASSPHRASE_VARIABLE) or config.get(PASSPHRASE_OPTION) or ""
        if len(passphrase) < MIN_PASSPHRASE_LENGTH:
            raise SealPendingError(
                _(
                    "The key of a seal is stored encrypted, and this server has no passphrase "
                    "for it, or too short a one. Whoever runs the server sets %(variable)s in "
                    "its environment, or %(option)s in odoo.conf, to at least %(length)s "
                    "characters, such as the output of “openssl rand -base64 32”, keeps a copy "
                    "apart from the backups of the database, and restarts Odoo.",
                    variable=PASSPHRASE_VARIABLE,
                    option=PASSPHRASE_OPTION,
                    length=MIN_PASSPHRASE_LENGTH,
                )
            )
        return passphrase.encode()

    @api.model
    def _has_passphrase(self):
        """Tell whether the server knows a passphrase."""
        try:
            return bool(self._get_passphrase())
        except SealPendingError:
            return False

    # === CREATION === #

    @api.model
    def _generate(self, company, organization, years):
        """Make a certificate for a company that has none, and take it into use.

        The company vouches for itself: a root certificate is made for this one
        certificate, and the root's key is forgotten right away, so that nobody can
        ever issue another.

        :param recordset company: the company
        :param str organization: its name, as it shall stand in the certificate
        :param int years: how long the certificate is valid
        :rtype: recordset of `customer.contract.certificate`
        :raise UserError: if the server has no passphrase
        """
        self._get_passphrase()
        country = company.country_id.code or company.partner_id.country_id.code
        start = fields.Datetime.now().replace(microsecond=0)
        period = (start, start + relativedelta(years=years))
        root_key = ec.generate_private_key(ec.SECP256R1())
        root_name = self._prepare_subject(organization, country, "Contract Seal Root")
        root = (
            self._prepare_certificate(root_name, root_name, root_key.public_key(), period)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(self._prepare_key_usage(is_authority=True), critical=True)
            .sign(root_key, hashes.SHA256())
        )
        key = ec.generate_private_key(ec.SECP256R1())
        name = self._prepare_subject(organization, country, "Contract Seal")
        certificate = (
            self._prepare_certificate(name, root_name, key.public_key(), period)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(self._prepare_key_usage(is_authority=False), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()),
                critical=False,
            )
            .sign(root_key, hashes.SHA256())
        )
        return self._store_certificate(company, key, certificate, [root], is_own=True)

    @api.model
    def _prepare_subject(self, organization, country, role):
        """Prepare the name of a certificate's holder.

        :param str organization: the company's name
        :param str country: its country's code, if known
        :param str role: what the certificate is for
        :rtype: cryptography.x509.Name
        :raise UserError: if the company's name cannot stand in a certificate
        """
        organization = re.sub(r"[\x00-\x1f\x7f\s]+", " ", organization or "").strip()
        if not organization:
            raise UserError(_("A certificate needs the company's name."))
        # A certificate's names are short; the company's is cut, what it is for is not.
        name, short_name = (
            organization.encode()[:length].decode(errors="ignore").strip()
            for length in (MAX_NAME_LENGTH, MAX_NAME_LENGTH - len(role) - 1)
        )
        attributes = [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{short_name} {role}"),
        ]
        if country:
            attributes.insert(0, x509.NameAttribute(NameOID.COUNTRY_NAME, country))
        return x509.Name(attributes)

    @api.model
    def _prepare_certificate(self, subject, issuer, public_key, period):
        """Prepare a certificate to be completed and signed.

        :param cryptography.x509.Name subject: whose certificate it is
        :param cryptography.x509.Name issuer: who signs it
        :param public_key: the subject's key
        :param tuple period: from when until when it is valid
        :rtype: cryptography.x509.CertificateBuilder
        """
        start, end = period
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        )

    @api.model
    def _prepare_key_usage(self, is_authority):
        """Prepare what a certificate may be used for: to issue others, or to seal.

        :rtype: cryptography.x509.KeyUsage
        """
        return x509.KeyUsage(
            digital_signature=not is_authority,
            content_commitment=not is_authority,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=is_authority,
            crl_sign=is_authority,
            encipher_only=False,
            decipher_only=False,
        )

    # === IMPORT === #

    @api.model
    def _import_pkcs12(self, company, content, password):
        """Take a certificate from an authority into use.

        :param recordset company: the company
        :param bytes content: a PKCS#12 file, with the key and the issuers' certificates
        :param str password: the file's password
        :rtype: recordset of `customer.contract.certificate`
        :raise UserError: if the file cannot be read, or what is in it cannot seal
        """
        self._get_passphrase()
        try:
            key, certificate, others = pkcs12.load_key_and_certificates(
                content, password.encode() if password else None
            )
        except UNREADABLE as error:
            raise UserError(
                _("The file cannot be read. Is it a PKCS#12 file, and is the password right?")
            ) from error
        if not certificate or not key:
            raise UserError(
                _("The file has no certificate with its key. Export both, with the chain.")
            )
        self._check_key(key)
        self._check_usage(certificate)
        return self._store_certificate(
            company, key, certificate, self._sort_chain(certificate, others)
        )

    @api.model
    def _check_key(self, key):
        """Refuse keys that seals cannot, or should not, be made with.

        :raise UserError: for other keys than RSA of 2048 bits or NIST's curves
        """
        is_strong = (isinstance(key, rsa.RSAPrivateKey) and key.key_size >= MIN_RSA_SIZE) or (
            isinstance(key, ec.EllipticCurvePrivateKey)
            and isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1 | ec.SECP521R1)
        )
        if not is_strong:
            raise UserError(
                _(
                    "This key cannot be used: RSA with at least %(size)s bits is needed, or an "
                    "elliptic curve P-256, P-384 or P-521.",
                    size=MIN_RSA_SIZE,
                )
            )

    @api.model
    def _check_usage(self, certificate):
        """Refuse certificates that are not valid now, or are made for something else.

        :param cryptography.x509.Certificate certificate: the certificate
        :raise UserError: if it cannot seal
        """
        now = fields.Datetime.now()
        if self._get_moment(certificate.not_valid_after_utc) <= now:
            raise UserError(_("This certificate has expired."))
        if self._get_moment(certificate.not_valid_before_utc) > now:
            raise UserError(_("This certificate is not valid yet."))
        try:
            usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        except x509.ExtensionNotFound:
            return
        if not (usage.digital_signature or usage.content_commitment):
            raise UserError(_("This certificate is not meant for signatures."))

    @api.model
    def _sort_chain(self, certificate, others):
        """Return the certificates of the issuers, from below.

        :param cryptography.x509.Certificate certificate: the certificate
        :param list others: certificates that came with it
        :rtype: list[cryptography.x509.Certificate]
        """
        chain, below = [], certificate
        while below.issuer != below.subject:
            issuers = [
                other for other in others if other not in chain and self._is_issuer(other, below)
            ]
            if not issuers:
                break
            below = issuers[0]
            chain.append(below)
        return chain

    @api.model
    def _is_issuer(self, issuer, certificate):
        """Tell whether a certificate was signed with another one's key."""
        try:
            certificate.verify_directly_issued_by(issuer)
        except Exception:  # whatever a certificate of another kind makes of it
            return False
        return True

    # === STORAGE === #

    @api.model
    def _store_certificate(self, company, key, certificate, chain, is_own=False):
        """Store a certificate with its encrypted key, in place of the one in use.

        :param recordset company: the company that seals with it
        :param key: the private key
        :param cryptography.x509.Certificate certificate: the certificate
        :param list chain: the certificates of its issuers, from below
        :param bool is_own: whether the company vouches for itself
        :rtype: recordset of `customer.contract.certificate`
        """
        self.check_access("write")
        encrypted = key.private_bytes(
            PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(self._get_passphrase()),
        )
        valid_to = self._get_moment(certificate.not_valid_after_utc)
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        self._retire_others(company)
        # Nobody has the right to enter certificates by other ways.
        # pylint: disable=context-overridden
        record_sudo = (
            self.sudo()
            .with_context({})
            ._as_system()
            .create(
                {
                    "company_id": company.id,
                    "name": (names[0].value if names else certificate.subject.rfc4514_string()),
                    "subject": certificate.subject.rfc4514_string(),
                    "issuer": certificate.issuer.rfc4514_string(),
                    "is_own": is_own,
                    "serial_number": f"{certificate.serial_number:X}",
                    "algorithm": self._describe_key(key),
                    "digest": certificate.fingerprint(hashes.SHA256()).hex(),
                    "valid_from": self._get_moment(certificate.not_valid_before_utc),
                    "valid_to": valid_to,
                    "announce_on": self._get_next_announcement(valid_to),
                    "certificate_pem": certificate.public_bytes(PEM).decode(),
                    "chain_pem": "".join(issuer.public_bytes(PEM).decode() for issuer in chain),
                    "private_key_pem": encrypted.decode(),
                }
            )
        )
        return self.browse(record_sudo.id)

    @api.model
    def _get_moment(self, moment):
        """Return a certificate's moment as the database stores moments."""
        return moment.replace(tzinfo=None)

    @api.model
    def _describe_key(self, key):
        """Return what kind of key it is, in a few letters."""
        if isinstance(key, rsa.RSAPrivateKey):
            return f"RSA {key.key_size}"
        return f"EC {key.curve.name}"

    # === USE === #

    def _get_chain(self):
        """Return the certificates of the issuers in DER, from below.

        :rtype: tuple[bytes]
        """
        self.ensure_one()
        if not self.chain_pem:
            return ()
        issuers = x509.load_pem_x509_certificates(self.chain_pem.encode())
        return tuple(issuer.public_bytes(DER) for issuer in issuers)

    def _unlock(self):
        """Return what seals are made with: the certificate, its key, its issuers'.

        The key leaves its encryption for the time that the caller holds it.

        :rtype: odoo.addons.customer_contract.tools.pdf.seal.SealKey
        :raise SealPendingError: if the certificate cannot be used now
        """
        self.ensure_one()
        # pyHanko takes a moment to load, which contracts without a seal need not wait for.
        from ...tools.pdf.seal import SealKey

        passphrase = self._get_passphrase()
        now = fields.Datetime.now()
        if now < self.valid_from:
            raise SealPendingError(
                _("The seal certificate of %(holder)s is not valid yet.", holder=self.name)
            )
        if now >= self.valid_to:
            raise SealPendingError(
                _("The seal certificate of %(holder)s has expired.", holder=self.name)
            )
        try:
            certificate = x509.load_pem_x509_certificate(self.certificate_pem.encode())
            key = serialization.load_pem_private_key(self.private_key_pem.encode(), passphrase)
            is_pair = key.public_key() == certificate.public_key()
        except UNREADABLE as error:
            raise SealPendingError(
                _(
                    "The key of the seal cannot be opened. It was stored with another "
                    "passphrase than the one this server has, or it is damaged."
                )
            ) from error
        if not is_pair:
            raise SealPendingError(_("The key of the seal does not belong to its certificate."))
        private_key = key.private_bytes(
            DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return SealKey(private_key, certificate.public_bytes(DER), self._get_chain())
