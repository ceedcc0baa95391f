"""What every certificate of ours must be, looked over before it is signed: our own list, by the standards' numbers.

A certificate with a blank signature is looked at, so that a fault never gets a signature. The list is shorter than
zlint's on purpose: each line is something that our builder or a wrong input could really get wrong.
Not held: EN 319 412-2 4.2.4 wants givenName, surname and serialNumber of a person; official certificates in Viet Nam
have none of them (domain.md 7.4), and neither have ours.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]  # asn1crypto has no types
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from certs.certificate import Certificate
from certs.errors import KeyUnavailable
from certs.keys.algorithms import algorithm_of
from certs.profiles import LONGEST_NAME, Profile

Kind = TypeVar("Kind", bound=x509.ExtensionType)
SERIAL_BITS = range(65, 160)  # more than 64 random ones, at most 20 bytes and positive
DIGESTS = {"sha256", "sha384", "sha512"}
COUNTRY = re.compile(r"[A-Z]{2}")  # ISO 3166
KNOWN = {
    x509.AuthorityInformationAccess, x509.AuthorityKeyIdentifier, x509.BasicConstraints, x509.CertificatePolicies,
    x509.CRLDistributionPoints, x509.ExtendedKeyUsage, x509.KeyUsage, x509.OCSPNoCheck, x509.SubjectAlternativeName,
    x509.SubjectKeyIdentifier,
}  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """A certificate before its signature, and what it should be."""

    certificate: x509.Certificate
    profile: Profile
    issuer: x509.Certificate
    needs_addresses: bool = False

    def extension(self, kind: type[Kind]) -> Kind | None:
        try:
            return self.certificate.extensions.get_extension_for_class(kind).value
        except x509.ExtensionNotFound:
            return None

    def is_critical(self, kind: type[x509.ExtensionType]) -> bool:
        try:
            return self.certificate.extensions.get_extension_for_class(kind).critical
        except x509.ExtensionNotFound:
            return False


def _version(draft: Draft) -> bool:
    return draft.certificate.version is x509.Version.v3


def _serial(draft: Draft) -> bool:
    return draft.certificate.serial_number > 0 and draft.certificate.serial_number.bit_length() in SERIAL_BITS


def _issuer(draft: Draft) -> bool:
    return draft.certificate.issuer.public_bytes() == draft.issuer.subject.public_bytes()


def _time(draft: Draft) -> bool:
    own, above = draft.certificate, draft.issuer
    inside = (
        above.not_valid_before_utc <= own.not_valid_before_utc and own.not_valid_after_utc <= above.not_valid_after_utc
    )
    lasts = own.not_valid_after_utc - own.not_valid_before_utc
    return inside and timedelta(0) < lasts <= timedelta(days=draft.profile.days)


def _subject(draft: Draft) -> bool:
    name = draft.certificate.subject
    wanted = (NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
    return all(len(name.get_attributes_for_oid(oid)) == 1 for oid in wanted)


def _strings(draft: Draft) -> bool:
    subject = asn1_x509.Certificate.load(_der(draft))["tbs_certificate"]["subject"].chosen
    parts = [one for group in subject for one in group]
    return all(
        one["value"].name == ("printable_string" if one["type"].native == "country_name" else "utf8_string")
        for one in parts
        if one["type"].native in {"country_name", "organization_name", "organizational_unit_name", "common_name"}
    )


def _lengths(draft: Draft) -> bool:
    values = [str(one.value) for one in draft.certificate.subject if one.oid != NameOID.COUNTRY_NAME]
    country = [str(one.value) for one in draft.certificate.subject.get_attributes_for_oid(NameOID.COUNTRY_NAME)]
    return all(1 <= len(one) <= LONGEST_NAME for one in values) and all(map(COUNTRY.fullmatch, country))


def _letters(draft: Draft) -> bool:
    values = [str(one.value) for one in draft.certificate.subject]
    return all(
        value == unicodedata.normalize("NFC", value).strip()
        and not any(unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cn", "Cs"} for letter in value)
        for value in values
    )


def _key_ids(draft: Draft) -> bool:
    own = draft.extension(x509.SubjectKeyIdentifier)
    return own == x509.SubjectKeyIdentifier.from_public_key(draft.certificate.public_key())


def _issuer_key_id(draft: Draft) -> bool:
    if draft.profile.is_root:
        return True
    above = draft.issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    own = draft.extension(x509.AuthorityKeyIdentifier)
    return own is not None and own.key_identifier == above.digest


def _usage(draft: Draft) -> bool:
    usage = draft.extension(x509.KeyUsage)
    if usage is None or not draft.is_critical(x509.KeyUsage):
        return False
    signs, commits = not draft.profile.is_authority, draft.profile.binds
    no_other = not (usage.key_encipherment or usage.data_encipherment or usage.key_agreement)
    return (
        (usage.digital_signature, usage.content_commitment, usage.key_cert_sign, usage.crl_sign)
        == (signs, commits, not signs, not signs)
    ) and no_other  # fmt: skip


def _constraints(draft: Draft) -> bool:
    found = draft.extension(x509.BasicConstraints)
    wanted = (draft.profile.is_authority, draft.profile.path_length)
    return found is not None and draft.is_critical(x509.BasicConstraints) and (found.ca, found.path_length) == wanted


def _purposes(draft: Draft) -> bool:
    found = draft.extension(x509.ExtendedKeyUsage)
    if found is None:
        return draft.profile.purposes == ()
    alone = ExtendedKeyUsageOID.TIME_STAMPING in found
    return tuple(found) == draft.profile.purposes and draft.is_critical(x509.ExtendedKeyUsage) == alone


def _addresses(draft: Draft) -> bool:
    if not draft.needs_addresses or draft.profile.is_root:
        return True
    access, lists = draft.extension(x509.AuthorityInformationAccess), draft.extension(x509.CRLDistributionPoints)
    methods = {one.access_method for one in access} if access is not None else set()
    wanted = {AuthorityInformationAccessOID.CA_ISSUERS}
    if not draft.profile.is_authority and not draft.profile.no_check:
        wanted.add(AuthorityInformationAccessOID.OCSP)
    return wanted <= methods and (lists is not None or draft.profile.no_check)


def _no_check(draft: Draft) -> bool:
    return (draft.extension(x509.OCSPNoCheck) is not None) == draft.profile.no_check


def _policies(draft: Draft) -> bool:
    return draft.profile.is_root or bool(draft.extension(x509.CertificatePolicies))


def _key(draft: Draft) -> bool:
    try:
        algorithm_of(draft.certificate.public_key())
    except KeyUnavailable:
        return False
    return True


def _digest(draft: Draft) -> bool:
    algorithm = draft.certificate.signature_hash_algorithm
    return algorithm is not None and algorithm.name in DIGESTS


def _extensions(draft: Draft) -> bool:
    return all(type(one.value) in KNOWN for one in draft.certificate.extensions)


def _server_names(draft: Draft) -> bool:
    found = draft.extension(x509.SubjectAlternativeName)
    return (found is not None and len(list(found)) > 0) == (ExtendedKeyUsageOID.SERVER_AUTH in draft.profile.purposes)


LINTS: dict[str, Callable[[Draft], bool]] = {
    "RFC 5280 4.1.2.1 version": _version,
    "RFC 5280 4.1.2.2 serial": _serial,
    "RFC 5280 4.1.2.4 issuer": _issuer,
    "RFC 5280 4.1.2.5 validity": _time,
    "RFC 5280 4.1.2.6 strings": _strings,
    "RFC 5280 A.1 lengths": _lengths,
    "RFC 5280 7 letters": _letters,
    "RFC 5280 4.2 extensions": _extensions,
    "RFC 5280 4.2.1.1 authority-key-id": _issuer_key_id,
    "RFC 5280 4.2.1.2 subject-key-id": _key_ids,
    "RFC 5280 4.2.1.3 key-usage": _usage,
    "RFC 5280 4.2.1.6 server-names": _server_names,
    "RFC 5280 4.2.1.9 basic-constraints": _constraints,
    "RFC 5280 4.2.1.12 purposes": _purposes,
    "RFC 6960 4.2.2.2.1 no-check": _no_check,
    "EN 319 412-2 4.2.4 subject": _subject,
    "EN 319 412-2 4.3.3 policies": _policies,
    "EN 319 412-2 4.4.1 addresses": _addresses,
    "TS 119 312 key": _key,
    "TS 119 312 digest": _digest,
}


def faults(draft: Draft) -> Iterator[str]:
    """Give the names of the lines that a draft does not hold."""
    yield from (name for name, holds in LINTS.items() if not holds(draft))


def _der(draft: Draft) -> bytes:
    return Certificate.of(draft.certificate).der
