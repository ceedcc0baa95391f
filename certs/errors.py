"""What can go wrong with certificates, keys and outside authorities.

CertError                     `code` is stable, `parameters` fill the sentence that service.py and web make of it
├── KeyLocked                 wrong password or PIN; a wrong PIN is never tried again
├── KeyUnavailable            no such file, token or object; a file that holds no key
├── CertificateInvalid        not a certificate, or one that our own authority would not sign
├── CertificateNotFit         a certificate that must not sign now: expired, revoked, suspended, of the wrong purpose
├── AnchorUnknown             a trust store was asked for something it does not hold
├── RegisterDamaged           the register's chain is broken: stop, a person must look
├── ClockWentBack             the clock stands before the last token or register entry: stop
├── RevocationUnknown         no list or answer says anything about this certificate (transient)
└── TimestampUnavailable      no authority gave a good token (transient); never a local time instead
"""

from collections.abc import Mapping


class CertError(Exception):
    """The common base; no foreign exception leaves this package."""

    def __init__(self, code: str, **parameters: str | float) -> None:
        super().__init__(f"{code} {parameters}" if parameters else code)
        self.code = code
        self.parameters: Mapping[str, str | float] = parameters


class KeyLocked(CertError):
    pass


class KeyUnavailable(CertError):
    pass


class CertificateInvalid(CertError):
    pass


class CertificateNotFit(CertError):
    pass


class AnchorUnknown(CertError):
    pass


class RegisterDamaged(CertError):
    pass


class ClockWentBack(CertError):
    pass


class RevocationUnknown(CertError):
    """The same question may be answered a moment later."""


class TimestampUnavailable(CertError):
    """The same request may succeed a moment later."""
