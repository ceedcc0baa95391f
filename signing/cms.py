"""The one shape of CMS signature that we write (RFC 5652, RFC 5035, PAdES EN 319 142-1 6.3), set down as DER by hand.

Four fifths of the time of a signature went into building such objects through asn1crypto (signing.md C). Reading
strangers' CMS is another matter, and pyHanko's.
"""

import hashlib
from collections.abc import Iterable
from functools import lru_cache

from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]  # asn1crypto has no types

from certs.certificate import Certificate
from certs.keys.algorithms import algorithm_of
from certs.keys.protocol import KeyAlgorithm

SEQUENCE, SET, OCTETS, SHORT_FORM = 0x30, 0x31, 0x04, 0x80
DATA = bytes.fromhex("06092a864886f70d010701")
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
ALGORITHM_PROTECTION = bytes.fromhex("06092a864886f70d010934")  # RFC 6211
SIGNING_CERTIFICATE_V2 = bytes.fromhex("060b2a864886f70d010910022f")
TIMESTAMP_TOKEN = bytes.fromhex("060b2a864886f70d010910020e")
SHA256 = bytes.fromhex("300b0609608648016503040201")
MECHANISM = {
    KeyAlgorithm.RSA: bytes.fromhex("300d06092a864886f70d01010b0500"),
    KeyAlgorithm.ECDSA: bytes.fromhex("300a06082a8648ce3d040302"),
}
VERSION_1 = bytes.fromhex("020101")


def attributes_of(certificate: Certificate, document_digest: bytes) -> bytes:
    """Return the signed attributes over a SHA-256 digest in DER: this is what the private key signs."""
    issuer, serial = _issuer_and_serial(certificate.der)
    mechanism = MECHANISM[algorithm_of(certificate.parsed.public_key())]
    attributes = [
        _attribute(CONTENT_TYPE, DATA),
        _attribute(MESSAGE_DIGEST, _der(OCTETS, document_digest)),
        _attribute(ALGORITHM_PROTECTION, _der(SEQUENCE, SHA256 + _retagged(mechanism, 0xA1))),
        _attribute(SIGNING_CERTIFICATE_V2, _certificate_id(certificate.der, issuer, serial)),
    ]
    return _der(SET, _set_of(attributes))


def signed_data(
    certificate: Certificate, chain: Iterable[Certificate], attributes: bytes, signature: bytes, token: bytes | None
) -> bytes:
    """Return the detached signature in DER: ``signature`` is the key's over ``attributes``, ``token`` over it."""
    issuer, serial = _issuer_and_serial(certificate.der)
    unsigned = b"" if token is None else _der(0xA1, _attribute(TIMESTAMP_TOKEN, token))
    signer = _der(
        SEQUENCE,
        VERSION_1
        + _der(SEQUENCE, issuer + serial)
        + SHA256
        + _retagged(attributes, 0xA0)
        + MECHANISM[algorithm_of(certificate.parsed.public_key())]
        + _der(OCTETS, signature)
        + unsigned,
    )
    certificates = _set_of([certificate.der, *(one.der for one in chain if not one.is_self_signed)])
    content = VERSION_1 + _der(SET, SHA256) + _der(SEQUENCE, DATA) + _der(0xA0, certificates) + _der(SET, signer)
    return _der(SEQUENCE, SIGNED_DATA + _der(0xA0, _der(SEQUENCE, content)))


@lru_cache(maxsize=256)
def _issuer_and_serial(certificate: bytes) -> tuple[bytes, bytes]:
    """Return both as they stand in the certificate: encoding a name anew may change its letters' type."""
    body = asn1_x509.Certificate.load(certificate)["tbs_certificate"]
    return bytes(body["issuer"].dump()), bytes(body["serial_number"].dump())


def _certificate_id(certificate: bytes, issuer: bytes, serial: bytes) -> bytes:
    """ESSCertIDv2 with its default digest, SHA-256 (RFC 5035 4)."""
    issuer_serial = _der(SEQUENCE, _der(SEQUENCE, _der(0xA4, issuer)) + serial)
    identity = _der(SEQUENCE, _der(OCTETS, hashlib.sha256(certificate).digest()) + issuer_serial)
    return _der(SEQUENCE, _der(SEQUENCE, identity))


def _attribute(kind: bytes, value: bytes) -> bytes:
    return _der(SEQUENCE, kind + _der(SET, value))


def _set_of(items: Iterable[bytes]) -> bytes:
    return b"".join(sorted(set(items)))  # DER: a set's members in the order of their bytes (X.690 11.6)


def _retagged(encoded: bytes, tag: int) -> bytes:
    return bytes([tag]) + encoded[1:]


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < SHORT_FORM:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, SHORT_FORM | len(length)]) + length + content
