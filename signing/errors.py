"""What can go wrong while signing or verifying.

SigningError                  `code` is stable, `parameters` fill the sentence that service.py and web make of it
├── DocumentNotSignable       not a PDF, encrypted, or its fields do not allow this signature
├── CertificateNotAccepted    expired, revoked, of the wrong purpose: said before any key is used
├── KeyUnavailable            wrong password or PIN, token gone
├── TimestampUnavailable      no authority gave a good token (transient); never a local time instead
├── PreparationRefused        a signature made elsewhere came too late, twice, or is not the certificate's
├── AlreadySealed             nothing signs after the final lock
└── SignatureNotTrusted       a gate wanted PASSED and the report says otherwise
"""

from collections.abc import Mapping


class SigningError(Exception):
    """The common base; no foreign exception leaves this package."""

    def __init__(self, code: str, **parameters: str | float) -> None:
        super().__init__(f"{code} {parameters}" if parameters else code)
        self.code = code
        self.parameters: Mapping[str, str | float] = parameters


class DocumentNotSignable(SigningError):
    pass


class CertificateNotAccepted(SigningError):
    pass


class KeyUnavailable(SigningError):
    pass


class TimestampUnavailable(SigningError):
    """The same request may succeed a moment later."""


class PreparationRefused(SigningError):
    pass


class AlreadySealed(SigningError):
    pass


class SignatureNotTrusted(SigningError):
    pass
