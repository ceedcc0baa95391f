"""PDFs and signatures: official, then seal; long-term levels; the verifier. No pyHanko type leaves this package."""

from signing.errors import (
    AlreadySealed,
    CertificateNotAccepted,
    DocumentNotSignable,
    KeyUnavailable,
    PreparationRefused,
    SignatureNotTrusted,
    SigningError,
    TimestampUnavailable,
)
from signing.values import Changes, Level, Report, Revocation, Role, SignatureReport, Trust, Verdict

__all__ = [
    "AlreadySealed",
    "CertificateNotAccepted",
    "Changes",
    "DocumentNotSignable",
    "KeyUnavailable",
    "Level",
    "PreparationRefused",
    "Report",
    "Revocation",
    "Role",
    "SignatureNotTrusted",
    "SignatureReport",
    "SigningError",
    "TimestampUnavailable",
    "Trust",
    "Verdict",
]
