"""Asks an issuer whether a certificate was revoked: OCSP first, then its list, each kept until its own nextUpdate.

The addresses stand in the certificate, so that only hosts on the list of `egress` are ever asked. Nothing is kept or
handed on before its signature was checked: an answer's by the issuer itself or by one whom the issuer made its
responder (RFC 6960 4.2.2.2), a list's by the issuer.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from certs.breaker import Breaker
from certs.certificate import Certificate
from certs.errors import CertificateInvalid, RevocationUnknown
from certs.revocation import Evidence, IssuerKey, crl_from, ocsp_question
from egress.errors import EgressError
from storage.durable import write_durably

SKEW = timedelta(minutes=5)
OCSP_QUESTION = "application/ocsp-request"
MOST_KEPT = 500  # files looked through


class Fetcher(Protocol):
    """``egress.client.Client`` is one."""

    def get(self, url: str) -> bytes: ...
    def post(self, url: str, body: bytes, content_type: str) -> bytes: ...


@dataclass(frozen=True)
class _Proof:
    """One way to know: where it is kept, how it is fetched, what makes it good, and where it stands in the evidence."""

    url: str
    kept_as: str
    fetch: Callable[[], bytes]
    read: Callable[[bytes], tuple[datetime, datetime]]  # checks it; thisUpdate and nextUpdate
    wrap: Callable[[bytes], Evidence]


class Statuses:
    """Evidence from the outside, with a folder to keep it in. Without a fetcher, only what is kept is used."""

    def __init__(self, folder: Path, clock: Callable[[], datetime], fetcher: Fetcher | None) -> None:
        self._folder, self._clock, self._fetcher = folder, clock, fetcher
        self._breakers: dict[str, Breaker] = {}
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def evidence(self, chain: Sequence[Certificate]) -> Evidence:
        """Return fresh proofs about every certificate of a chain but its root; raises ``RevocationUnknown``."""
        found = Evidence(tuple(one.der for one in chain))
        for certificate, issuer in pairwise(chain):
            found += self.about(certificate, issuer)
        return found

    def about(self, certificate: Certificate, issuer: Certificate) -> Evidence:
        """Return one fresh proof about a certificate; raises ``RevocationUnknown`` with the last way's reason."""
        reason = RevocationUnknown("no_address_in_certificate", serial=certificate.serial)
        for proof in self._ways(certificate, issuer):
            try:
                return proof.wrap(self._content(proof))
            except RevocationUnknown as error:  # the next way may do better
                reason = error
        raise reason

    def _ways(self, certificate: Certificate, issuer: Certificate) -> Iterable[_Proof]:
        for url in _ocsp_urls(certificate):
            yield _Proof(
                url,
                f"{url} {certificate.fingerprint}",
                lambda url=url: self._ask(url, ocsp_question(certificate, issuer)),  # type: ignore[misc]  # bound now
                lambda content: _times_of_answer(content, certificate, issuer, self._clock()),
                lambda content: Evidence(ocsps=(content,)),
            )
        for url in _crl_urls(certificate):
            yield _Proof(
                url,
                url,
                lambda url=url: self._get(url),  # type: ignore[misc]  # bound now
                lambda content: _times_of_list(content, issuer),
                lambda content: Evidence(crls=(content,)),
            )

    def _content(self, proof: _Proof) -> bytes:
        """Return what is kept while it is fresh, else what is fetched and proved now."""
        path = self._folder / hashlib.sha256(proof.kept_as.encode()).hexdigest()
        if path.exists() and self._is_fresh(proof, kept := path.read_bytes()):
            return kept
        breaker = self._breakers.setdefault(proof.url, Breaker())
        if self._fetcher is None:
            raise RevocationUnknown("list_not_at_hand", url=proof.url)
        if not breaker.may_try():
            raise RevocationUnknown("address_rests", url=proof.url)
        try:
            content = proof.fetch()
            self._require_fresh(proof, content)
        except (RevocationUnknown, EgressError) as error:
            breaker.failed()
            if isinstance(error, RevocationUnknown):
                raise
            raise RevocationUnknown(error.code, url=proof.url) from error
        breaker.worked()
        write_durably(path, content, 0o600)
        return content

    def _is_fresh(self, proof: _Proof, content: bytes) -> bool:
        try:
            self._require_fresh(proof, content)
        except RevocationUnknown:
            return False
        return True

    def _require_fresh(self, proof: _Proof, content: bytes) -> None:
        this_update, next_update = proof.read(content)
        now = self._clock()
        if not this_update - SKEW <= now < next_update:
            raise RevocationUnknown("list_is_stale", url=proof.url)

    def _ask(self, url: str, question: bytes) -> bytes:
        return self._fetcher.post(url, question, OCSP_QUESTION) if self._fetcher else b""

    def _get(self, url: str) -> bytes:
        try:
            return crl_from(self._fetcher.get(url)) if self._fetcher else b""
        except CertificateInvalid as error:
            raise RevocationUnknown("list_not_usable", url=url) from error


def kept_lists(folder: Path) -> tuple[bytes, ...]:
    """Return the revocation lists that were kept, fresh or not: the verifier asks each what time it speaks of."""
    found = []
    for path in sorted(folder.glob("*"))[:MOST_KEPT] if folder.is_dir() else ():
        with suppress(OSError, CertificateInvalid):  # an answer (OCSP) about one certificate, or half written
            found.append(crl_from(path.read_bytes()))
    return tuple(found)


def _times_of_answer(
    content: bytes, certificate: Certificate, issuer: Certificate, now: datetime
) -> tuple[datetime, datetime]:
    """Return an answer's dates once it is proved to be about this certificate and by whom it must be."""
    try:
        answer = ocsp.load_der_ocsp_response(content)
        if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise RevocationUnknown("answer_refused", serial=certificate.serial)
        own = x509.SubjectKeyIdentifier.from_public_key(issuer.parsed.public_key()).digest
        question = ocsp.load_der_ocsp_request(ocsp_question(certificate, issuer))
        if (answer.serial_number, answer.issuer_key_hash) != (question.serial_number, own):
            raise RevocationUnknown("answer_about_another", serial=certificate.serial)
        if answer.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
            raise RevocationUnknown("answer_unknown", serial=certificate.serial)
        if not any(_signed(answer, one) for one in _responders(answer, issuer, now)):
            raise RevocationUnknown("answer_not_proved", serial=certificate.serial)
        # RFC 6960 4.2.2.1: without nextUpdate newer answers are always there; such a one is not kept longer than a skew
        return answer.this_update_utc, answer.next_update_utc or answer.this_update_utc + SKEW
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise RevocationUnknown("answer_not_usable", serial=certificate.serial) from error


def _responders(answer: ocsp.OCSPResponse, issuer: Certificate, now: datetime) -> Iterable[x509.Certificate]:
    yield issuer.parsed
    for one in answer.certificates:
        try:
            one.verify_directly_issued_by(issuer.parsed)
            purposes = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
            continue
        in_force = one.not_valid_before_utc <= now <= one.not_valid_after_utc
        if ExtendedKeyUsageOID.OCSP_SIGNING in purposes and in_force:
            yield one


def _signed(answer: ocsp.OCSPResponse, responder: x509.Certificate) -> bool:
    key, algorithm = responder.public_key(), answer.signature_hash_algorithm
    if algorithm is None or algorithm.name in {"md5", "sha1"}:
        return False
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), algorithm)
            return True
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(algorithm))
            return True
    except InvalidSignature:
        return False
    return False


def _times_of_list(content: bytes, issuer: Certificate) -> tuple[datetime, datetime]:
    """Return a list's dates once it is proved to be the issuer's, and about all of its certificates."""
    try:
        found, key = x509.load_der_x509_crl(content), issuer.parsed.public_key()
        is_own = found.issuer == issuer.parsed.subject and isinstance(key, IssuerKey) and found.is_signature_valid(key)
        partial = any(
            one.critical for one in found.extensions
        )  # a delta, or for some reasons only (RFC 5280 5.2.4, 5.2.5)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise RevocationUnknown("list_not_usable") from error
    if not is_own or partial or found.next_update_utc is None:
        raise RevocationUnknown("list_not_usable")
    return found.last_update_utc, found.next_update_utc


def _ocsp_urls(certificate: Certificate) -> list[str]:
    try:
        access = certificate.parsed.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    found = [one.access_location for one in access if one.access_method == AuthorityInformationAccessOID.OCSP]
    return [one.value for one in found if isinstance(one, x509.UniformResourceIdentifier)]


def _crl_urls(certificate: Certificate) -> list[str]:
    try:
        points = certificate.parsed.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    names = [name for point in points for name in point.full_name or ()]
    return [one.value for one in names if isinstance(one, x509.UniformResourceIdentifier)]
