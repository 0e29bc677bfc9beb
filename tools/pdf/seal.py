"""How a PDF gets files inside it and a seal over it, and how a seal is read.

The seal is a PAdES signature made with the company's certificate. It is the last
thing that happens to a file: any byte that comes later shows.
"""

import io
import logging
from asyncio import run
from dataclasses import dataclass
from datetime import datetime, timezone

from asn1crypto import keys, x509
from pyhanko.pdf_utils.embed import (
    EmbeddedFileObject,
    EmbeddedFileParams,
    FileSpec,
    embed_file,
)
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.sign.validation import (
    KeyUsageConstraints,
    SignatureCoverageLevel,
    validate_pdf_signature,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

# What they tell about a bad file stands in what is returned here.
for name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(name).setLevel(logging.CRITICAL)

SEAL_FIELD = "Seal"
DIGEST_ALGORITHM = "sha256"
# A certificate for signatures may allow one or the other.
KEY_USAGE = KeyUsageConstraints(
    key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
)


class _ArchiveWriter(IncrementalPdfFileWriter):
    """Leaves the version of files for archives as it is.

    pyHanko takes associated files and newer curves for PDF 2.0. PDF/A-3, which brought the
    first and knows the second as an extension, is 1.7.
    """

    def ensure_output_version(self, version):
        if version <= (1, 7) or "/Metadata" not in self.root:
            super().ensure_output_version(version)


@dataclass(frozen=True)
class SealKey:
    """A certificate with its key and its issuers, all in DER."""

    private_key: bytes
    certificate: bytes
    chain: tuple = ()


@dataclass(frozen=True)
class Seal:
    """What a file's seal says, and whether it holds."""

    problem: str | None
    certificate_digest: str = ""
    timestamp: datetime | None = None
    authority_digest: str = ""


def ask_timestamp_authority(url, timeout):
    """Get in touch with a timestamp authority, whose first answer is only measured.

    :param str url: the authority's address
    :param int timeout: how many seconds to wait for an answer
    :return: what seals can be timestamped with
    :rtype: pyhanko.sign.timestamps.TimeStamper
    :raise OSError: if there is no answer, or one that is no timestamp
    """
    authority = HTTPTimeStamper(url, timeout=timeout)
    check_timestamp_authority(authority)
    return authority


def check_timestamp_authority(authority):
    """Have an authority make a timestamp of nothing.

    :raise OSError: if there is no answer, or one that is no timestamp
    """
    run(authority.async_dummy_response(DIGEST_ALGORITHM))


def finish_file(pdf, attachments=None, key=None, authority=None, name="", reason=""):
    """Put files inside a PDF, and seal it.

    :param bytes pdf: the file
    :param dict attachments: JSON texts by file name, with a description each
    :param SealKey key: what to seal it with; it is not sealed if left out
    :param authority: the timestamp authority, if there is one
    :param str name: who seals
    :param str reason: why
    :rtype: bytes
    :raise OSError: if the timestamp authority does not answer
    """
    writer = _ArchiveWriter(io.BytesIO(pdf), strict=False)
    for file_name, (content, description) in (attachments or {}).items():
        _attach(writer, file_name, content, description)
    if not key:
        output = io.BytesIO()
        writer.write(output)
        return output.getvalue()
    certificate = x509.Certificate.load(key.certificate)
    chain = SimpleCertificateStore()
    chain.register_multiple(x509.Certificate.load(issuer) for issuer in key.chain)
    metadata = PdfSignatureMetadata(
        field_name=SEAL_FIELD,
        md_algorithm=DIGEST_ALGORITHM,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        name=name,
        reason=reason,
    )
    signer = PdfSigner(
        metadata,
        signer=SimpleSigner(
            signing_cert=certificate,
            signing_key=keys.PrivateKeyInfo.load(key.private_key),
            cert_registry=chain,
        ),
        timestamper=authority,
    )
    return signer.sign_pdf(writer).getvalue()


def _attach(writer, file_name, content, description):
    """Put a JSON text inside a PDF.

    :param IncrementalPdfFileWriter writer: the PDF
    :param str file_name: how the file is called
    :param str content: the text
    :param str description: what it is
    """
    embedded = EmbeddedFileObject.from_file_data(
        writer,
        content.encode(),
        params=EmbeddedFileParams(embed_checksum=False),
        mime_type="application/json",
    )
    embed_file(
        writer,
        FileSpec(
            file_spec_string=file_name,
            file_name=file_name,
            embedded_data=embedded,
            description=description,
            af_relationship=pdf_name("/Data"),
        ),
    )


def read_attachment(pdf, file_name):
    """Return a file that stands inside a PDF.

    :param bytes pdf: the PDF
    :param str file_name: how the file is called
    :return: its content, or none
    :rtype: bytes | None
    """
    try:
        root = PdfFileReader(io.BytesIO(pdf), strict=False).root
        named = root["/Names"]["/EmbeddedFiles"]["/Names"]
        for index in range(0, len(named), 2):
            if str(named[index]) == file_name:
                return named[index + 1]["/EF"]["/F"].data
    except Exception:  # whatever a file that was tampered with makes of the reader
        return None
    return None


def read_seal(pdf, moment, chain=()):
    """Read the seal of a file, and find out whether it holds.

    It does if there is one, it covers the file to its last byte, nothing of that was
    changed, and its certificate was valid at the time.

    :param bytes pdf: the file
    :param datetime moment: when it was sealed, in UTC
    :param tuple chain: the certificates of the issuers, in DER, from below
    :rtype: Seal
    """
    try:
        return _read_seal(pdf, moment.replace(tzinfo=timezone.utc), chain)
    except Exception as error:  # whatever such a file makes of the reader
        return Seal(problem=f"unreadable: {type(error).__name__}")


def _read_seal(pdf, moment, chain):
    signatures = PdfFileReader(io.BytesIO(pdf), strict=False).embedded_signatures
    if len(signatures) != 1:
        return Seal(problem="missing" if not signatures else "several")
    [signature] = signatures
    certificate = signature.signer_cert
    issuers = [x509.Certificate.load(issuer) for issuer in chain]
    timestamp = signature.attached_timestamp_data
    authorities = [choice.chosen for choice in timestamp["certificates"]] if timestamp else []
    status = validate_pdf_signature(
        signature,
        # Callers compare the certificate with the one they know of.
        _get_context(moment, issuers[-1:] or [certificate], issuers),
        ts_validation_context=_get_context(moment, authorities, authorities),
        key_usage_settings=KEY_USAGE,
    )
    problem = None
    if not (status.intact and status.valid):
        problem = "changed"
    elif status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        problem = "appended"
    elif not status.bottom_line:
        problem = "untrusted"
    token = status.timestamp_validity
    return Seal(
        problem=problem,
        certificate_digest=certificate.sha256.hex(),
        timestamp=_get_naive(token.timestamp) if token else None,
        authority_digest=token.signing_cert.sha256.hex() if token else "",
    )


def _get_context(moment, roots, others):
    return ValidationContext(
        trust_roots=roots,
        other_certs=others,
        moment=moment,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )


def _get_naive(moment):
    """Return a moment as Odoo stores it: in UTC, in whole seconds."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)
