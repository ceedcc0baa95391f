"""One X.509 certificate as the rest of the service sees it: DER bytes and the facts that are read from them.

It judges purpose (RFC 5280 4.2.1.3 and 4.2.1.12), never trust: whom we trust is `certs.anchors`, and whether a chain
holds is proved in `signing.verify`.
"""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certs.errors import CertificateInvalid

DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
# The library counts bytes where X.520 counts letters, and Vietnamese ones take up to three bytes each.
warnings.filterwarnings("ignore", message="Attribute's length must be", category=UserWarning)
# What issuers really put into certificates of people who sign documents. The Government's authority gives
# emailProtection, clientAuth and smartcardLogon (domain.md 7.4); serverAuth alone is no licence to sign a document.
SIGNING_PURPOSES = frozenset(
    {
        DOCUMENT_SIGNING,
        ExtendedKeyUsageOID.EMAIL_PROTECTION,
        ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
        x509.ObjectIdentifier("1.2.840.113583.1.1.5"),  # Adobe authentic documents
        x509.ObjectIdentifier("1.3.6.1.4.1.311.10.3.12"),  # Microsoft document signing
    }
)


@dataclass(frozen=True)
class Certificate:
    der: bytes

    @classmethod
    def from_pem_or_der(cls, content: bytes) -> Self:
        """Return the one certificate in ``content``, or raise ``CertificateInvalid``."""
        if b"-----BEGIN" in content:
            return next(iter(certificates_in(content)))  # type: ignore[return-value]  # the class has no subclass
        found = cls(content)
        _ = found.parsed
        return found

    @classmethod
    def of(cls, parsed: x509.Certificate) -> Self:
        """Return ours for one of `cryptography`'s; for `certs` only."""
        return cls(parsed.public_bytes(Encoding.DER))

    @cached_property
    def parsed(self) -> x509.Certificate:
        """The same certificate as `cryptography` reads it; for `certs` only."""
        try:
            return x509.load_der_x509_certificate(self.der)
        except ValueError as error:
            raise CertificateInvalid("not_a_certificate") from error

    @property
    def common_name(self) -> str:
        return _first(self.parsed.subject, NameOID.COMMON_NAME)

    @property
    def organisation(self) -> str:
        """The organisation, or where there is none, the largest unit named."""
        subject = self.parsed.subject
        return _first(subject, NameOID.ORGANIZATION_NAME) or _first(subject, NameOID.ORGANIZATIONAL_UNIT_NAME)

    @property
    def issuer_name(self) -> str:
        issuer = self.parsed.issuer
        return _first(issuer, NameOID.COMMON_NAME) or issuer.rfc4514_string()

    @property
    def serial(self) -> str:
        return f"{self.parsed.serial_number:X}"

    @property
    def not_before(self) -> datetime:
        return self.parsed.not_valid_before_utc

    @property
    def not_after(self) -> datetime:
        return self.parsed.not_valid_after_utc

    @property
    def fingerprint(self) -> str:
        return self.parsed.fingerprint(hashes.SHA256()).hex()

    @property
    def is_self_signed(self) -> bool:
        return self.parsed.issuer == self.parsed.subject

    @property
    def is_authority(self) -> bool:
        """Whether it may issue others (RFC 5280 4.2.1.9)."""
        try:
            return bool(self.parsed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
        except (x509.ExtensionNotFound, ValueError):
            return False

    @property
    def may_sign_documents(self) -> bool:
        """Whether key usage and extended key usage allow a signature on a document."""
        return self._usage_allows_signature and self._purposes_allow(SIGNING_PURPOSES)

    @property
    def may_stamp_time(self) -> bool:
        """Whether it is for timestamps and for nothing else (RFC 3161 2.3)."""
        return self._usage_allows_signature and self._purposes() == {ExtendedKeyUsageOID.TIME_STAMPING}

    @property
    def _usage_allows_signature(self) -> bool:
        try:
            usage = self.parsed.extensions.get_extension_for_class(x509.KeyUsage).value
        except x509.ExtensionNotFound:
            return True
        except ValueError:  # extensions that can't be read allow nothing
            return False
        return usage.digital_signature or usage.content_commitment

    def _purposes(self) -> set[x509.ObjectIdentifier] | None:
        try:
            return set(self.parsed.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
        except x509.ExtensionNotFound:
            return None
        except ValueError:
            return set()

    def _purposes_allow(self, wanted: frozenset[x509.ObjectIdentifier]) -> bool:
        purposes = self._purposes()
        return purposes is None or bool(purposes & wanted)

    def pem(self) -> bytes:
        return self.parsed.public_bytes(Encoding.PEM)


def certificates_in(content: bytes) -> tuple[Certificate, ...]:
    """Return every certificate of a PEM or DER file, or raise ``CertificateInvalid``."""
    try:
        if b"-----BEGIN" in content:
            loaded = x509.load_pem_x509_certificates(content)
        else:
            loaded = [x509.load_der_x509_certificate(content)]
    except ValueError as error:
        raise CertificateInvalid("not_a_certificate") from error
    return tuple(Certificate.of(one) for one in loaded)


def certificates_of(paths: Iterable[Path]) -> tuple[Certificate, ...]:
    """Return the certificates of several files; raises ``CertificateInvalid`` naming the file."""
    found: list[Certificate] = []
    for path in paths:
        try:
            found += certificates_in(path.read_bytes())
        except (OSError, CertificateInvalid) as error:
            raise CertificateInvalid("not_a_certificate_file", path=str(path)) from error
    return tuple(found)


def _first(name: x509.Name, what: x509.ObjectIdentifier) -> str:
    found = name.get_attributes_for_oid(what)
    return str(found[0].value) if found else ""
