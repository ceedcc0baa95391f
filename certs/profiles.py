"""Which kinds of certificates our authority gives, and the names in them.

Names are UTF-8, so that Vietnamese letters stay what they are; they come from the person who enters them, never from a
request.
"""

import unicodedata
from dataclasses import dataclass
from typing import Self

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certs.certificate import DOCUMENT_SIGNING
from certs.errors import CertificateInvalid

LONGEST_NAME = 64  # letters (X.520, ub-common-name)
POLICY = x509.ObjectIdentifier("2.25.301924561178347722190861437750912648113")  # a UUID of ours (ITU-T X.667)
ANY_POLICY = x509.ObjectIdentifier("2.5.29.32.0")
PERSONS = (DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION)


@dataclass(frozen=True)
class Profile:
    """What a kind of certificate may be used for, and for how long."""

    days: int
    purposes: tuple[x509.ObjectIdentifier, ...] = ()
    binds: bool = False  # sets contentCommitment: the signature binds a person or an office
    no_check: bool = False  # RFC 6960 4.2.2.2.1: an OCSP responder's own certificate is not asked about
    path_length: int | None = None  # of an authority's certificate; None for all others
    is_root: bool = False

    @property
    def is_authority(self) -> bool:
        return self.path_length is not None


ROOT = Profile(25 * 365, path_length=1, is_root=True)
ISSUING = Profile(10 * 365, path_length=0)
PROFILES = {
    "official": Profile(3 * 365, PERSONS, binds=True),
    "clerk": Profile(3 * 365, PERSONS, binds=True),
    "seal": Profile(3 * 365, PERSONS, binds=True),
    "tsa": Profile(5 * 365, (ExtendedKeyUsageOID.TIME_STAMPING,)),
    "ocsp": Profile(90, (ExtendedKeyUsageOID.OCSP_SIGNING,), no_check=True),
    "server": Profile(365, (ExtendedKeyUsageOID.SERVER_AUTH,)),
}


@dataclass(frozen=True)
class Subject:
    """Who a certificate is about."""

    common_name: str
    organisation: str
    unit: str = ""
    country: str = "VN"

    def name(self) -> x509.Name:
        """Return the distinguished name, in NFC; raises ``CertificateInvalid``."""
        parts = [(NameOID.COUNTRY_NAME, self.country), (NameOID.ORGANIZATION_NAME, self.organisation)]
        if self.unit:
            parts.append((NameOID.ORGANIZATIONAL_UNIT_NAME, self.unit))
        parts.append((NameOID.COMMON_NAME, self.common_name))
        composed = [(oid, unicodedata.normalize("NFC", value).strip()) for oid, value in parts]
        for _, value in composed:
            if not 1 <= len(value) <= LONGEST_NAME:
                raise CertificateInvalid("name_not_possible", name=value)
        # Not checked by the library: it counts bytes, X.520 counts letters, and ours take up to three bytes each.
        return x509.Name([x509.NameAttribute(oid, value, _validate=False) for oid, value in composed])

    @classmethod
    def of(cls, name: x509.Name) -> Self:
        """Return the subject that a certificate of ours names."""

        def first(oid: x509.ObjectIdentifier) -> str:
            found = name.get_attributes_for_oid(oid)
            return str(found[0].value) if found else ""

        return cls(
            first(NameOID.COMMON_NAME),
            first(NameOID.ORGANIZATION_NAME),
            first(NameOID.ORGANIZATIONAL_UNIT_NAME),
            first(NameOID.COUNTRY_NAME),
        )


@dataclass(frozen=True)
class Names:
    """The distinguished names of an authority's own keys."""

    root: Subject
    issuing: Subject
    timestamps: Subject
    answers: Subject

    @classmethod
    def of(cls, organisation: str) -> Self:
        return cls(
            root=Subject(f"Chứng thực gốc – {organisation}"[:LONGEST_NAME], organisation),
            issuing=Subject(f"Cấp chứng thư – {organisation}"[:LONGEST_NAME], organisation),
            timestamps=Subject(f"Dấu thời gian – {organisation}"[:LONGEST_NAME], organisation),
            answers=Subject(f"Trả lời trạng thái – {organisation}"[:LONGEST_NAME], organisation),
        )


@dataclass(frozen=True)
class Addresses:
    """Where readers find an authority's answers: below one address, which our certificates name for years."""

    url: str

    @property
    def ocsp(self) -> str:
        return f"{self.url}/ocsp"

    def crl(self, issuer: str) -> str:
        return f"{self.url}/{issuer}.crl"

    def certificate(self, issuer: str) -> str:
        return f"{self.url}/{issuer}.cer"
