"""What many sealed files are checked with, one after the other: a thousand a second.

A file's structure is not read, as ``seal.py`` does: what is looked for stands where that
module put it. Whatever is otherwise is left to that module, and nothing is found wrong here.
"""

import functools
import re
import zlib

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from .. import verify

EMBEDDED = re.compile(rb"/EmbeddedFile\b[^s]")
LENGTH = re.compile(rb"/Length (\d+)(?! \d+ R)\b")
STREAM = re.compile(rb">>\s*stream\r?\n")
MOST_BYTES = 64 * 1024**2
# Stands among what is not signed, where a timestamp would be, too
CONTEXT_1 = 0xA1
HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


def find_attachment(pdf):
    """Return the one file that stands inside a PDF.

    Another file might be the one that the PDF names. Whoever could make such a PDF pass for
    the stored one could as well have put any file inside it.

    :param bytes pdf: the PDF
    :return: its content; none if there is no file, several, or none that is found so
    :rtype: bytes | None
    """
    found = list(EMBEDDED.finditer(pdf))
    start = STREAM.search(pdf, found[0].end()) if len(found) == 1 else None
    if not start:
        return None
    about = pdf[pdf.rfind(b"<<", 0, found[0].start()) : start.start()]
    length = LENGTH.search(about)
    if not length or (b"/Filter" in about) != (b"/FlateDecode" in about):
        return None
    content = memoryview(pdf)[start.end() : start.end() + int(length[1])]
    if b"/Filter" not in about:
        return bytes(content)
    try:
        return zlib.decompressobj().decompress(content, MOST_BYTES)
    except zlib.error:
        return None


@functools.lru_cache(maxsize=64)
def _read_certificate(certificate):
    """Return a certificate's key, and from when to when it is valid, as events tell it."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    return key, verify.read_validity(certificate)


def read_plain_seal(pdf, moment, certificate, chain=()):
    """Find out whether a file has a seal that holds, and no timestamp.

    What is signed, and its value, are checked. All else that a seal consists of is the same
    for the files that one certificate sealed, and not looked at, nor whether the issuers vouch
    for the certificate: a file whose seal has that form has to be read as a whole, once.

    :param bytes pdf: the file
    :param datetime moment: when it was sealed, in UTC
    :param bytes certificate: the certificate that it should be sealed with, in DER
    :param tuple chain: those of its issuers
    :return: the digest of the seal's form; none if all that cannot be told here
    :rtype: str | None
    """
    try:
        content, container = verify.read_seal(pdf)
        signer = verify.read_signer(container)
        if any(tag == CONTEXT_1 for tag, _content, _whole in signer):
            return None
        if any(one not in container for one in (certificate, *chain)):
            return None
        made_on = moment.isoformat(" ", "seconds") + "Z"
        for one in (certificate, *chain):
            starts, ends = _read_certificate(one)[1]
            if not starts <= made_on <= ends:
                return None
        if not _is_signed(content, container, certificate):
            return None
        attributes = verify.pick(signer, verify.CONTEXT_0)
        value = verify.pick(signer, verify.BYTES)
        before, between = container.split(attributes, 1)
        between, after = between.split(value, 1)
        return verify.sha256(b"".join((before, b"|", between, b"|", after)))
    except (verify.Problem, InvalidSignature, ValueError, IndexError):
        return None


def _is_signed(content, container, certificate):
    hash_name, algorithm, signed, value = verify.read_signature(content, container, certificate)
    key = _read_certificate(certificate)[0]
    if isinstance(key, rsa.RSAPublicKey) and algorithm in verify.RSA_SIGNATURES:
        name = verify.RSA_SIGNATURES[algorithm] or hash_name
        key.verify(value, signed, padding.PKCS1v15(), HASHES[name])
        return key.key_size >= verify.LEAST_BITS
    if isinstance(key, ec.EllipticCurvePublicKey) and algorithm in verify.CURVE_SIGNATURES:
        key.verify(value, signed, ec.ECDSA(HASHES[verify.CURVE_SIGNATURES[algorithm]]))
        return True
    return False
