"""Proof that a certificate was or was not revoked: CRLs (RFC 5280 5) and OCSP answers (RFC 6960), made and kept.

Nothing here goes out; asking others is `certs.statuses`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]  # asn1crypto has no types
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from certs.certificate import Certificate
from certs.errors import CertificateInvalid, RevocationUnknown
from certs.keys.delegated import as_private_key
from certs.keys.file import FileKey
from certs.keys.protocol import SigningKey

CERT_ID_HASHES = frozenset({"sha1", "sha256", "sha384", "sha512"})
LONGEST_NONCE = 128  # bytes (RFC 9654 2.1)
IssuerKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
HOLD = "certificate_hold"  # suspended: may come back
REASONS = {
    "unspecified": x509.ReasonFlags.unspecified,
    "key_compromise": x509.ReasonFlags.key_compromise,
    "affiliation_changed": x509.ReasonFlags.affiliation_changed,
    "superseded": x509.ReasonFlags.superseded,
    "cessation_of_operation": x509.ReasonFlags.cessation_of_operation,
    HOLD: x509.ReasonFlags.certificate_hold,
}


@dataclass(frozen=True)
class Revoked:
    serial: int
    at: datetime
    reason: str


@dataclass(frozen=True)
class Evidence:
    """What a long-term signature carries with it, all in DER."""

    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()

    def __add__(self, other: "Evidence") -> "Evidence":
        return Evidence(
            _once(self.certificates + other.certificates),
            _once(self.crls + other.crls),
            _once(self.ocsps + other.ocsps),
        )


def make_crl(
    issuer: SigningKey, revoked: Iterable[Revoked], *, number: int, this_update: datetime, next_update: datetime
) -> bytes:
    """Return a full, signed list in DER."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.parsed.subject)
        .last_update(this_update)
        .next_update(next_update)
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(_authority_key_id(issuer), critical=False)
    )
    for one in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(one.serial).revocation_date(one.at)
        if one.reason != "unspecified":  # RFC 5280 5.3.1: should be absent instead
            entry = entry.add_extension(x509.CRLReason(REASONS[one.reason]), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    private_key = as_private_key(issuer, issuer.certificate.parsed.public_key())
    return builder.sign(private_key, hashes.SHA256()).public_bytes(Encoding.DER)


@dataclass(frozen=True)
class Asked:
    """Which certificate a question is about (RFC 6960, CertID)."""

    serial: int
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    algorithm: hashes.HashAlgorithm
    nonce: bytes = b""

    @classmethod
    def about(cls, certificate: Certificate, issuer: Certificate) -> Self:
        return cls.of(ocsp.load_der_ocsp_request(ocsp_question(certificate, issuer)))

    @classmethod
    def of(cls, request: ocsp.OCSPRequest) -> Self:
        """Raises ``ValueError``: a nonce longer than RFC 9654 allows, a serial number or a hash that nobody uses."""
        try:
            nonce = request.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
        except x509.ExtensionNotFound:
            nonce = b""
        if (
            len(nonce) > LONGEST_NONCE
            or request.serial_number <= 0
            or request.hash_algorithm.name not in CERT_ID_HASHES
        ):
            raise ValueError(request.serial_number)
        return cls(
            request.serial_number, request.issuer_name_hash, request.issuer_key_hash, request.hash_algorithm, nonce
        )

    def names(self, issuer: Certificate) -> bool:
        """Whether the question is about a certificate by this issuer."""
        name, key = hashes.Hash(self.algorithm), hashes.Hash(self.algorithm)
        name.update(issuer.parsed.subject.public_bytes())
        key.update(_key_bits(issuer))
        return (name.finalize(), key.finalize()) == (self.issuer_name_hash, self.issuer_key_hash)


def ocsp_question(certificate: Certificate, issuer: Certificate) -> bytes:
    """Return a question in DER, without a nonce, so that an answer may be kept and shared (RFC 5019)."""
    # SHA-1 is a name here (RFC 6960 4.1.1), no protection.
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate.parsed, issuer.parsed, hashes.SHA1())  # noqa: S303 - see above
    return builder.build().public_bytes(Encoding.DER)


def make_ocsp_answer(
    responder: FileKey, asked: Asked, revoked: Revoked | None, *, is_known: bool, this_update: datetime, life: timedelta
) -> bytes:
    """Return a signed answer about one certificate in DER: good, revoked (or suspended), or unknown."""
    known = ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response_by_hash(
            asked.issuer_name_hash,
            asked.issuer_key_hash,
            asked.serial,
            asked.algorithm,
            known if is_known else ocsp.OCSPCertStatus.UNKNOWN,
            this_update,
            this_update + life,
            revoked.at if revoked else None,
            REASONS[revoked.reason] if revoked else None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate.parsed)
        .certificates([responder.certificate.parsed])
    )
    if asked.nonce:
        builder = builder.add_extension(x509.OCSPNonce(asked.nonce), critical=False)
    return builder.sign(responder.private_key, hashes.SHA256()).public_bytes(Encoding.DER)


def crl_from(content: bytes) -> bytes:
    """Return a CRL file's DER (from DER or PEM), or raise ``CertificateInvalid``."""
    try:
        if b"-----BEGIN" in content:
            return x509.load_pem_x509_crl(content).public_bytes(Encoding.DER)
        return x509.load_der_x509_crl(content).public_bytes(Encoding.DER)
    except ValueError as error:
        raise CertificateInvalid("not_a_crl") from error


def status_in(evidence: Evidence, certificate: Certificate, issuer: Certificate) -> Revoked | None:
    """Look a certificate up in what its issuer said; raises ``RevocationUnknown`` when nothing speaks of it."""
    answers = [*_from_crls(evidence.crls, certificate, issuer), *_from_ocsps(evidence.ocsps, certificate, issuer)]
    if not answers:
        raise RevocationUnknown("revocation_unknown", serial=certificate.serial)
    return next((one for one in answers if one is not None), None)


def _from_crls(crls: Iterable[bytes], certificate: Certificate, issuer: Certificate) -> Iterator[Revoked | None]:
    for content in crls:
        crl = x509.load_der_x509_crl(content)
        key = issuer.parsed.public_key()
        if crl.issuer != issuer.parsed.subject or not isinstance(key, IssuerKey) or not crl.is_signature_valid(key):
            continue
        entry = crl.get_revoked_certificate_by_serial_number(certificate.parsed.serial_number)
        yield None if entry is None else Revoked(entry.serial_number, entry.revocation_date_utc, _reason_of(entry))


def _from_ocsps(ocsps: Iterable[bytes], certificate: Certificate, issuer: Certificate) -> Iterator[Revoked | None]:
    """Read answers for what they warn of; the verifier proves their signatures."""
    own_key = x509.SubjectKeyIdentifier.from_public_key(issuer.parsed.public_key()).digest
    for content in ocsps:
        answer = ocsp.load_der_ocsp_response(content)
        if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            continue
        if answer.serial_number != certificate.parsed.serial_number or answer.issuer_key_hash != own_key:
            continue
        at = answer.revocation_time_utc
        yield None if at is None else Revoked(answer.serial_number, at, _name_of(answer.revocation_reason))


def _reason_of(entry: x509.RevokedCertificate) -> str:
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        return "unspecified"
    return _name_of(reason)


def _name_of(reason: x509.ReasonFlags | None) -> str:
    return next((name for name, flag in REASONS.items() if flag is reason), "unspecified")


def _authority_key_id(issuer: SigningKey) -> x509.AuthorityKeyIdentifier:
    own = issuer.certificate.parsed.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def _once(items: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(items))


def _key_bits(issuer: Certificate) -> bytes:
    """Return the public key as RFC 6960 hashes it: the bits of subjectPublicKey alone."""
    return bytes(asn1_x509.Certificate.load(issuer.der).public_key["public_key"])
