"""Whether a certificate was good at a time, by lists (RFC 5280 6.3) and answers (RFC 6960) that are at hand.

A statement counts when the issuer made it, or for an answer one whom the issuer named for that; when it speaks of the
certificate in full, and of the time in question: it was in force then, or was made later. Statements made after a
certificate's end prove nothing about it, since an issuer may drop it from its lists (RFC 5280 3.3). Revoked, said
anywhere, stays revoked; else the newest statement holds, so that a suspension may end.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import cast

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from signing.verify.algorithms import DIGEST_UNTIL
from signing.verify.links import Link

TOLERANCE = timedelta(seconds=1)  # tokens and lists tell whole seconds: revoked in the same one is revoked
WITHOUT_END = timedelta(days=1)  # how long a statement counts that does not say until when
EXPLAINED = {
    ExtensionOID.ISSUING_DISTRIBUTION_POINT, ExtensionOID.CRL_NUMBER, ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
}  # fmt: skip
HOLD = x509.ReasonFlags.certificate_hold


class Standing(StrEnum):
    GOOD = "good"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Statement:
    made_at: datetime
    standing: Standing


class Proofs:
    """Lists and answers of one origin, each read once."""

    def __init__(self, crls: Iterable[bytes], ocsps: Iterable[bytes]) -> None:
        self._crls, self._ocsps = tuple(crls), tuple(ocsps)
        self._by_issuer: dict[tuple[int, bytes], bool] = {}

    def __bool__(self) -> bool:
        return bool(self._crls or self._ocsps)

    @cached_property
    def _lists(self) -> list[x509.CertificateRevocationList]:
        found = []
        for one in self._crls:
            with suppress(ValueError):  # what cannot be read proves nothing, and hides nothing
                found.append(x509.load_der_x509_crl(one))
        return found

    @cached_property
    def _answers(self) -> list[ocsp.OCSPResponse]:
        found = []
        for one in self._ocsps:
            with suppress(ValueError):
                found.append(ocsp.load_der_ocsp_response(one))
        return [one for one in found if one.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL]

    def about(self, certificate: Link, issuer: Link, moment: datetime) -> Iterator[Statement]:
        """Give everything that is said of a certificate by whom it concerns."""
        yield from self._from_lists(certificate, issuer, moment)
        for answer in self._answers:
            for single in answer.responses:
                if single.serial_number == certificate.parsed.serial_number and _is_about_issuer(single, issuer):
                    made_at, ends_at = single.this_update_utc, single.next_update_utc
                    if _counts(made_at, ends_at, certificate, moment) and self._may_answer(answer, issuer, made_at):
                        yield Statement(made_at, _said(single, moment))

    def _from_lists(self, certificate: Link, issuer: Link, moment: datetime) -> Iterator[Statement]:
        for number, one in enumerate(self._lists):
            made_at = one.last_update_utc
            if (
                one.issuer != certificate.parsed.issuer
                or not _counts(made_at, one.next_update_utc, certificate, moment)
                or not self._is_by(number, one, issuer)
                or not _covers(one, certificate)
            ):
                continue
            entry = one.get_revoked_certificate_by_serial_number(certificate.parsed.serial_number)
            if entry is None or entry.revocation_date_utc > moment + TOLERANCE:
                yield Statement(made_at, Standing.GOOD)
            else:
                yield Statement(made_at, Standing.SUSPENDED if _reason(entry) is HOLD else Standing.REVOKED)

    def _is_by(self, number: int, one: x509.CertificateRevocationList, issuer: Link) -> bool:
        """Whether the issuer signed the list; asked once for each pair."""
        asked = number, issuer.der
        if asked not in self._by_issuer:
            self._by_issuer[asked] = _may(issuer, "crl_sign") and _signed(
                issuer, one.signature, one.tbs_certlist_bytes, one.signature_hash_algorithm, one.last_update_utc
            )
        return self._by_issuer[asked]

    def _may_answer(self, answer: ocsp.OCSPResponse, issuer: Link, made_at: datetime) -> bool:
        """RFC 6960 4.2.2.2: the issuer itself, or one whom it certified for this and nobody has revoked."""
        for responder in (issuer, *(Link.of(one) for one in answer.certificates)):
            signed = _signed(
                responder, answer.signature, answer.tbs_response_bytes, answer.signature_hash_algorithm, made_at
            )
            if not signed:
                continue
            if responder is issuer:
                return True
            parsed = responder.parsed
            in_force = parsed.not_valid_before_utc <= made_at <= parsed.not_valid_after_utc
            if in_force and _answers_for_others(responder) and responder.is_issued_by(issuer):
                return _need_not_be_checked(responder) or self._is_listed_good(responder, issuer, made_at)
        return False

    def _is_listed_good(self, responder: Link, issuer: Link, made_at: datetime) -> bool:
        said = list(self._from_lists(responder, issuer, made_at))
        return bool(said) and all(one.standing is Standing.GOOD for one in said)


def standing(certificate: Link, issuer: Link, moment: datetime, proofs: Iterable[Proofs]) -> Standing:
    """Return how a certificate stood at a time, as far as anything at hand tells."""
    said = [statement for one in proofs for statement in one.about(certificate, issuer, moment)]
    if not said:
        return Standing.UNKNOWN
    if any(one.standing is Standing.REVOKED for one in said):
        return Standing.REVOKED
    return max(said, key=lambda one: one.made_at).standing


def _counts(made_at: datetime, ends_at: datetime | None, certificate: Link, moment: datetime) -> bool:
    """Whether a statement speaks of that time, and was made while the certificate was in force."""
    ends_at = ends_at or made_at + WITHOUT_END
    return made_at <= certificate.parsed.not_valid_after_utc and ends_at + TOLERANCE >= moment


def _covers(one: x509.CertificateRevocationList, certificate: Link) -> bool:
    """RFC 5280 5.2.5: whether a list is full, direct, and of this kind of certificate."""
    for extension in one.extensions:
        if extension.oid == ExtensionOID.DELTA_CRL_INDICATOR or (extension.critical and extension.oid not in EXPLAINED):
            return False
        if isinstance(extension.value, x509.IssuingDistributionPoint) and not _speaks_of(extension.value, certificate):
            return False
    return True


def _speaks_of(point: x509.IssuingDistributionPoint, certificate: Link) -> bool:
    """Whether a list, by its own word, speaks of such a certificate in full."""
    is_partial = point.only_some_reasons or point.indirect_crl or point.only_contains_attribute_certs
    of_others = point.only_contains_user_certs if certificate.is_authority else point.only_contains_ca_certs
    return not is_partial and not of_others


def _reason(entry: x509.RevokedCertificate) -> x509.ReasonFlags | None:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        return None


def _said(single: ocsp.OCSPSingleResponse, moment: datetime) -> Standing:
    if single.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
        return Standing.UNKNOWN
    revoked_at = single.revocation_time_utc
    if revoked_at is None or revoked_at > moment + TOLERANCE:
        return Standing.GOOD
    return Standing.SUSPENDED if single.revocation_reason is HOLD else Standing.REVOKED


def _is_about_issuer(single: ocsp.OCSPSingleResponse, issuer: Link) -> bool:
    """RFC 6960 4.1.1: whether the question was about a certificate by this issuer."""
    own = issuer.as_the_library_reads_it
    kind = single.hash_algorithm.name
    return (
        hashlib.new(kind, own.subject.dump()).digest() == single.issuer_name_hash
        and hashlib.new(kind, bytes(own.public_key["public_key"])).digest() == single.issuer_key_hash
    )


def _may(link: Link, usage: str) -> bool:
    try:
        return bool(getattr(link.parsed.extensions.get_extension_for_class(x509.KeyUsage).value, usage))
    except x509.ExtensionNotFound:
        return True


def _answers_for_others(link: Link) -> bool:
    try:
        purposes = link.parsed.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in purposes and _may(link, "digital_signature")


def _need_not_be_checked(link: Link) -> bool:
    try:
        link.parsed.extensions.get_extension_for_class(x509.OCSPNoCheck)
    except x509.ExtensionNotFound:
        return False
    return True


def _signed(
    link: Link, signature: bytes, content: bytes, digest: hashes.HashAlgorithm | None, made_at: datetime
) -> bool:
    """Whether a key signed something, with a digest that was good enough then."""
    key = link.parsed.public_key()
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, content)
            return True
        until = DIGEST_UNTIL.get(digest.name.replace("-", "_")) if digest else None
        if digest is None or until is None or made_at >= until:
            return False
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, content, padding.PKCS1v15(), digest)
        else:
            cast("ec.EllipticCurvePublicKey", key).verify(signature, content, ec.ECDSA(digest))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError, AttributeError):
        return False
    return True
