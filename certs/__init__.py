"""Whom we trust and who may sign: X.509 and private keys, nothing of PDFs."""

from certs.certificate import Certificate
from certs.errors import (
    AnchorUnknown,
    CertError,
    CertificateInvalid,
    CertificateNotFit,
    ClockWentBack,
    KeyLocked,
    KeyUnavailable,
    RegisterDamaged,
    RevocationUnknown,
    TimestampUnavailable,
)
from certs.keys.protocol import Digest, KeyAlgorithm, SigningKey

__all__ = [
    "AnchorUnknown",
    "CertError",
    "Certificate",
    "CertificateInvalid",
    "CertificateNotFit",
    "ClockWentBack",
    "Digest",
    "KeyAlgorithm",
    "KeyLocked",
    "KeyUnavailable",
    "RegisterDamaged",
    "RevocationUnknown",
    "SigningKey",
    "TimestampUnavailable",
]
