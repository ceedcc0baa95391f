"""From a certificate up to a root of ours, link by link, each proved by its issuer's signature (RFC 5280 6.1).

Names alone link nothing: a certificate that only bears an issuer's name has no path.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Self, cast

from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]  # asn1crypto has no types
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LONGEST = 8  # certificates
MOST_PATHS = 6


@dataclass(frozen=True)
class Link:
    """One certificate of a path."""

    der: bytes

    @classmethod
    def of(cls, parsed: x509.Certificate) -> Self:
        return cls(parsed.public_bytes(Encoding.DER))

    @cached_property
    def parsed(self) -> x509.Certificate:
        """The certificate as `cryptography` reads it; raises ``ValueError``."""
        return x509.load_der_x509_certificate(self.der)

    @property
    def as_the_library_reads_it(self) -> asn1_x509.Certificate:
        """The certificate as pyHanko's path validation wants it; the same one is read once."""
        return _loaded(self.der)

    @cached_property
    def is_authority(self) -> bool:
        try:
            return self.parsed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        except x509.ExtensionNotFound:
            return False

    def is_issued_by(self, other: "Link") -> bool:
        """Whether the other's key signed this certificate; a name that fits is no proof."""
        return self.parsed.issuer == other.parsed.subject and _fits(self.der, other.der)

    def names(self, other: "Link") -> bool:
        """Whether this certificate names the other as its issuer, by name and by key."""
        try:
            above = self.parsed.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
            own = other.parsed.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        except x509.ExtensionNotFound:
            return False
        return above == own and self.parsed.issuer == other.parsed.subject

    def is_twin_of(self, other: "Link") -> bool:
        """Whether both bear one number of one issuer, or one key."""
        one, two = self.parsed, other.parsed
        return (one.serial_number == two.serial_number and one.issuer == two.issuer) or _key(one) == _key(two)


def _key(parsed: x509.Certificate) -> bytes:
    return parsed.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def paths(leaf: Link, helpers: Iterable[Link], roots: Iterable[Link]) -> Iterator[list[Link]]:
    """Give every path from a root to the certificate, root first, shortest first; at most a few."""
    anchors = tuple(dict.fromkeys(roots))
    others = [one for one in dict.fromkeys(helpers) if one not in anchors]
    open_ones: list[list[Link]] = [[leaf]]
    found = 0
    while open_ones and found < MOST_PATHS:
        path = open_ones.pop(0)
        if path[0] in anchors:
            found += 1
            yield path
            continue
        if len(path) == LONGEST:
            continue
        above = [one for one in (*anchors, *others) if one not in path and path[0].is_issued_by(one)]
        open_ones += [[one, *path] for one in above]


@lru_cache(maxsize=256)
def _loaded(der: bytes) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(der)


@lru_cache(maxsize=1024)
def _fits(certificate: bytes, parent: bytes) -> bool:
    """Whether the mathematics fits; old roots signed with SHA-1 are no worse damaged for that."""
    try:
        child, above = x509.load_der_x509_certificate(certificate), x509.load_der_x509_certificate(parent)
        key, name = above.public_key(), child.signature_hash_algorithm
        if isinstance(key, rsa.RSAPublicKey) and name is not None:
            how = cast("padding.AsymmetricPadding", child.signature_algorithm_parameters)
            key.verify(child.signature, child.tbs_certificate_bytes, how, name)
        else:
            child.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
